"""Faults that show only when several keys, several services, or the files that they name are seen together.

They look at what was written, not at the models, so that they are told together with the faults of single keys.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from dockyard.config.auth import user_pool_problems
from dockyard.config.capacity import capacity_problems
from dockyard.config.cloudfront import behind_cloudfront_problems, cloudfront_problems
from dockyard.config.count import count_problems
from dockyard.config.deployment_checks import deployment_of, deployment_problems
from dockyard.config.domains import host_problems, https_problems
from dockyard.config.firelens import firelens_problems
from dockyard.config.http import Http
from dockyard.config.kinds.web import http_of
from dockyard.config.kinds.worker import topic_problems
from dockyard.config.links import link_problems
from dockyard.config.load_balancer import LoadBalancer
from dockyard.config.lock import Lock
from dockyard.config.model import ServiceName
from dockyard.config.nlb_checks import nlb_of, nlb_problems, shared_host_problems
from dockyard.config.platforms import platform_problems
from dockyard.config.problems import Problem, one_of
from dockyard.config.project import EnvironmentSettings
from dockyard.config.route_checks import route_problems
from dockyard.config.runtime import runtime_problems
from dockyard.config.shown import show
from dockyard.config.sidecar import sidecar_problems
from dockyard.config.volume import volume_problems

Found = tuple[str, Problem]
"""A file and a fault in it."""

OWN_STACKS = ("platform", "resources")
"""What the stacks of an environment are called that are no service's."""
_NAME: TypeAdapter[str] = TypeAdapter(ServiceName)
_PORT = "is set by Dockyard; write the number at the key port"
_QUEUE = "is set by Dockyard: it is the queue that is made with the worker"
OWN_VARIABLES: Mapping[str, Mapping[str, str]] = {
    "web": {"PORT": _PORT},
    "backend": {"PORT": _PORT},
    "worker": {"QUEUE_URL": _QUEUE, "DEAD_LETTER_QUEUE_URL": _QUEUE},
}
"""Kind to the variables that Dockyard sets there, and what to do instead of writing them."""


def service_problems(name: str, raw: Mapping[str, Any], settings: EnvironmentSettings | None) -> Iterator[Problem]:
    """Faults of one service with its overrides applied. `settings` is None where dockyard.yaml could not be read."""
    try:
        _NAME.validate_python(name)
    except ValidationError as error:
        yield Problem((), f"the folder's name is the service's name and {error.errors()[0]['msg'].removeprefix('Value error, ')}")
    yield from capacity_problems(raw, settings.cluster if settings else None, settings.network if settings else None)
    if settings:
        yield from platform_problems(raw, settings.cluster)
    kind = str(raw.get("kind"))
    if kind == "web" and http_of(raw) is None and raw.get("nlb") is None:
        yield Problem((), "should have http, nlb or both, got neither")
    http = _http(raw)
    if http and settings:
        if http.reach != "public" and not settings.load_balancer.internal:
            yield Problem(("http", "reach"), f"{http.reach} needs load_balancer: {{internal: true}} in dockyard.yaml")
        for problem in (*host_problems(http.host, settings.domains), *(() if settings.https else https_problems(http))):
            yield Problem(("http", *problem.location), problem.message)
        yield from behind_cloudfront_problems(http, raw, settings) if settings.load_balancer.cloudfront else ()
        for problem in user_pool_problems(http.auth, settings.account, settings.region) if http.auth else ():
            yield Problem(("http", "auth", *problem.location), problem.message)
    yield from count_problems(raw.get("count"), kind, has_http=kind == "web", has_queue=kind == "worker")
    yield from deployment_problems(raw, http, settings.load_balancer if settings else LoadBalancer())
    yield from nlb_problems(raw, http, deployment_of(raw), settings)
    yield from runtime_problems(kind, raw)
    yield from volume_problems(kind, raw)
    yield from sidecar_problems(raw)
    yield from firelens_problems(raw)
    for key in ("env", "secrets"):
        for variable in _keys(raw.get(key)).keys() & OWN_VARIABLES.get(str(raw.get("kind")), {}).keys():
            yield Problem((key, variable), OWN_VARIABLES[raw["kind"]][variable])
    if name in OWN_STACKS:
        yield Problem((), f"{name} is the name of a stack of Dockyard's own; give the service's folder another name")
    taken = {*_keys(raw.get("env")), *_keys(raw.get("secrets")), *OWN_VARIABLES.get(kind, {})}
    yield from link_problems(raw, settings.resources if settings else None, taken)
    yield from topic_problems(raw, settings.resources if settings else {})
    both = {*_keys(raw.get("env"))} & {*_keys(raw.get("secrets"))}
    for variable in sorted(both):
        yield Problem(("secrets", variable), "is in env as well; keep one of both")


def build_problems(root: Path, name: str, raw: Mapping[str, Any]) -> Iterator[Problem]:
    """What `image.build` of any of its containers names and is not there: told here, so that it is told with all else."""
    yield from _build_problems(root, name, raw)
    for sidecar, one in _keys(raw.get("sidecars")).items():
        for problem in _build_problems(root, name, _keys(one)):
            yield problem.below("sidecars", sidecar)
    for problem in _build_problems(root, name, _keys(raw.get("firelens"))):
        yield problem.below("firelens")


