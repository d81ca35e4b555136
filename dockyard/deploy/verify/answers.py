"""Whether the image of a web service answers as the load balancer will ask it: it is run on this machine, if it is here.

The container reaches nobody by name, and has no credentials, so a service that needs others may not answer here though it will
there: that is told, and is no fault.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dockyard.build.builder import local_name
from dockyard.build.mirrored import Wanted
from dockyard.config import Http, Service, Web
from dockyard.config.problems import all_of
from dockyard.deploy.verify.check import Check, Verdict, ng, ok, skip
from dockyard.deploy.verify.found_image import Found
from dockyard.deploy.verify.scene import Scene
from dockyard.doors.docker import Docker
from dockyard.doors.trial import Trial, trial

HEALTH, PORT = "health", "port"
SECONDS = 15.0
"""How long an image may take to answer."""
ANSWERED_SECONDS = 5.0
"""How long it may give wrong answers, as 503 while it starts."""
_PAUSE = 0.2


@dataclass(frozen=True)
class Seen:
    """What came of a container."""

    status: int | None
    """Of the last answer; None where there was none."""
    exit_code: int | None
    """None where it still ran."""
    lines: tuple[str, ...]
    """That it printed last."""
    seconds: float


def answer_checks(scene: Scene, name: str, service: Service, image: Wanted, found: Found) -> Iterator[Check]:
    """Of a service whose image is there."""
    port = getattr(service, "port", None)
    if port is None:
        return
    answered = False
    if isinstance(service, Web) and service.http:
        checked = _health(scene, name, service, service.http, image)
        answered = checked.verdict is Verdict.OK
        yield checked
    yield port_check(name, port, found.ports, answered=answered)


def _health(scene: Scene, name: str, service: Web, http: Http, image: Wanted) -> Check:
    docker = scene.site.workshop.docker
    if why := _not_here(docker, http, local_name(image)):
        return skip(name, HEALTH, why)
    path, codes = http.health.path, http.health.success_codes
    with trial(
        docker, local_name(image), service.port, label(scene), _variables(scene, service), **_options(service)
    ) as container:
        seen = watch(container, path, codes)
    return health_check(name, path, codes, seen, needs(service))


def label(scene: Scene) -> str:
    """Of the containers that run for this project."""
    return str(scene.site.project.root)


def _not_here(docker: Docker, http: Http, image: str) -> str | None:
    """Why it cannot be run here."""
    if http.protocol != "http":
        return f"it speaks {http.protocol}, and is asked by HTTP/1.1 here"
    if not docker.answers():
        return "no Docker engine answers on this machine"
    if docker.image_id(image) is None:
        return "the image is not on this machine: dockyard build brings it"
    own, its = docker.architecture(), docker.image_platform(image).rpartition("/")[2]
    return f"the image is for {its}, and this machine is {own}" if own != its else None


def _variables(scene: Scene, service: Web) -> Mapping[str, str]:
    """As ECS gives them, but for secrets and what only an account has."""
    region = scene.site.aws.region
    own = {"PORT": str(service.port), "AWS_REGION": region, "AWS_DEFAULT_REGION": region, "AWS_EC2_METADATA_DISABLED": "true"}
    return {**own, **service.env}


def _options(service: Web) -> dict[str, Any]:
    given = {"command": service.command, "entrypoint": service.entry_point, "user": service.user}
    options = {name: list(value) if isinstance(value, tuple) else value for name, value in given.items() if value}
    tmpfs = {path: f"size={size}m,mode=1777" for path, size in service.writable.items()}
    return {**options, "mem_limit": f"{service.memory}m", "read_only": service.read_only, "tmpfs": tmpfs, "init": service.init}


def watch(container: Trial, path: str, codes: str, seconds: float = SECONDS) -> Seen:
    """Ask until the answer is good, the container has ended, or the time is over."""
    begun = time.monotonic()
    end = begun + seconds
    status = exit_code = None
    while time.monotonic() < end:
        exit_code = container.exit_code()
        if exit_code is not None:
            break
        answer = container.ask(path)
        if answer is not None and good(codes, answer):
            status = answer
            break
        if answer is not None:
            end = end if status else min(end, time.monotonic() + ANSWERED_SECONDS)
            status = answer
        time.sleep(_PAUSE)
    return Seen(status, exit_code, tuple(container.printed()), time.monotonic() - begun)


def good(codes: str, status: int) -> bool:
    """Whether a status is among codes such as `200-299,301`."""
    for part in codes.split(","):
        first, _, last = part.partition("-")
        if int(first) <= status <= int(last or first):
            return True
    return False


def needs(service: Service) -> list[str]:
    """What it has in an account, and not here."""
    has = {
        "secrets": service.secrets, "links": service.links, "calls": getattr(service, "calls", ()),
        "sidecars": service.sidecars, "volumes": service.volumes,
    }  # fmt: skip
    return [name for name, value in has.items() if value]


def health_check(service: str, path: str, codes: str, seen: Seen, needed: list[str]) -> Check:
    """What came of it, of a service that needs this besides its image."""
    if seen.status is not None and good(codes, seen.status):
        return ok(service, HEALTH, f"GET {path} gives {seen.status} after {seen.seconds:.1f} s, run on this machine")
    if seen.exit_code is not None:
        got, way = f"the container ended with {seen.exit_code}, run on this machine", "mend what its last lines tell"
    elif seen.status is not None:
        got, way = (
            f"GET {path} gives {seen.status}, and {codes} is wanted",
            "set http.health in service.yaml to what the app answers",
        )
    else:
        got = f"nothing answers GET {path} within {seen.seconds:.0f} s, run on this machine"
        way = "listen on 0.0.0.0 and $PORT, or set port in service.yaml to where the app listens"
    got += "".join(f"\n{line}" for line in seen.lines)
    if needed:
        return skip(service, HEALTH, f"it has {all_of(needed)}, which are not here: {got}")
    return ng(service, HEALTH, got, f"{way}; where it needs what only the network has: dockyard verify --quick")


def port_check(service: str, port: int, exposed: tuple[int, ...], *, answered: bool) -> Check:
    """The port of service.yaml is one that the image exposes. What answers there need not be exposed.

    https://docs.docker.com/reference/dockerfile/#expose
    """
    told = ", ".join(map(str, exposed))
    if answered:
        return ok(service, PORT, f"it answers on {port}")
    if port in exposed:
        return ok(service, PORT, f"the image exposes {port}")
    if not exposed:
        return skip(service, PORT, f"the image exposes none; service.yaml says {port}")
    way = f"set port: {exposed[0]} in service.yaml, or EXPOSE {port} and listen on $PORT"
    return ng(service, PORT, f"the image exposes {told}, and service.yaml says {port}", way)
