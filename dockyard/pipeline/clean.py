"""Previews that have outlived their time."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from dockyard.config.routes import numbered


def expired(stacks: Iterable[Mapping[str, Any]], *, application: str, previews: str, hours: int, now: datetime) -> list[str]:
    """Names of previews whose stacks were all last changed so long ago.

    :param stacks: of the account and region, as CloudFormation describes them.
    :param previews: the environment that stands for them.
    """
    changed: dict[str, datetime] = {}
    for stack in stacks:
        tags = {tag["Key"]: tag["Value"] for tag in stack.get("Tags", [])}
        name = tags.get("dockyard:environment", "")
        of, number = numbered(name)
        if tags.get("dockyard:application") == application and of == previews and number is not None:
            last = stack.get("LastUpdatedTime", stack["CreationTime"])
            changed[name] = max(last, changed.get(name, last))
    return sorted(name for name, last in changed.items() if now - last > timedelta(hours=hours))
