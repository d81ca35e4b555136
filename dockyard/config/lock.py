"""dockyard.lock: what was decided once and must stay so. It is committed with the sources."""

import re
from typing import Annotated

from pydantic import Field

from dockyard.config.model import EnvironmentName, Model, number, words
from dockyard.config.route import Route
from dockyard.config.routes import FIRST, numbered, priority, shifted, without_number, written

Digest = Annotated[str, words("a digest such as sha256:0123...", r"sha256:[0-9a-f]{64}")]


class LockedPriority(Model):
    """A priority that was given to one route."""

    route: str
    """Host, path and conditions that it was given for. It has no meaning for another."""
    priority: Annotated[int, number(FIRST, 49999)]
    """Priority of the rule."""


TAG = re.compile(r"[0-9a-f]{20}")
"""A tag that Dockyard gives."""
Tag = Annotated[str, words("a tag of 20 hexadecimal digits", TAG.pattern)]


class Pin(Model):
    """A version that a service was rolled back to, or that it has from another environment."""

    tag: Tag
    """Tag that runs."""
    instead_of: list[Tag]
    """Tags that do not run, though the sources may give one of them. Of any other the pin says nothing."""
    promoted_from: EnvironmentName | None = None
    """The environment that it was promoted from; none where it was rolled back to."""


class Lock(Model):
    """The content of dockyard.lock."""

    bases: dict[str, Digest] = Field(default_factory=dict)
    """Base image to the digest that it means. A base that is not here means whatever its tag points to."""
    refresh: str | None = None
    """When system packages were last to be had anew: part of every tag, so that unchanged sources get patched packages."""
    priorities: dict[str, LockedPriority] = Field(default_factory=dict)
    """`environment/service` to the priority of its rule, where the computed one was taken."""

    pins: dict[str, Pin] = Field(default_factory=dict)
    """`environment/service`, or `environment/service.sidecar`, to what it was rolled back to, or promoted to have."""

    def pinned(self, tag: str, *, environment: str, image: str) -> Pin | None:
        """What is to run in place of a tag that the sources give; None where that is to run itself.

        :param image: the service's name, or the sidecar's.
        """
        pin = self.pins.get(f"{environment}/{image}")
        return pin if pin and tag in pin.instead_of else None

    def priority(self, route: Route, *, environment: str, service: str) -> int:
        """Priority of the rule: the one that the service gives itself, else the locked one, else the computed one."""
        entry = self.entry(route, environment=environment, service=service)
        if entry:
            return entry.priority
        of, number = numbered(environment)
        if number is not None:  # of a preview that is locked for all
            entry = self.entry(without_number(route, number), environment=of, service=service)
        return shifted(entry.priority, number) if entry else priority(route, environment=environment, service=service)

    def entry(self, route: Route, *, environment: str, service: str) -> LockedPriority | None:
        """What is locked for this route; None where nothing is, or the service gives itself a priority."""
        entry = self.priorities.get(f"{environment}/{service}")
        return entry if entry and entry.route == written(route) and route.priority is None else None
