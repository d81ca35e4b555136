"""A container that could not be started leaves nothing, and its task tells why.

The engine may make a container and then not start it, or answer too late where the machine is busy: ministack tries once more
without the platform that the task definition names, finds the name taken, and tells that; the container stays, and may run.
Where the platform is this machine's own, there is nothing to try once more.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html
"""

import contextlib
from typing import Any

import docker.errors
from ministack.services import ecs

from dockyard.local.extensions.instance import Instance


def install(_: Instance) -> None:
    """Remove what a start that failed has left."""
    run = ecs._run_docker_container

    def run_container(client: Any, definition: dict[str, Any], settings: dict[str, Any], **kwargs: Any) -> Any:
        if "platform" in settings and settings["platform"] == f"linux/{client.version()['Arch']}":
            settings.pop("platform")
        try:
            return run(client, definition, settings, **kwargs)
        except Exception:
            with contextlib.suppress(docker.errors.APIError):
                client.containers.get(settings["name"]).remove(force=True, v=True)
            raise

    ecs._run_docker_container = run_container
