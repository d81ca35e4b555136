"""What is known of the image of a service, wherever it is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dockyard.build.builder import local_name
from dockyard.build.image_config import image_config
from dockyard.build.mirrored import Wanted
from dockyard.build.recipe import Recipe
from dockyard.deploy.verify.scene import Scene
from dockyard.doors.distribution import Repository
from dockyard.doors.registry_auth import Credentials


@dataclass(frozen=True)
class Found:
    """An image that is there, in ECR or on this machine."""

    where: str
    architectures: tuple[str, ...]
    """`amd64`, `arm64`."""
    ports: tuple[int, ...]
    """Those that it exposes, by TCP."""


def find(scene: Scene, image: Wanted) -> Found | None:
    """What is known of the image: from ECR, else from this machine's engine."""
    if scene.reading.image_digest(image.repository, image.tag):
        return in_ecr(scene, image)
    docker = scene.site.workshop.docker
    if isinstance(image, Recipe) and docker.answers() and docker.image_id(local_name(image)):
        return _found("on this machine, and not in ECR yet: deploy pushes it", [docker.image_config(local_name(image))])
    return None


def in_ecr(scene: Scene, image: Wanted) -> Found:
    """By the configurations of its platforms."""
    credentials = scene.reading.registry()
    account = Credentials(credentials.username, credentials.password)
    with Repository(credentials.host, image.repository, account) as repository:
        return _found(f"{image.repository}:{image.tag} in ECR", [*image_config(repository, image.tag)])


def _found(where: str, configs: Sequence[Mapping[str, Any]]) -> Found:
    exposed = [port for config in configs for port in exposed_ports(config.get("config") or config.get("Config") or {})]
    architectures = [str(config.get("architecture") or config.get("Architecture") or "") for config in configs]
    return Found(where, tuple(dict.fromkeys(filter(None, architectures))), tuple(dict.fromkeys(exposed)))


def exposed_ports(config: Mapping[str, Any]) -> Iterator[int]:
    """`{"8080/tcp": {}}`; what names no protocol is TCP."""
    for port in config.get("ExposedPorts") or {}:
        number, _, protocol = str(port).partition("/")
        if number.isdigit() and protocol in ("", "tcp"):
            yield int(number)
