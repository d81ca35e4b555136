"""Where services answer, at the end of a deploy."""

from collections.abc import Mapping, Sequence
from typing import Any

from dockyard.cli import screen


def tell_addresses(lines: Sequence[str], receipt: Mapping[str, Any], *, json: bool) -> None:
    """Print each service with its address, or the whole receipt as JSON.

    :param lines: what is told before.
    """
    for line in lines:
        screen.say(line)
    if json:
        screen.as_json(receipt)
    else:
        screen.table([{"service": name, "address": address} for name, address in receipt["addresses"].items()])
