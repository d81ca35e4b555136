"""The variables that Python files read, as far as their names stand there, and what they are now."""

import hashlib
import os
import re
from collections.abc import Iterable

_NAMED = re.compile(rb"""(?:environ(?:\.\w+)?\s*[\[(]|getenv\s*\()\s*["'](\w+)["']""")


def variables_in(texts: Iterable[bytes]) -> dict[str, str]:
    """Name of each that is read there, in order, to a hash of its value, which may be a secret; empty where it is not set."""
    return {name: value_of(name) for name in sorted({name.decode() for text in texts for name in _NAMED.findall(text)})}


def value_of(name: str) -> str:
    """A hash of its value; empty where it is not set."""
    value = os.environ.get(name)
    return "" if value is None else hashlib.sha256(os.fsencode(value)).hexdigest()
