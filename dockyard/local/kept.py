"""What is on disk of an account that is kept, looked at before the local AWS starts: it would write over what it cannot read."""

import json
from pathlib import Path
from typing import Any

from dockyard.errors import PrerequisiteError

FILE = "kept.json"
SERVICES = "services"
_WAYS_OUT = "put back a copy of the file (nothing was changed), or run: dockyard local up --no-persist, which gives it all up"


def account(state: Path) -> dict[str, Any]:
    """Port and number of the account that is kept in this folder; empty where none is. Raises PrerequisiteError."""
    file = state / FILE
    if not file.exists():
        return {}
    kept = _read(file)
    if not isinstance(kept.get("port"), int) or not isinstance(kept.get("account"), str):
        raise _damaged(file, "it should have a port and an account")
    return {**kept, "persist": True}


def check(state: Path) -> None:
    """Raises PrerequisiteError where a service's part of the account cannot be read."""
    for file in sorted((state / SERVICES).glob("*.json")):
        _read(file)


def _read(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_bytes())
    except ValueError as error:
        raise _damaged(file, str(error)) from error
    if not isinstance(found, dict):
        raise _damaged(file, "it should be an object")
    return found


def _damaged(file: Path, why: str) -> PrerequisiteError:
    return PrerequisiteError(f"{file}: damaged: {why}", hint=_WAYS_OUT)
