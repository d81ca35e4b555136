"""Whether what was deployed answers."""

import time
from collections.abc import Callable, Mapping

PATIENCE = 60.0
"""Seconds that an address has until it must have answered well: a name may be new, and a cache cold."""
PAUSE = 2.0


def smoke(
    addresses: Mapping[str, str],
    ask: Callable[[str], int | str],
    *,
    tell: Callable[[str], None],
    patience: float = PATIENCE,
    sleep: Callable[[float], None] = time.sleep,
) -> list[str]:
    """Ask each address until it answers with 2xx or 3xx; a line on each that does not, in time.

    :param addresses: by service.
    :param ask: for the status of an address, or why there is none.
    """
    end = time.monotonic() + patience
    faults = []
    for service, address in addresses.items():
        answer = ask(address)
        while not _is_good(answer) and time.monotonic() < end:
            sleep(PAUSE)
            answer = ask(address)
        if _is_good(answer):
            tell(f"{service}: {address}: {answer}")
        else:
            faults.append(f"{service}: {address}: {answer}")
    return faults


def _is_good(answer: int | str) -> bool:
    return isinstance(answer, int) and 200 <= answer < 400
