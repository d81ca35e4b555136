"""What is told of each image of a push."""

from dataclasses import replace

from dockyard.build.plan import Planned
from dockyard.build.sizes import size
from dockyard.cli import short


def row(image: Planned, *, json: bool) -> dict[str, object]:
    """What was pushed is told where it was pushed now; of layers the engine tells alone."""
    wanted, pushed = image.image, image.pushed
    shown = pushed if json else {name: _shown(name, count) for name, count in pushed.items()}
    named = {
        "service": wanted.service,
        "repository": wanted.repository,
        "tag": wanted.tag,
        "digest": image.digest if json else short.digest(image.digest),
    }
    return {**named, **shown}


def _shown(name: str, count: int | None) -> object:
    return count if count is None or name.startswith("layers") else size(count)


def row_as_left(image: Planned) -> dict[str, object]:
    """The same as JSON of an image that was pushed before: what went there this time is no part of it."""
    return row(replace(image, size=None, layers=None), json=True)
