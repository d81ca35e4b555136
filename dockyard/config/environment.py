"""A project that was checked, and its environments."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from dockyard.config.domains import hosts_of
from dockyard.config.image import Way
from dockyard.config.kinds.web import Web
from dockyard.config.lock import Lock
from dockyard.config.pipeline import Pipeline
from dockyard.config.previews import LONGEST, numbered_hosts
from dockyard.config.problems import Problem, holds, one_of
from dockyard.config.project import EnvironmentSettings
from dockyard.config.pull_through import PullThrough
from dockyard.config.route import Route
from dockyard.config.route_checks import rule_key
from dockyard.config.routes import numbered
from dockyard.config.service import Service
from dockyard.config.sidecar import SEPARATOR, Sidecar
from dockyard.defaults import FOLDER
from dockyard.errors import UsageError


@dataclass(frozen=True)
class Environment:
    """One environment of the project, with its overrides applied."""

    name: str
    settings: EnvironmentSettings
    services: Mapping[str, Service]
    """By name, in alphabetical order."""
    cautions: tuple[tuple[str, str], ...] = ()
    """What its user should know: a service each, and a sentence."""
    files: tuple[Path, ...] = ()
    """Files that its settings name and that its stacks are made from: variables of services, certificates of authorities."""
    overrides: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """File to what is written there below `environments` for this one."""

    @property
    def shared(self) -> str:
        """The environment whose platform, resources and secrets it has: itself, unless it is a preview."""
        return self.settings.preview.of if self.settings.preview else self.name

    def preview(self, number: int) -> "Environment":
        """The one with that number, of an environment that stands for previews. Raises UsageError for a number too long."""
        name = f"{self.name}-{number}"
        if len(name) > LONGEST:
            raise UsageError(f"environment should have at most {LONGEST} characters, got {name}", hint=f"rename {self.name}")
        services = {one: numbered_hosts(service, number) for one, service in self.services.items()}
        return replace(self, name=name, services=MappingProxyType(services))

    def placed(self, file: str, problem: Problem) -> Problem:
        """A fault at the key where its value is written: below `environments` where this environment has it from there."""
        return problem.below("environments", self.name) if holds(self.overrides.get(file), problem.location) else problem

    @property
    def routes(self) -> Mapping[str, Route]:
        """What has a rule of the load balancer, services and rules of dockyard.yaml, by what its priority is computed by."""
        rules = {rule_key(name): rule for name, rule in self.settings.load_balancer.rules.items()}
        return {**rules, **{name: one.http for name, one in self.services.items() if isinstance(one, Web) and one.http}}

    @property
    def hosts(self) -> Iterator[str]:
        """Names that services, and rules of dockyard.yaml, are called by."""
        for route in self.routes.values():
            yield from hosts_of(route, self.settings.domains)
        for one in self.services.values():
            yield from one.nlb.host if isinstance(one, Web) and one.nlb else ()

    @property
    def images(self) -> Mapping[str, Service | Sidecar]:
        """What has an image: services by name, and their sidecars by `service.sidecar`."""
        return {
            name: one
            for service, settings in self.services.items()
            for name, one in [
                (service, settings),
                *((f"{service}{SEPARATOR}{sidecar}", beside) for sidecar, beside in sorted(settings.beside.items())),
            ]
        }


def service_of(image: str) -> str:
    """The service that an image of this name belongs to (`Environment.images`)."""
    return image.partition(SEPARATOR)[0]


@dataclass(frozen=True)
class Project:
    """All that the user wrote, checked. `root` is the folder of dockyard.yaml."""

    root: Path
    name: str
    base_images: str
    """Prefix of base images in generated Dockerfiles; empty for Docker Hub."""
    environments: Mapping[str, Environment]
    lock: Lock
    pull_through: Mapping[str, PullThrough] = field(default_factory=dict)
    """By registry."""
    pipeline: Pipeline | None = None
    """What GitHub Actions deploys."""

    def environment(self, name: str | None = None) -> Environment:
        """The environment of that name; the first in dockyard.yaml where none is given. Raises UsageError.

        `pr-12` is the preview with that number where `pr` stands for previews.
        """
        if name is None:
            return next(one for one in self.environments.values() if one.settings.preview is None)
        found, (of, number) = self.environments.get(name), numbered(name)
        if found and found.settings.preview is None:
            return found
        previews = self.environments.get(of) if number is not None else None
        if previews and previews.settings.preview:
            return previews.preview(number or 0)
        known = [f"{one.name}-NUMBER" if one.settings.preview else one.name for one in self.environments.values()]
        raise UsageError(f'environment should be {one_of(known)}, got "{name}"')

    @property
    def pipeline_environments(self) -> list[str]:
        """Those that the pipeline deploys to, in the order of their deploys."""
        lasting = [name for name, one in self.environments.items() if one.settings.preview is None]
        return list(self.pipeline.environments or lasting) if self.pipeline else []

    @property
    def previews(self) -> Environment | None:
        """The environment that stands for previews."""
        return next((one for one in self.environments.values() if one.settings.preview), None)

    @property
    def own_folder(self) -> Path:
        """Dockyard's own folder in the project."""
        return self.root / FOLDER

    def way(self, service: Service | Sidecar) -> Way:
        """How the image of this service or sidecar comes to ECS."""
        return service.image.way(self.pull_through)

    def service_folder(self, image: str) -> Path:
        """Folder of the service's source and its service.yaml; of a sidecar, that of its service."""
        return self.root / "services" / service_of(image)
