"""Which engine the Docker context in use names."""

import os
from collections.abc import Mapping
from pathlib import Path

from dockyard.doors.files import content
from dockyard.errors import PrerequisiteError


def of_context(environment: Mapping[str, str]) -> dict[str, str]:
    """Variables that name the engine of the Docker context in use, as `docker` itself finds it; none for the default one.

    DOCKER_HOST goes before DOCKER_CONTEXT, which goes before `docker context use`. Docker Desktop, Colima and rootless engines
    are found by it. Raises PrerequisiteError for a context that is not there.
    https://docs.docker.com/engine/manage-resources/contexts/
    """
    if not may_be_in_use(environment):
        return {}
    from docker.context import Context  # noqa: PLC0415  # most machines have none in use, and need not wait for docker-py
    from docker.context.config import get_current_context_name  # noqa: PLC0415

    name = environment.get("DOCKER_CONTEXT") or get_current_context_name()
    if name == "default":
        return {}
    try:
        found = Context.load_context(name)
    except Exception as error:  # docker-py raises just this
        raise PrerequisiteError(str(error)) from error
    if found is None or not found.Host:
        raise PrerequisiteError(f"no Docker context {name}", hint="docker context ls; docker context use default")
    certificates = found.TLSConfig and found.TLSConfig.ca_cert
    tls = {"DOCKER_CERT_PATH": os.path.dirname(certificates), "DOCKER_TLS_VERIFY": "1"} if certificates else {}  # noqa: PTH120
    return {"DOCKER_HOST": found.Host, **tls}


def may_be_in_use(environment: Mapping[str, str]) -> bool:
    """Whether one may be, other than the default one."""
    return not environment.get("DOCKER_HOST") and (bool(environment.get("DOCKER_CONTEXT")) or _may_be_set())


def _may_be_set() -> bool:
    """Whether `docker context use` may have chosen one, which it writes into the configuration of `docker`."""
    folder = os.environ.get("DOCKER_CONFIG") or os.path.expanduser("~/.docker")  # noqa: PTH111
    return b"currentContext" in content(Path(folder) / "config.json")
