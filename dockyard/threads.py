"""Work in threads that an interrupt does not wait for."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Threads(ThreadPoolExecutor):
    """At the end of its block all work is waited for, but not where the block is left by Ctrl-C or SIGTERM."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> bool | None:
        """Wait, unless interrupted."""
        interrupted = kind is not None and not issubclass(kind, Exception)
        self.shutdown(wait=not interrupted, cancel_futures=interrupted)
        return None


def each(work: Callable[[T], R], items: Iterable[T], at_once: int = 10) -> list[R]:
    """The results in order. Raises what the first raised that failed.

    For calls of AWS, each of which takes a tenth of a second: ten at once are within the limits of every API that lists.
    """
    with Threads(max_workers=at_once) as pool:
        return list(pool.map(work, items))
