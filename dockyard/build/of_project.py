"""The images of a project: how each is built, what it is copied from, and what dockyard.lock has in place of that."""

import os
from collections.abc import Sequence
from pathlib import Path

from dockyard.build.bases import Bases
from dockyard.build.build_settings import BuildSecret, BuildSettings
from dockyard.build.mirrored import Mirrored, Wanted
from dockyard.build.pinned import Pinned
from dockyard.build.recipe import SBOM, Recipe, Source, files_seen, recipe_of, source_of
from dockyard.build.variables import PLATFORM
from dockyard.config import SEPARATOR, Backend, Build, Environment, Project, Reference, Service, Sidecar, Web


def repository_name(project: Project, image: str) -> str:
    """Name of the repository in ECR: `app/service`, and `app/service/sidecar` of a sidecar."""
    return f"{project.name}/{image.replace(SEPARATOR, '/')}"


def contexts(project: Project, environment: Environment) -> list[Path]:
    """Folders that images of the environment are built from, or would be without a pin."""
    built = {name: one.image.build or Build() for name, one in environment.images.items() if not one.image.from_}
    return list(dict.fromkeys((project.service_folder(name) / build.context).resolve() for name, build in built.items()))


def build_settings(
    project: Project, name: str, service: Service | Sidecar, platforms: Sequence[str] | None = None
) -> BuildSettings | None:
    """How this service's or sidecar's image is built; None where it comes from a registry.

    :param platforms: build it for these. Default: those of the service.
    """
    if service.image.from_:
        return None
    build, folder = service.image.build or Build(), project.service_folder(name)
    return BuildSettings(
        service=name,
        repository=repository_name(project, name),
        context=(folder / build.context).resolve(),
        hashes=project.own_folder / "hashes" / f"{name}.bin",
        base_prefix=project.base_images,
        dockerfile=build.dockerfile,
        target=build.target,
        args=dict(build.args),
        platforms=tuple(platforms or build.platforms),
        secrets={id: BuildSecret(secret.env, _located(secret.file, folder)) for id, secret in build.secrets.items()},
        ssh=build.ssh,
        attestations=_attestations(build),
        language=build.language,
        version=build.version,
        start=build.start,
        port=service.port if isinstance(service, Web | Backend | Sidecar) else None,
        asked_port=_asked_port(service),
        route=_route(service),
        refresh=project.lock.refresh,
    )


def dockerfile_of(project: Project, name: str, service: Service | Sidecar) -> Source | None:
    """The Dockerfile of this service, its own or a generated one; None where the service takes an image from a registry.

    Raises BuildError where the source does not tell how to build it.
    """
    settings = build_settings(project, name, service)
    return source_of(settings) if settings else None


def recipe(
    project: Project, name: str, service: Service | Sidecar, bases: Bases, platforms: Sequence[str] | None = None
) -> Recipe | None:
    """The recipe of this service's or sidecar's image; None where the service takes an image from a registry. Raises BuildError.

    :param platforms: as of `build_settings`.
    """
    settings = build_settings(project, name, service, platforms)
    return recipe_of(settings, bases) if settings else None


def seen(project: Project, name: str, service: Service | Sidecar) -> dict[str, tuple[int, ...]]:
    """The files that count for the image (`dockyard.build.recipe.files_seen`); nothing where it comes from a registry."""
    settings = build_settings(project, name, service)
    return files_seen(settings) if settings else {}


def mirrored(project: Project, name: str, service: Service | Sidecar, bases: Bases) -> Mirrored | None:
    """The copy that this service or sidecar runs; None where it runs none."""
    source = service.image.from_
    if not source or project.way(service) != "mirror":
        return None
    platform = PLATFORM if service.image.platforms == "needed" else None
    return Mirrored(name, repository_name(project, name), source, bases.identity(source), platform)


def sources(environment: Environment) -> set[str]:
    """Names of the images that services and sidecars take from registries other than ECR."""
    named = {one.image.from_ for one in environment.images.values() if one.image.from_}
    return {name for name in named if not Reference.parse(name).ecr}


def of_sources(
    project: Project, environment: Environment, name: str, bases: Bases, platforms: Sequence[str] | None = None
) -> Recipe | Mirrored | None:
    """What the sources give of a service or sidecar; None where ECS takes the image from elsewhere. Raises BuildError.

    :param platforms: as of `build_settings`.
    """
    settings = environment.images[name]
    return mirrored(project, name, settings, bases) or recipe(project, name, settings, bases, platforms)


def wanted(
    project: Project, environment: Environment, name: str, bases: Bases, platforms: Sequence[str] | None = None
) -> Wanted | None:
    """What ECR is to have of a service or sidecar: what its sources give, or what dockyard.lock has in place of it."""
    found = of_sources(project, environment, name, bases, platforms)
    pin = project.lock.pinned(found.tag, environment=environment.name, image=name) if found else None
    return Pinned(name, found.repository, pin.tag, found.tag, found.is_index, pin.promoted_from) if found and pin else found


def _asked_port(service: Service | Sidecar) -> int | None:
    """Where a load balancer or other services ask it; None where nobody does, or `nlb` alone, at ports of its own."""
    if isinstance(service, Web):
        by_nlb = service.nlb and any(port == service.port and to != "udp" for port, to in service.nlb.targets(service.port))
        return service.port if service.http or by_nlb else None
    return service.port if isinstance(service, Backend) else None


def _route(service: Service | Sidecar) -> str | None:
    """The path that it is asked for, as its container sees it; None where nobody asks, or another path is made of it."""
    http = service.http if isinstance(service, Web) else None
    return http.path if http and not http.path_rewrite else None


def _located(file: str | None, folder: Path) -> str | None:
    """Its whole path; a user who is not on this machine has none, which is told where it is built."""
    return str(folder / os.path.expanduser(file)) if file else None  # noqa: PTH111  # never raises


def _attestations(build: Build) -> tuple[str, ...]:
    """https://docs.docker.com/build/metadata/attestations/."""
    provenance = () if build.provenance == "off" else (f"--provenance=mode={build.provenance}",)
    return (*provenance, *((SBOM,) if build.sbom else ()))
