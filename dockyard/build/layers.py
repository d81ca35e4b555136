"""What an engine says of a push, read as layers: how many go over the wire, and how many the registry has already."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from dockyard.build.sizes import size

SHORT = 12
"""Digits of a digest by which the engine tells of a layer: that of its files, or, with containerd's image store, of its blob."""
_EVENT = re.compile(rf"(?P<id>[0-9a-f]{{{SHORT}}}) (?P<status>.*?)(?: (?P<done>\d+)/(?P<total>\d+))?")
_REUSED = ("Layer already exists", "Mounted from")


@dataclass
class Layers:
    """The layers of one push, line by line as `Docker.push` gives them."""

    count: int
    on_there: Callable[[str], None] = lambda _: None
    """Told each layer that the registry has by then."""
    _reused: set[str] = field(default_factory=set)
    _sent: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Layer to the bytes that were sent of it, and that it has."""

    def read(self, line: str) -> str:
        """Take in a line; what is going on then."""
        if match := _EVENT.fullmatch(line):
            self._event(match["id"], match["status"], int(match["done"] or 0), int(match["total"] or 0))
        done, total = (sum(numbers) for numbers in zip(*self._sent.values(), strict=True)) if self._sent else (0, 0)
        return f"pushing {size(done)} of {size(total)}" if total else "pushing"

    def _event(self, id: str, status: str, done: int, total: int) -> None:
        if status.startswith((*_REUSED, "Pushed")):
            self.on_there(id)
        if status.startswith(_REUSED):
            self._reused.add(id)
        elif status == "Pushing":
            known = max(total, self._sent.get(id, (0, 0))[1])  # some engines tell the whole size once
            self._sent[id] = min(done, known), known
        elif status == "Pushed" and id in self._sent:
            self._sent[id] = (self._sent[id][1],) * 2

    @property
    def reused(self) -> int:
        """How many the registry had, and not from an attempt of this push before."""
        return min(len(self._reused - self._sent.keys()), self.count)

    @property
    def pushed(self) -> int:
        """How many were sent. The image's configuration, which some engines list as well, is none."""
        return self.count - self.reused

    @property
    def bytes_sent(self) -> int:
        """How much was sent."""
        return sum(done for done, _ in self._sent.values())

    def __str__(self) -> str:
        sent = f" ({size(self.bytes_sent)})" if self.bytes_sent else ""
        return f"{self.pushed} {'layer' if self.pushed == 1 else 'layers'} pushed{sent}, {self.reused} reused"
