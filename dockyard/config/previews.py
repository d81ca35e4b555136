"""Previews: what differs from the environment that they are of, and the hosts that they answer to."""

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from dockyard.config.capacity import target
from dockyard.config.http import Http
from dockyard.config.kinds.web import Web, http_of
from dockyard.config.preview import Preview
from dockyard.config.problems import Problem, one_of
from dockyard.config.project import EnvironmentSettings
from dockyard.config.routes import with_number
from dockyard.config.service import KINDS, Service
from dockyard.config.shown import show

LONGEST = 11
"""Characters of an environment's name."""
_OF_THE_PLATFORM = ("network", "domains", "load_balancer", "cluster")
"""Settings of which previews make nothing: they use what is there."""


def base_of(override: Mapping[str, Any]) -> str | None:
    """The environment that a preview is of, as it is written; None where it is none."""
    preview = override.get("preview")
    of = preview.get("of") if isinstance(preview, dict) else None
    return of if isinstance(of, str) else None


def previewed(raw: Mapping[str, Any], name: str, settings: EnvironmentSettings | None) -> dict[str, Any]:
    """A service of previews, before what is written for them: at a host of its own, cheap, quiet, and gone when it is gone."""
    kind, less = raw.get("kind"), dict(raw)
    model = KINDS.get(kind) if isinstance(kind, str) else None
    if model is None:
        return less
    fields = model.model_fields
    if target(raw.get("runs_on", fields["runs_on"].default)) == "fargate":
        less["runs_on"] = "fargate-spot"
    if "count" in fields:
        less["count"] = 1
    if "enabled" in fields:
        less["enabled"] = False
    deploy = raw.get("deploy")
    if "alarms" in fields and not (isinstance(deploy, dict) and deploy.get("alarms")):
        less["alarms"] = dict.fromkeys(_fields(fields["alarms"].annotation), "off")
    links = raw.get("links")
    if isinstance(links, dict):
        less["links"] = {key: _going(link) for key, link in links.items()}
    http, nlb = http_of(raw), raw.get("nlb")
    if kind == "web" and isinstance(http, dict) and settings and settings.preview:
        hosts = _hosts(http.get("host"), name, settings, settings.preview)
        less["http"] = {key: value for key, value in http.items() if key not in ("host", "priority")} | {"host": hosts}
    if kind == "web" and isinstance(nlb, dict) and nlb.get("host") and settings:
        less["nlb"] = nlb | {"host": [_host(host, name, settings) for host in _given(nlb["host"])]}
    return less


def _fields(annotation: Any) -> list[str]:
    """Keys of a model, or of the model of a union."""
    models = [one for one in (annotation, *get_args(annotation)) if hasattr(one, "model_fields")]
    return list(models[0].model_fields)


def _going(link: Any) -> Any:
    """A resource of the service's own, which goes with it."""
    made = isinstance(link, dict) and "existing" not in link and link.get("kind") in ("table", "bucket", "database")
    return {**link, "removal": "delete"} if made else link


def preview_problems(
    name: str,
    override: Mapping[str, Any],
    environments: Mapping[str, Any],
    settings: EnvironmentSettings | None,
    shared: EnvironmentSettings | None,
) -> Iterator[Problem]:
    """What is wrong with previews seen together with the other environments.

    :param shared: settings of the environment that they are of.
    """
    base = base_of(override)
    if base is None:
        return
    at = ("environments", name, "preview")
    others = [one for one, raw in environments.items() if not (isinstance(raw, dict) and "preview" in raw)]
    if base not in others:
        yield Problem((*at, "of"), f"should be {one_of(others)}, got {show(base)}")
    if settings and settings.load_balancer.existing is None and settings.preview and settings.preview.domain and settings.domains:
        yield Problem((*at, "domain"), "names below the first of domains get records by themselves: remove it")
    if settings and shared and base in others:
        yield from _platform_problems(name, base, settings, shared)


def _platform_problems(name: str, base: str, settings: EnvironmentSettings, shared: EnvironmentSettings) -> Iterator[Problem]:
    """What previews would have otherwise than the platform that they are on, or cannot have of it."""
    if shared.load_balancer.cloudfront:
        message = f"{base} has load_balancer.cloudfront, with names of its own alone: let previews be of one without it"
        yield Problem(("environments", name, "preview", "of"), message)
    for key in _OF_THE_PLATFORM:
        if getattr(settings, key) != getattr(shared, key):
            yield Problem(("environments", name, key), f"should be as {base} has it, on whose platform previews are: remove it")


def _hosts(written: Any, name: str, settings: EnvironmentSettings, preview: Preview) -> list[str]:
    """Hosts of previews, without their numbers, one label below a domain as before.

    `shop.example.com` becomes `shop-pr.example.com`, and a domain itself, or no host, `pr.example.com`.
    """
    domain = preview.domain or next(iter(settings.domains), None)
    return [_host(host, name, settings) for host in _given(written)] or ([f"{name}.{domain}"] if domain else [])


def _given(written: Any) -> list[str]:
    return [written] if isinstance(written, str) else [str(host) for host in written] if isinstance(written, list) else []


def _host(host: str, name: str, settings: EnvironmentSettings) -> str:
    label, dot, rest = host.partition(".")
    if host in settings.domains:
        return f"{name}.{host}"
    return host if label == "*" else f"{label}-{name}{dot}{rest}"


def preview_host_problems(http: Http) -> Iterator[Problem]:
    """Services whose previews nobody could tell apart by their names."""
    if not http.host:
        yield Problem(("http", "host"), "is needed: give previews a domain (preview.domain in dockyard.yaml), or all (domains)")
    for host in http.host:
        if host.startswith("*"):
            yield Problem(("http", "host"), f'should be no wildcard, as each preview has a name of its own, got "{host}"')


def numbered_hosts(service: Service, number: int) -> Service:
    """The service of the preview with that number, whose hosts have it in their names."""
    if not isinstance(service, Web):
        return service
    parts = {"http": service.http, "nlb": service.nlb}
    numbered = {
        key: part.model_copy(update={"host": with_number(part.host, number)}) for key, part in parts.items() if part is not None
    }
    return service.model_copy(update=numbered)
