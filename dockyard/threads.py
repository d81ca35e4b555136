"""Work in threads that an interrupt does not wait for."""

import signal
import threading
from collections.abc import Collection
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from types import FrameType, TracebackType
from typing import Any, TypeVar

_LOOK_SECONDS = 0.5
_interrupted = threading.Event()

T = TypeVar("T")


def raise_on_signals() -> None:
    """From now on Ctrl-C and SIGTERM raise KeyboardInterrupt in the main thread, also where the first one is lost.

    A signal may be given to a thread that is not waiting, and an exception that is raised in a destructor is ignored.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    _interrupted.set()
    raise KeyboardInterrupt


def first_done(futures: Collection[Future[T]]) -> set[Future[T]]:
    """Wait until at least one is done; those that are."""
    while True:
        done = wait(futures, timeout=_LOOK_SECONDS, return_when=FIRST_COMPLETED).done
        if _interrupted.is_set() and threading.current_thread() is threading.main_thread():
            raise KeyboardInterrupt
        if done:
            return done


class Threads(ThreadPoolExecutor):
    """At the end of its block all work is waited for, but not where the block is left by Ctrl-C or SIGTERM."""

    def __init__(self, max_workers: int) -> None:
        super().__init__(max_workers)
        self._futures: list[Future[Any]] = []

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """As of any executor."""
        future = super().submit(fn, *args, **kwargs)
        self._futures.append(future)
        return future

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> bool | None:
        """Wait, unless interrupted."""
        try:
            left = set(self._futures)
            while left and (kind is None or issubclass(kind, Exception)):
                left -= first_done(left)
        except KeyboardInterrupt:
            self.shutdown(wait=False, cancel_futures=True)
            raise
        self.shutdown(wait=not left, cancel_futures=bool(left))
        return None
