"""Uploads: few at once, fewer of one address, one of each file; whoever finds no place is told so (design §3)."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from ledger.errors import UnavailableError
from ledger.web.problem import HttpError
from ledger.web.upload import BESIDE, Room, Uploads

DIGEST = "sha256:" + "a" * 64


def test_address_has_a_quarter_of_the_places_and_all_have_no_more_than_there_are() -> None:
    """One address is told 429, the last of many 503; a place that is left is free again."""

    async def run() -> None:
        uploads = Uploads(8, patience=0.01)
        async with AsyncExitStack() as stack:
            for address in ("a", "b", "c", "d"):
                for _ in range(2):
                    await stack.enter_async_context(uploads.place(address))
            assert uploads.taken == 8
            with pytest.raises(HttpError, match="2 files of this address") as refused:
                await stack.enter_async_context(uploads.place("a"))
            assert (refused.value.status, refused.value.facts["retry_after"]) == (429, 5)
            with pytest.raises(UnavailableError, match="on their way"):
                await stack.enter_async_context(uploads.place("e"))
        assert uploads.taken == 0
        async with uploads.place("e"):
            assert uploads.taken == 1

    asyncio.run(run())


def test_file_is_brought_by_one_at_a_time_and_by_few_where_that_one_is_slow() -> None:
    """The next waits for the one before, and goes beside it where that takes long; another file does not wait."""

    async def run() -> None:
        uploads, order = Uploads(8, patience=5.0), list[str]()

        async def bring(name: str, release: asyncio.Event) -> None:
            async with uploads.turn(DIGEST):
                order.append(name)
                await release.wait()

        held, free = asyncio.Event(), asyncio.Event()
        free.set()
        first, second = asyncio.create_task(bring("first", held)), asyncio.create_task(bring("second", free))
        async with uploads.turn("sha256:" + "b" * 64):
            await asyncio.sleep(0)
        assert order == ["first"]
        held.set()
        await asyncio.gather(first, second)
        assert order == ["first", "second"]

        short = Uploads(8, patience=0.01)
        async with short.turn(DIGEST):
            async with AsyncExitStack() as stack:
                for _ in range(BESIDE):
                    await stack.enter_async_context(short.turn(DIGEST))
                with pytest.raises(UnavailableError, match="being brought by others"):
                    await stack.enter_async_context(short.turn(DIGEST))
            async with short.turn(DIGEST):
                pass
        async with short.turn(DIGEST):
            pass

    asyncio.run(run())


def test_bodies_in_memory_have_a_bound_and_half_of_it_for_one_address() -> None:
    """One address is told 429, the last of many 503; what is given back is room again (design §3)."""
    room = Room(100)
    room.take("a", 30)
    room.take("a", 20)
    with pytest.raises(HttpError, match="of this address") as refused:
        room.take("a", 1)
    assert refused.value.status == 429
    room.take("b", 40)
    with pytest.raises(UnavailableError, match="held at once"):
        room.take("c", 11)
    room.give_back("b", 40)
    room.take("c", 11)
    assert room.taken == 61
    for address, count in (("a", 50), ("c", 11)):
        room.give_back(address, count)
    assert room.taken == 0
