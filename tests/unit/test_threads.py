"""Threads that an interrupt does not wait for."""

import threading
import time

import pytest

from dockyard.threads import Threads


def test_an_interrupt_does_not_wait_for_what_runs():
    over = threading.Event()
    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt), Threads(max_workers=1) as pool:
        pool.submit(over.wait, 30)
        pool.submit(over.wait, 30)
        raise KeyboardInterrupt
    assert time.monotonic() - begun < 10
    over.set()


def test_an_error_waits_so_that_nothing_goes_on_unseen():
    done = []
    with pytest.raises(ValueError, match="x"), Threads(max_workers=1) as pool:
        pool.submit(lambda: (time.sleep(0.2), done.append(1)))
        raise ValueError("x")
    assert done == [1]
