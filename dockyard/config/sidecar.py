"""The `sidecars` part of a service.yaml: containers beside the service's own, in each of its tasks."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from dockyard.config.container_health import ContainerHealth
from dockyard.config.firelens import ROUTER, ROUTER_MIB
from dockyard.config.image import Image
from dockyard.config.model import Model, Value, VariableName, number, words
from dockyard.config.problems import Location, Problem, one_of
from dockyard.config.runtime import ContainerPath, Runtime
from dockyard.config.secret import Secrets, named
from dockyard.config.volume import VolumeName

APP = "app"
"""Name of the service's own container."""
COLLECTOR = "otel"
"""Name of the container that `tracing` adds."""
ON_SERVERS_MIB = 128
"""Memory of a sidecar on servers, where it says none."""
SEPARATOR = "."
"""Between a service and its sidecar, in the name of an image: no name of either has it."""

SidecarName = Annotated[
    str,
    words("1 to 30 lower-case letters, digits and single hyphens, a letter first", r"(?=.{1,30}$)[a-z][a-z0-9]*(-[a-z0-9]+)*"),
]
Condition = Literal["start", "complete", "success", "healthy"]
"""https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html"""
DependsOn = dict[SidecarName, Condition]


class Mount(Model):
    """A volume of the service, in a sidecar."""

    path: ContainerPath
    """Where the sidecar has it."""
    read_only: bool = False
    """Whether the sidecar can only read it."""


def _said(image: Image) -> Image:
    if not (image.build or image.from_):
        raise ValueError("should have build or from, got neither")
    return image


class Sidecar(Runtime):
    """A container beside the service's own. On Fargate they find each other at localhost."""

    image: Annotated[Image, AfterValidator(_said)]
    """Where its image comes from: `build`, with a context below the service's folder, or `from`."""
    port: Annotated[int, number(1, 65535)] | None = None
    """Port that it listens on. It is told so by the variable PORT."""
    env: dict[VariableName, Value] = Field(default_factory=dict)
    """Environment variables. It has none of the service's."""
    secrets: Secrets = Field(default_factory=dict)
    """Environment variables with values from SSM Parameter Store or Secrets Manager, as those of the service."""
    cpu: Annotated[float, number(0.125, 16, "vCPU")] | None = None
    """Of the task's processor share, what is its own. Default: it shares the task's."""
    memory: Annotated[int, number(6, 122880, "MiB")] | None = None
    """Of the task's memory, the most that it takes. Default: it shares the task's; on servers 128."""
    essential: bool = True
    """Whether the task ends when it does."""
    depends_on: DependsOn = Field(default_factory=dict)
    """Containers of the task that go first, `app` among them, and what is waited for: `start`, `complete`, `success` (it has
    ended, with 0) or `healthy`."""
    health: ContainerHealth | None = None
    """How its health is checked. Default: it is well while it runs."""
    mounts: dict[VolumeName, Mount] = Field(default_factory=dict)
    """Volumes of the service that it has, too, by name."""
    firelens: bool = True
    """Whether what it prints goes through the service's log router, where there is one. Else it is in the service's log group."""


def sidecar_problems(raw: Mapping[str, Any]) -> Iterator[Problem]:
    """What does not go together in one task."""
    sidecars = {name: one for name, one in _mapping(raw.get("sidecars")).items() if isinstance(one, dict)}
    for name, whose in _taken(raw).items():
        if name in sidecars:
            yield Problem(("sidecars", name), f"is the name of {whose}; give it another")
    everything: dict[str, Mapping[str, Any]] = {
        APP: raw,
        **sidecars,
        **({COLLECTOR: {"essential": False}} if "tracing" in raw else {}),
    }
    where: dict[str, Location] = {APP: (), **{name: ("sidecars", name) for name in sidecars}}
    yield from _dependency_problems(everything, where)
    router = [{"memory": ROUTER_MIB, **one}] if isinstance(one := raw.get("firelens"), dict) else []
    yield from _size_problems(raw, [*(one for name, one in everything.items() if name != APP), *router])
    yield from _port_problems(raw, sidecars)
    for name, one in sidecars.items():
        for variable in sorted(_mapping(one.get("env")).keys() & _mapping(named(one.get("secrets"))).keys()):
            yield Problem(("sidecars", name, "secrets", variable), "is in env as well; keep one of both")
        known = _mapping(raw.get("volumes"))
        for volume in _mapping(one.get("mounts")).keys() - known.keys():
            message = f"no volume of that name; volumes has {one_of(list(known))}"
            yield Problem(("sidecars", name, "mounts", volume), message)


