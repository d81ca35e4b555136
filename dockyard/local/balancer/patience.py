"""A timeout that is put off whenever something moves."""

import asyncio
import math
from types import TracebackType


class Patience:
    """Of one task: `with patience.of(60)` raises TimeoutError once nothing has moved for a minute.

    The clock is looked at when the time may be over, by one timer that lives on from block to block: to set one for each
    request and put it off at each byte costs as much as parsing them.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        task = asyncio.current_task()
        assert task  # noqa: S101  # we are in one
        self._task = task
        self._seconds = self._until = math.inf
        self._timer: asyncio.TimerHandle | None = None

    def of(self, seconds: float) -> "Patience":
        """For a block; blocks do not stand in each other."""
        self._seconds = seconds
        return self

    def moved(self) -> None:
        """Begin anew."""
        self._until = self._loop.time() + self._seconds

    def close(self) -> None:
        """Be done with it."""
        if self._timer:
            self._timer.cancel()

    def __enter__(self) -> "Patience":
        self._over, self._cancelled_before = False, self._task.cancelling()
        self.moved()
        if self._timer is None or self._timer.when() > self._until:
            self._look_later()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self._until = math.inf
        if self._over and self._task.uncancel() <= self._cancelled_before and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def _look_later(self) -> None:
        self.close()
        self._timer = self._loop.call_at(self._until, self._look)

    def _look(self) -> None:
        self._timer = None
        if self._loop.time() >= self._until:
            self._over = True
            self._task.cancel()
        elif self._until < math.inf:
            self._look_later()
