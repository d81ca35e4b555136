"""A timeout that is put off whenever something moves."""

import asyncio

import pytest

from dockyard.local.balancer.patience import Patience


def test_it_ends_when_nothing_moves():
    async def wait():
        with Patience().of(0.05):
            await asyncio.sleep(10)

    with pytest.raises(TimeoutError):
        asyncio.run(wait())


def test_it_is_put_off_by_what_moves():
    async def wait():
        with Patience().of(0.3) as patience:
            for _ in range(6):
                await asyncio.sleep(0.1)
                patience.moved()
        return "over"

    assert asyncio.run(wait()) == "over"


def test_it_ends_once_what_moved_has_stopped():
    async def wait():
        with Patience().of(0.1) as patience:
            await asyncio.sleep(0.05)
            patience.moved()
            await asyncio.sleep(10)

    with pytest.raises(TimeoutError):
        asyncio.run(wait())


def test_who_is_cancelled_from_outside_is_not_timed_out():
    async def wait():
        with Patience().of(10):
            await asyncio.sleep(10)

    async def cancelled():
        task = asyncio.create_task(wait())
        await asyncio.sleep(0)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cancelled())


def test_it_is_of_use_again_and_minds_the_shorter_time():
    async def wait():
        patience = Patience()
        with patience.of(3600):
            await asyncio.sleep(0)
        await asyncio.sleep(0)  # in no block
        with patience.of(0.05):
            await asyncio.sleep(10)

    with pytest.raises(TimeoutError):
        asyncio.run(wait())


def test_it_ends_nothing_outside_of_a_block():
    async def wait():
        patience = Patience()
        with patience.of(0.05):
            await asyncio.sleep(0)
        await asyncio.sleep(0.1)
        return "over"

    assert asyncio.run(wait()) == "over"