def _taken(raw: Mapping[str, Any]) -> Mapping[str, str]:
    """Names that no sidecar may have, and whose they are."""
    added = {"tracing": COLLECTOR, "firelens": ROUTER}
    return {APP: "the service's own container"} | {
        name: f"the container that {key} adds" for key, name in added.items() if raw.get(key) is not None
    }


def _port_problems(raw: Mapping[str, Any], sidecars: Mapping[str, Mapping[str, Any]]) -> Iterator[Problem]:
    """They share one address."""
    has_port = raw.get("kind") in ("web", "backend")
    listening = [("the service", raw.get("port", 8080) if has_port else None)]
    for name, one in sidecars.items():
        port = one.get("port")
        other = next((who for who, its in listening if its == port), None)
        if isinstance(port, int) and other:
            message = f"{port} is the port of {other} as well; they share one address"
            yield Problem(("sidecars", name, "port"), message)
        listening.append((f"sidecar {name}", port))


def _dependency_problems(containers: Mapping[str, Mapping[str, Any]], where: Mapping[str, Location]) -> Iterator[Problem]:
    needs = {name: _mapping(containers[name].get("depends_on")) for name in where}
    for name, others in needs.items():
        for other, condition in others.items():
            key = (*where[name], "depends_on", other)
            known = [one for one in containers if one != name]
            if other == name:
                yield Problem(key, "a container cannot wait for itself")
            elif other not in containers:
                yield Problem(key, f"no container of that name; there is {one_of(known)}")
            elif condition in ("complete", "success") and (other == APP or containers[other].get("essential", True) is not False):
                yield Problem(key, f"{other} is essential: the task would end with it; {_not_essential(other)}")
            elif condition == "healthy" and "health" not in containers[other]:
                yield Problem(key, f"{other} has no health check to be healthy by; give it one, or wait for start")
    if circle := _in_circle({name: set(others) - {name} for name, others in needs.items()}):
        first = circle[0]
        yield Problem((*where[first], "depends_on"), f"containers wait for each other: {', '.join(circle)}")


def _not_essential(name: str) -> str:
    return "wait for start or healthy" if name == APP else "write essential: false there"


def _in_circle(needs: Mapping[str, set[str]]) -> list[str]:
    """Those that wait for each other; none where all can start."""
    left = dict(needs)
    while ready := [name for name, others in left.items() if not others & left.keys()]:
        for name in ready:
            del left[name]
    waited_for = {other for others in left.values() for other in others}
    return [name for name in left if name in waited_for]


def _size_problems(raw: Mapping[str, Any], sidecars: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    """What sidecars take is of the task, and the service's own container is to have some, too."""
    least = ON_SERVERS_MIB if raw.get("runs_on") == "ec2" else 0
    for key, unit, default, none in (("cpu", "vCPU", 0.25, 0), ("memory", "MiB", 512, least)):
        whole = raw.get(key, default)
        parts = [one.get(key) or none for one in sidecars]
        if all(_is_size(one) for one in (whole, *parts)) and parts and sum(parts) >= whole:
            yield Problem(
                (key,), f"should be more than the {sum(parts):g} ({unit}) of its sidecars, which are part of it, got {whole:g}"
            )


def _is_size(value: object) -> bool:
    """Whether it may be added up; the model tells of the others."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1_000_000


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
