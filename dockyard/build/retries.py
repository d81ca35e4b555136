"""How often something that failed on its way is tried again, and how long after."""

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from dockyard.doors.engine_faults import SILENCE
from dockyard.errors import BuildError

T = TypeVar("T")


@dataclass(frozen=True)
class Retries:
    """Some attempts with pauses between them, which grow and are never the same on two machines."""

    attempts: int = 5
    """How often it is tried, the first time included."""
    first: float = 2
    """Seconds of the first pause at most; each further one is twice as long. In all half a minute: as long as AWS may need
    until a role that was made a moment ago is known everywhere."""
    longest: float = 20
    """Seconds that no pause exceeds."""
    silence: int = SILENCE
    """Seconds without a word of the engine after which a push counts as stalled."""

    def pauses(self) -> Iterator[float]:
        """Seconds to wait before each further attempt: at least half of what it may be, the rest by chance.

        https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
        """
        for number in range(self.attempts - 1):
            most = min(self.longest, self.first * 2**number)
            yield random.uniform(most / 2, most)  # noqa: S311  # no secret

    def run(self, act: Callable[[], T], worth: Callable[[BuildError], bool], say: Callable[[str], None]) -> T:
        """Act until it works; what it gives. Raises the BuildError of the last attempt, or the first that is not worth another.

        :param say: told of each attempt that failed, why, and when the next one is.
        """
        for number, pause in enumerate(self.pauses(), start=2):
            try:
                return act()
            except BuildError as fault:
                if not worth(fault):
                    raise
                say(f"{fault}; attempt {number} of {self.attempts} in {pause:.1f} s")
            time.sleep(pause)
        return act()


USUAL = Retries()
"""Where nothing else is said."""
