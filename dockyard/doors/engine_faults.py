"""What the engine, and registries by it, refuse or do not do, in words for the user."""

from collections.abc import Sequence

from dockyard.errors import BuildError

ENGINE_GONE = "the Docker engine does not answer any more"
START_ENGINE = (
    "start it again (sudo systemctl start docker; or: dockyard local up), then run the same command: it takes up where this ended"
)
MAKE_ROOM = "see what takes the room: docker system df; remove what no build needs: docker builder prune"
_DISK_FULL = "no space left on device"


SILENCE = 300
"""Seconds without a word of the engine after which a push counts as stalled. A registry may need minutes for the digest of a
layer of gigabytes, and the engine says nothing meanwhile."""


class SilentError(Exception):
    """The engine said nothing for as long as was to be waited."""


class PushError(BuildError):
    """A push that failed, in the words of the registry or the engine.

    :param layers: ids of the layers that were on their way.
    :param stalled: nothing was heard of it any more; the engine may hold it still.
    """

    def __init__(self, said: str, layers: Sequence[str] = (), *, stalled: bool = False) -> None:
        which = f" (layer {', '.join(layers)})" if layers else ""
        super().__init__(f"{said}{which}", hint=disk_hint(said))
        self.stalled = stalled


def disk_hint(text: str) -> str | None:
    """The commands that make room, where the engine's disk is full by this text."""
    return MAKE_ROOM if _DISK_FULL in text.lower() else None
