"""What ran before a deploy, noted so that it can be gone back to."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path

from dockyard.errors import DeployError, UsageError
from dockyard.operate.status import State, Status


def noted(found: Iterable[Status]) -> str:
    """The text of the note. Raises DeployError where AWS does not tell of a service: nobody could go back then."""
    found = list(found)
    if unknown := [f"{one.service}: {one.reason}" for one in found if one.state is State.UNKNOWN]:
        raise DeployError("\n".join(unknown), hint="run it again: before it is known what runs, nothing should be deployed")
    return json.dumps([asdict(one) for one in found], indent=2, default=str) + "\n"


def images_before(file: Path, text: str) -> dict[str, Mapping[str, str] | None]:
    """Service to its images by container, none where nothing of it ran; None where AWS had not told. Raises UsageError."""
    try:
        return {one["service"]: None if one["state"] == State.UNKNOWN else dict(one["images"]) for one in json.loads(text)}
    except (ValueError, TypeError, KeyError) as error:
        raise UsageError(f"{file}: should be what dockyard pipeline note wrote, got something else ({error})") from error