def _build_problems(root: Path, name: str, raw: Mapping[str, Any]) -> Iterator[Problem]:
    build = _keys(_keys(raw.get("image")).get("build"))
    context, dockerfile = _relative(build.get("context", ".")), _relative(build.get("dockerfile"))
    if context is None:
        return
    folder = root / "services" / name / context
    if not os.path.isdir(folder):  # noqa: PTH112  # Path's own raises for names that no file can have
        yield Problem(("image", "build", "context"), f"no folder at {folder}")
    elif not Path(os.path.realpath(folder)).is_relative_to(os.path.realpath(root)):
        yield Problem(("image", "build", "context"), f"should be inside {root}, got {context}")
    elif dockerfile is not None and not os.path.isfile(folder / dockerfile):  # noqa: PTH113  # as above
        yield Problem(("image", "build", "dockerfile"), f"no file at {folder / dockerfile}")


def rule_problems(
    environment: str,
    services: Mapping[str, Mapping[str, Any]],
    settings: EnvironmentSettings | None,
    lock: Lock,
    *,
    allow_collisions: bool,
) -> Iterator[Found]:
    """What is wrong with the load balancer and its rules seen together."""
    yield from (
        ("dockyard.yaml", problem)
        for problem in (
            *_existing_problems(settings),
            *_ipv6_problems(settings),
            *_region_problems(environment, settings),
            *(cloudfront_problems(settings) if settings else ()),
        )
    )
    https = {service: http for service, raw in services.items() if (http := _http(raw))}
    nlbs = {service: nlb for service, raw in services.items() if (nlb := nlb_of(raw))}
    yield from shared_host_problems(nlbs, https, settings.domains if settings else {})
    balancer = settings.load_balancer if settings else LoadBalancer()
    deploys = {service: deploy for service in https if (deploy := deployment_of(services[service]))}
    yield from route_problems(environment, https, deploys, balancer, lock, allow_collisions=allow_collisions)
    schemes = ("http", "https") if balancer.existing is None else ("https" if balancer.existing.https else "http",)
    for name, rule in balancer.rules.items():
        if rule.leads_back(*schemes):
            message = f'"{rule.redirect}" leads to what the rule takes itself: clients would go round in circles'
            yield "dockyard.yaml", Problem(("load_balancer", "rules", name, "redirect"), message)
        for problem in host_problems(rule.host, settings.domains if settings else {}):
            yield "dockyard.yaml", Problem(("load_balancer", "rules", name, *problem.location), problem.message)


def _existing_problems(settings: EnvironmentSettings | None) -> Iterator[Problem]:
    if settings and settings.load_balancer.existing:
        at = ("load_balancer", "existing")
        if settings.network.vpc is None:
            yield Problem(at, "its load balancer reaches nothing in a VPC that is made: give network.vpc, the load balancer's")
        if settings.domains:
            yield Problem(at, "its certificates and records are its owner's: remove domains, and say https: true if it has HTTPS")


def _ipv6_problems(settings: EnvironmentSettings | None) -> Iterator[Problem]:
    """A load balancer has addresses of its subnets."""
    if settings and settings.dualstack and not settings.network.has_ipv6:
        supply = "network.vpc.ipv6: true, if its subnets have IPv6 ranges" if settings.network.vpc else "network.ipv6: true"
        yield Problem(("load_balancer", "ip_address_type"), f"dualstack needs a network with IPv6: set {supply}")


def _region_problems(environment: str, settings: EnvironmentSettings | None) -> Iterator[Problem]:
    """What a load balancer takes is in its own region."""
    if settings is None or settings.region is None:
        return
    existing = settings.load_balancer.existing
    arns = {("domains", name, "certificate"): domain.certificate for name, domain in settings.domains.items()}
    arns[("load_balancer", "existing", "listener")] = existing.listener if existing else None
    for at, arn in arns.items():
        if arn and (region := arn.split(":")[3]) != settings.region:
            yield Problem(at, f"should be in {settings.region}, where environment {environment} is, got one in {region}")


def call_problems(services: Mapping[str, Mapping[str, Any]]) -> Iterator[Found]:
    """Services that call what is no backend of the environment."""
    backends = [name for name, raw in services.items() if raw.get("kind") == "backend"]
    for service, raw in services.items():
        named = raw.get("calls")
        for index, name in enumerate(named if isinstance(named, list) else []):
            others = [other for other in backends if other != service]
            if name == service:
                message = "a service cannot call itself by calls: remove it (at localhost it reaches its own container)"
                yield f"services/{service}/service.yaml", Problem(("calls", index), message)
            elif isinstance(name, str) and name not in others:
                there = f"which is {one_of(others)}" if others else "of which there is none"
                kind = f", which is of kind {services[name].get('kind')}" if name in services else ""
                message = f"should be another service of kind backend, {there}, got {show(name)}{kind}"
                yield f"services/{service}/service.yaml", Problem(("calls", index), message)


def stack_name_problems(environments: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Two stacks of one name: `dev` with service `eu-api`, and `dev-eu` with service `api`. One would replace the other."""
    stacks: dict[str, tuple[str, str]] = {}
    for environment, services in environments.items():
        for service in [*services, *OWN_STACKS]:
            other = stacks.setdefault(f"{environment}-{service}", (environment, service))
            if other != (environment, service):
                yield (
                    f"dockyard.yaml: environments.{environment}: its stack of {service} would have the name of that of {other[1]}"
                    f" in environment {other[0]}; rename one of the services or environments"
                )


def _http(raw: Mapping[str, Any]) -> Http | None:
    if raw.get("kind") != "web" or http_of(raw) is None:
        return None
    try:
        return Http.model_validate(http_of(raw))
    except ValidationError:
        return None


def _relative(value: object) -> str | None:
    """The value where it is a relative path; what it is else is told by its model."""
    return value if isinstance(value, str) and not value.startswith(("/", "~")) else None


def _keys(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
