"""What images of a service's containers are for: x86-64 or Graviton, as where they run."""

from collections.abc import Iterator, Mapping
from typing import Any

from dockyard.config.capacity import architecture
from dockyard.config.cluster import Cluster
from dockyard.config.problems import Location, Problem
from dockyard.config.reference import ECR_PUBLIC, Reference

_X86, _ARM = "linux/amd64", "linux/arm64"
_PLATFORMS = {"x86-64": _X86, "arm64": _ARM}


def platform_defaults(service: Mapping[str, Any], cluster: Cluster) -> Iterator[dict[str, Any]]:
    """What to add to a service that runs on Graviton, an image each that is built and says nothing of platforms."""
    if _needed(service, cluster) != _ARM:
        return
    for where, image in _images(service):
        if _is_built(image) and "platforms" not in _mapping(image.get("build")):
            added: dict[str, Any] = {"platforms": [_ARM]}
            for key in reversed((*where, "image", "build")):
                added = {str(key): added}
            yield added


def platform_problems(raw: Mapping[str, Any], cluster: Cluster) -> Iterator[Problem]:
    """Images that are not for where they are to run."""
    needed, runs_on = _needed(raw, cluster), raw.get("runs_on", "fargate")
    on_servers = architecture(runs_on, cluster)
    why = f"the servers of cluster.{runs_on} are {on_servers}" if on_servers else f"the service's own image is for {needed}"
    for where, image in _images(raw):
        if not where and not on_servers:
            continue  # it is what the others follow
        platforms = _mapping(image.get("build")).get("platforms")
        if isinstance(platforms, list) and platforms and needed not in platforms:
            yield Problem((*where, "image", "build", "platforms"), f"should have {needed}: {why}")
        if needed == _ARM and _is_copied(image) and image.get("platforms") != "all":
            yield Problem((*where, "image", "platforms"), f"should be all: {why}, and needed is {_X86}")


def _needed(service: Mapping[str, Any], cluster: Cluster) -> str:
    """That of its servers; on Fargate, which has both, that of the service's own image."""
    if on_servers := architecture(service.get("runs_on", "fargate"), cluster):
        return _PLATFORMS[on_servers]
    own = _mapping(_mapping(service.get("image")).get("build")).get("platforms")
    return _ARM if isinstance(own, list) and own and all(one == _ARM for one in own) else _X86


def _images(service: Mapping[str, Any]) -> Iterator[tuple[Location, Mapping[str, Any]]]:
    """Where its images are written, but for the last key, and each of them. A service without one is built."""
    yield (), _mapping(service.get("image"))
    beside: dict[Location, Any] = {("sidecars", name): one for name, one in _mapping(service.get("sidecars")).items()}
    for where, one in {**beside, ("firelens",): service.get("firelens")}.items():
        if isinstance(one, dict) and isinstance(one.get("image"), dict):
            yield where, one["image"]


def _is_built(image: Mapping[str, Any]) -> bool:
    return "from" not in image and isinstance(image.get("build") or {}, dict)


def _is_copied(image: Mapping[str, Any]) -> bool:
    """Whether ECR gets a copy of it."""
    source, mirror = image.get("from"), image.get("mirror")
    if not isinstance(source, str) or mirror is False:
        return False
    try:
        found = Reference.parse(source)
    except ValueError:  # the model tells of it
        return False
    return mirror is True or not (found.ecr or found.registry == ECR_PUBLIC)


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
