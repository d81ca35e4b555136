"""What a service.yaml holds: one of the kinds, told apart by `kind`."""

from collections.abc import Mapping
from typing import Annotated, Any, get_args

from pydantic import Field

from dockyard.config.kinds.backend import Backend
from dockyard.config.kinds.job import Job
from dockyard.config.kinds.task import Task
from dockyard.config.kinds.web import Web
from dockyard.config.kinds.worker import Worker
from dockyard.config.problems import Problem, all_of, one_of, unknown_word
from dockyard.config.shown import show

Service = Web | Backend | Worker | Job | Task
"""Any kind of service."""
AnyService = Annotated[Service, Field(discriminator="kind")]
"""The same, for pydantic."""
KINDS: Mapping[str, type[Service]] = {get_args(kind.model_fields["kind"].annotation)[0]: kind for kind in get_args(Service)}
"""Kind to its model."""

OF_DEPLOY = ("approve", "before", "smoke", "strategy")
"""Keys of `deploy` that are no key of a service, though one may look for them there."""

NOT_BY_ENVIRONMENT = {
    "kind": "is the same in every environment",
    "image": "is the same in every environment: the image that was tested is the one that is promoted",
    "port": "is the same in every environment: it is in the image that was tested",
}
"""Keys that `environments` of a service.yaml may not hold, and why."""


_OF_COPILOT = {
    "load balanced web service": "web",
    "request-driven web service": "web",
    "backend service": "backend",
    "worker service": "worker",
    "scheduled job": "job",
}
"""Kinds by what Copilot's manifests have as `type`: https://aws.github.io/copilot-cli/docs/manifest/overview/."""


def kind_problem(raw: Mapping[str, Any]) -> Problem | None:
    """What is wrong with the `kind` that was written; None where there is such a kind."""
    kind, known = raw.get("kind"), list(KINDS)
    if isinstance(kind, str) and kind in KINDS:
        return None
    if meant := of_copilot(raw):
        key = "kind" if "kind" in raw else "type"
        return Problem((key,), f"{show(raw[key])} is of AWS Copilot: write kind: {meant}")
    return Problem(("kind",), unknown_word(known, kind) if "kind" in raw else f"is required: {one_of(known)}; such as kind: web")


def of_copilot(raw: Mapping[str, Any]) -> str | None:
    """The kind that a type of Copilot is here, written as `kind` or as Copilot's `type`; None where it is none."""
    written = raw.get("kind", raw.get("type"))
    return _OF_COPILOT.get(written.lower()) if isinstance(written, str) else None


def keys_of_others(kind: str) -> dict[str, str]:
    """Keys that this kind does not have and others do: what is to be said of each."""
    others: dict[str, list[str]] = {}
    for name, model in KINDS.items():
        for key in model.model_fields.keys() - KINDS[kind].model_fields.keys():
            others.setdefault(key, []).append(name)
    of_deploy = {key: f"is deploy.{key} of kind web" for key in OF_DEPLOY}
    return of_deploy | {key: f"is of {all_of(names)}; a {kind} has none" for key, names in others.items()}


def calls(service: Service) -> tuple[str, ...]:
    """Backends that it calls by name. Only what ECS runs as a service can do so."""
    return service.calls if isinstance(service, Web | Backend | Worker) else ()
