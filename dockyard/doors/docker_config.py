"""The configuration of the `docker` CLI, with credentials of more registries: for one program, not for the machine.

https://docs.docker.com/reference/cli/docker/#configuration-files
"""

import base64
import contextlib
import json
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from dockyard.doors.folders import temporary
from dockyard.doors.registry import Registry
from dockyard.errors import BuildError

_FILE = "config.json"


@contextlib.contextmanager
def configured(environment: Mapping[str, str], registries: Collection[Registry]) -> Iterator[dict[str, str]]:
    """Variables under which a CLI knows these registries besides what it knows already, as long as the block lasts.

    Raises BuildError where its configuration is damaged.
    """
    if not registries:
        yield {}
        return
    own = Path(environment.get("DOCKER_CONFIG") or Path(environment.get("HOME") or Path.home()) / ".docker")
    with temporary("dockyard-docker-") as folder:
        for entry in own.glob("*"):
            if entry.name != _FILE:
                (folder / entry.name).symlink_to(entry.absolute())  # contexts, plug-ins, builders
        content = json.dumps(_with_credentials(_read(own / _FILE), registries))
        (folder / _FILE).write_text(content, encoding="utf-8")
        yield {"DOCKER_CONFIG": str(folder)}


def _read(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise _damaged(file, str(error)) from error
    if not isinstance(content, dict):
        raise _damaged(file, "no object of JSON")
    return content


def _damaged(file: Path, why: str) -> BuildError:
    return BuildError(f"{file}: damaged: {why}", hint="mend it; or remove it, and run docker login for your registries again")


def _with_credentials(content: Mapping[str, Any], registries: Collection[Registry]) -> dict[str, Any]:
    """An empty helper says that the credentials are in the file, whatever store others are in."""
    auths = {r.host: {"auth": base64.b64encode(f"{r.username}:{r.password}".encode()).decode()} for r in registries}
    helpers = {registry.host: "" for registry in registries}
    kept = {"auths": content.get("auths") or {}, "credHelpers": content.get("credHelpers") or {}}
    return {**content, "auths": {**kept["auths"], **auths}, "credHelpers": {**kept["credHelpers"], **helpers}}
