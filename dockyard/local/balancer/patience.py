"""A timeout that is put off whenever something moves."""

import asyncio
from types import TracebackType


class Patience:
    """Raises TimeoutError in the block once nothing has moved for so many seconds.

    The clock is looked at when they may be over, not at each byte: that costs as much as all else that a byte does.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._timeout = asyncio.timeout(None)
        self._loop = asyncio.get_running_loop()
        self.moved()

    def moved(self) -> None:
        """Begin anew."""
        self._last = self._loop.time()

    async def __aenter__(self) -> "Patience":
        await self._timeout.__aenter__()
        self._timer = self._loop.call_later(self._seconds, self._look)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._timer.cancel()
        await self._timeout.__aexit__(kind, error, traceback)

    def _look(self) -> None:
        over = self._last + self._seconds
        if self._loop.time() >= over:
            self._timeout.reschedule(over)
        else:
            self._timer = self._loop.call_at(over, self._look)
