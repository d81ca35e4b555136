"""What the engine tells of a push, event by event.

https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Image/operation/ImagePush
"""

from collections.abc import Mapping
from typing import Any


class PushEvents:
    """Reads the events of one push."""

    def __init__(self) -> None:
        self.digest = ""
        """What the registry knows the image by, once it is there."""
        self.error: str | None = None
        """Why the push ended, in the words of the registry or the engine."""
        self._layers: dict[str, str] = {}
        self._again: set[str] = set()

    def read(self, event: Mapping[str, Any]) -> str | None:
        """Take in an event; a line that tells it, where it is one to be told."""
        self.error = event.get("error", self.error)
        self.digest = event.get("aux", {}).get("Digest", self.digest)
        layer, status = str(event.get("id", "")), str(event.get("status", ""))
        if layer:
            self._layers[layer] = status
        if status.startswith("Retrying"):
            self._again.add(layer)
        return f"{layer} {status}".strip() or None

    @property
    def sending(self) -> list[str]:
        """Layers that are on their way: those that the engine had to send again, else all of them."""
        sent = [id for id, status in self._layers.items() if status.startswith(("Pushing", "Retrying"))]
        return [id for id in sent if id in self._again] or sent
