"""Tokens of ECR that are kept until they end, in the user's cache, as Amazon's credential helper for Docker keeps them.

A token is of an account, a region and a role, and of the credentials that it was given to: who has others, or whose files of AWS
were changed since, does not find it. One that others could have written, or that is of another registry, is none.
AWS_ECR_DISABLE_CACHE turns all of it off, as it does there; in CI there is no next command.
https://github.com/awslabs/amazon-ecr-credential-helper
"""

import contextlib
import hashlib
import json
import os
import re
import time
from dataclasses import asdict
from pathlib import Path

from dockyard.doors.files import content, is_private, put, remove
from dockyard.doors.registry import Registry

_OFF = ("AWS_ECR_DISABLE_CACHE", "CI")
_FILES = {"AWS_CONFIG_FILE": "~/.aws/config", "AWS_SHARED_CREDENTIALS_FILE": "~/.aws/credentials"}
_SIGNED_IN = "~/.aws/sso/cache"
_LEFT = 600
"""Seconds that a token must be good for, still: as long as a push may take."""
_LONGEST = 12 * 3600
"""Seconds that a token lasts at most."""


def kept(account: str, region: str, role: str) -> Registry | None:
    """The token that this role has, there; None where there is none that lasts long enough."""
    file = _file(account, region, role)
    if file is None or not is_private(file):
        return None
    try:
        found = Registry(**json.loads(content(file)))
        return found if _is_of(found, account, region) and found.until > time.time() + _LEFT else None
    except (ValueError, TypeError, RecursionError):  # there is none, or it is damaged
        return None


def keep(registry: Registry, account: str, region: str, role: str) -> None:
    """Keep it, in the place of one before; those that have ended go. It is of use, and of no need."""
    file = _file(account, region, role)
    if file is None or not _is_of(registry, account, region):
        return
    with contextlib.suppress(OSError):
        put(file, json.dumps(asdict(registry)).encode(), private=True)
        for other in file.parent.iterdir():
            if other.stat().st_mtime < time.time() - _LONGEST:
                remove(other)


def forget(account: str, region: str, role: str) -> None:
    """Keep it no longer: it was refused."""
    if file := _file(account, region, role):
        with contextlib.suppress(OSError):
            remove(file)


def _is_of(registry: Registry, account: str, region: str) -> bool:
    """Whether it is the registry of that account and region, or one of this machine, as the local AWS has it."""
    if not all(isinstance(value, str) for value in (registry.host, registry.username, registry.password)):
        return False
    own = rf"{re.escape(account)}\.dkr\.ecr\.{re.escape(region)}\.amazonaws\.com(\.cn)?"
    return bool(re.fullmatch(rf"{own}|(localhost|127\.0\.0\.1):\d+", registry.host))


def _file(account: str, region: str, role: str) -> Path | None:
    """Where it is kept; None where none is to be."""
    if any(os.environ.get(name) for name in _OFF):
        return None
    name = hashlib.sha256(json.dumps([account, region, role, *_whose()]).encode()).hexdigest()
    named = os.environ.get("XDG_CACHE_HOME", "")  # a relative one is to be ignored, as that specification says
    cache = Path(named if os.path.isabs(named) else os.path.expanduser("~/.cache"))  # noqa: PTH111, PTH117
    return cache / "dockyard" / "tokens" / f"{name}.json" if cache.is_absolute() else None


def _whose() -> list[object]:
    """All that says whose credentials are used."""
    told = sorted((name, value) for name, value in os.environ.items() if name.startswith("AWS_"))
    files = [os.environ.get(name) or usual for name, usual in _FILES.items()]
    return [told, *map(_facts, files), *map(_facts, _signed_in())]


def _signed_in() -> list[str]:
    """Files of who has signed in by SSO; another one may have since, or nobody."""
    folder = os.path.expanduser(_SIGNED_IN)  # noqa: PTH111
    try:
        return sorted(entry.path for entry in os.scandir(folder))
    except OSError:
        return []


def _facts(path: str) -> list[int]:
    try:
        found = os.stat(os.path.expanduser(path))  # noqa: PTH111, PTH116
    except OSError:
        return []
    return [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino]
