"""The `links` part of a service.yaml: resources that the service uses, its own or those of dockyard.yaml.

A link grants the access to the service's task role and tells the container by variables where the resource is.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Tag

from dockyard.config.model import LinkName
from dockyard.config.problems import Problem, one_of
from dockyard.config.resources import (
    RESOURCES,
    BucketResource,
    DatabaseResource,
    QueueResource,
    Resource,
    TableResource,
    TopicResource,
    kind_of,
    known_kind,
)
from dockyard.config.shown import show

Access = Literal["read", "write", "read-write"]
ACCESS: Mapping[str, tuple[Access, ...]] = {
    **dict.fromkeys(("table", "queue", "bucket"), ("read", "write", "read-write")),
    "topic": ("write",),
    "database": ("read-write",),
}
"""Kind to what a service may do with it. Who reads a queue takes its messages."""
VARIABLES: Mapping[str, tuple[str, ...]] = {
    "table": ("TABLE",),
    "queue": ("QUEUE_URL",),
    "bucket": ("BUCKET",),
    "topic": ("TOPIC_ARN",),
    "database": ("HOST", "PORT", "NAME", "USER", "PASSWORD"),
}
"""Kind to what follows the link's name in the variables that it sets: `ORDERS_TABLE`, `DB_HOST`."""


class TableLink(TableResource):
    """A table of the service's own."""

    access: Access = "read-write"
    """What the service may do with it."""


class QueueLink(QueueResource):
    """A queue of the service's own."""

    access: Access = "read-write"
    """`read` takes messages, `write` sends them."""


class BucketLink(BucketResource):
    """A bucket of the service's own."""

    access: Access = "read-write"
    """What the service may do with it."""


class TopicLink(TopicResource):
    """A topic of the service's own."""

    access: Literal["write"] = "write"
    """The service publishes to it."""


class DatabaseLink(DatabaseResource):
    """A database of the service's own."""

    access: Literal["read-write"] = "read-write"
    """The service has its user and password."""


def _known(value: Any) -> Any:
    if isinstance(value, str) and value not in ACCESS["table"]:
        words = one_of(list(ACCESS["table"]))
        raise ValueError(f"should be {words} for one in dockyard.yaml, or a mapping with kind, got {show(value)}")
    return value if isinstance(value, str) else known_kind(value)


def _form(value: Any) -> str:
    return "<access>" if isinstance(value, str) else kind_of(value)


Link = Annotated[
    Annotated[Access, Tag("<access>")]
    | Annotated[TableLink, Tag("<table>")]
    | Annotated[QueueLink, Tag("<queue>")]
    | Annotated[BucketLink, Tag("<bucket>")]
    | Annotated[TopicLink, Tag("<topic>")]
    | Annotated[DatabaseLink, Tag("<database>")],
    Discriminator(_form),
    BeforeValidator(_known),
]
"""A word is the access to the resource of that name in dockyard.yaml; a mapping is a resource of the service's own."""
Links = dict[LinkName, Link]


def variables(name: str, kind: str) -> list[str]:
    """Names of the variables that a link of that name and kind sets."""
    prefix = name.upper().replace("-", "_")
    return [f"{prefix}_{suffix}" for suffix in VARIABLES[kind]]


def link_problems(raw: Mapping[str, Any], shared: Mapping[str, Resource] | None, taken: set[str]) -> Iterator[Problem]:
    """Links with what dockyard.yaml does not have, or does not allow, and variables that are set twice.

    :param shared: resources of dockyard.yaml; None where it could not be read.
    :param taken: variables that are set by others.
    """
    setters = dict.fromkeys(taken, "env, secrets or Dockyard itself")
    links = raw.get("links")
    for name, link in links.items() if isinstance(links, dict) else ():
        kind = link.get("kind") if isinstance(link, dict) else None
        if isinstance(link, str) and link in ACCESS["table"] and shared is not None:
            if problem := _shared_problem(shared.get(name), link, list(shared)):
                yield Problem(("links", name), problem)
            kind = shared[name].kind if name in shared else None
        for variable in variables(name, kind) if isinstance(kind, str) and kind in RESOURCES else ():
            other = setters.setdefault(variable, f"the link {name}")
            if other != f"the link {name}":
                yield Problem(("links", name), f"sets {variable}, which is set by {other} as well; rename one of them")


def _shared_problem(resource: Resource | None, access: str, known: list[str]) -> str | None:
    if resource is None:
        return f"no such resource in dockyard.yaml, which has {one_of(known)}; one of the service's own is a mapping with kind"
    allowed: list[str] = [*ACCESS[resource.kind]]
    return None if access in allowed else f"should be {one_of(allowed)}, as it is a {resource.kind}, got {show(access)}"
