"""dockyard.lock: what was decided once and must stay so. It is committed with the sources."""

from typing import Annotated

from pydantic import Field

from dockyard.config.model import Model, words

Digest = Annotated[str, words("a digest such as sha256:0123...", r"sha256:[0-9a-f]{64}")]


class Lock(Model):
    """The content of dockyard.lock."""

    bases: dict[str, Digest] = Field(default_factory=dict)
    """Base image to the digest that it means. A base that is not here means whatever its tag points to."""
    priorities: dict[str, Annotated[int, Field(ge=1, le=50000)]] = Field(default_factory=dict)
    """`environment/service` to the priority of its rule, where the computed one was taken."""
