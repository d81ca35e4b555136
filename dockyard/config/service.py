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


def kind_problem(raw: Mapping[str, Any]) -> Problem | None:
    """What is wrong with the `kind` that was written; None where there is such a kind."""
    kind = raw.get("kind")
    if isinstance(kind, str) and kind in KINDS:
        return None
    known = list(KINDS)
    return Problem(("kind",), unknown_word(known, kind) if "kind" in raw else f"is required: {one_of(known)}")


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
