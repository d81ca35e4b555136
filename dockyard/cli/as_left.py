"""What is told of a deploy of which nothing changed, before anything of the project is read (`dockyard.deploy.standing`)."""

import time

from dockyard.cli import screen
from dockyard.cli.addresses import tell_addresses
from dockyard.deploy.standing import Standing


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
