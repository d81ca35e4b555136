"""What is told where nothing changed, before anything of the project is read (`dockyard.deploy.standing`)."""

import time
from collections.abc import Mapping
from typing import Any

from dockyard.cli import screen, short
from dockyard.cli.addresses import tell_addresses
from dockyard.deploy.standing import Standing, StandingImages


def tell_as_left(found: Standing, *, begun: float, json: bool) -> None:
    """The same as a deploy tells that has read it all.

    :param begun: when, by `time.monotonic`.
    """
    screen.say(found.where)
    for subject, text in found.cautions:
        screen.warn(f"{subject}: {text}")
    seconds = time.monotonic() - begun
    screen.say(f"nothing changed ({seconds:.1f} s)")
    tell_addresses(found.lines, {**found.receipt, "seconds": seconds}, json=json)


def tell_as_pushed(found: StandingImages, *, json: bool) -> None:
    """The same as a push tells that has read it all."""
    for subject, text in found.cautions:
        screen.warn(f"{subject}: {text}")
    with screen.Board() as board:
        for image in found.images:
            board.done(image["service"], "image is in ECR already")
    rows = [dict(image) for image in found.images]
    screen.as_json(rows) if json else screen.table([shown(row) for row in rows])


def shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row that is JSON, for a table."""
    return {**row, "digest": short.digest(row["digest"])}
