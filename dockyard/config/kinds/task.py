"""`kind: task`."""

from typing import Literal

from dockyard.config.kinds.container import Container


class Task(Container):
    """A container that runs when it is asked for, until it ends."""

    kind: Literal["task"]
    """What the service is. The same in every environment."""
