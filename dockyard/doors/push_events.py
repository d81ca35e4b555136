"""What the engine tells of a push, event by event.

https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Image/operation/ImagePush
"""

import re
from collections.abc import Mapping
from typing import Any

_DIGEST = re.compile(r": digest: (sha256:[0-9a-f]{64})")


class PushEvents:
    """Reads the events of one push."""

    def __init__(self) -> None:
        self.digest = ""
        """What the registry knows the image by, once it is there."""
        self.error: str | None = None
        """Why the push ended, in the words of the registry or the engine."""
        self.new = False
        """Whether the last event told anything that the one before it of its layer did not.

        With containerd's image store the engine repeats itself ten times a second, also when nothing moves.
        """
        self._told: dict[str, str] = {}
        self._again: set[str] = set()

    def read(self, event: Mapping[str, Any]) -> str | None:
        """Take in an event; a line that tells it, such as `3f2a Pushing 12/34` (bytes), where it is one to be told."""
        self.error = event.get("error", self.error)
        layer, status, sent = str(event.get("id", "")), str(event.get("status", "")), event.get("progressDetail") or {}
        said = _DIGEST.search(status)  # the only place where containerd's image store tells it
        self.digest = event.get("aux", {}).get("Digest") or (said[1] if said else self.digest)
        if status.startswith("Retrying"):
            self._again.add(layer)
        of = f" {sent.get('current', 0)}/{sent['total']}" if status and sent.get("total") else ""
        told = f"{status}{of}"
        self.new = self._told.get(layer) != told
        self._told[layer] = told
        return f"{layer} {told}".strip() or None

    @property
    def sending(self) -> list[str]:
        """Layers that are on their way: those that the engine had to send again, else all of them."""
        sent = [id for id, told in self._told.items() if id and told.startswith(("Pushing", "Retrying"))]
        return [id for id in sent if id in self._again] or sent
