"""Values in the words of an error."""

import json
from collections.abc import Mapping


def show(value: object) -> str:
    """A value as its user wrote it, short."""
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    return "nothing" if value is None else json.dumps(value, default=str, ensure_ascii=False)
