"""A connection whose pause between two requests lasts too long is closed, and one that goes on is not."""

import asyncio
from collections.abc import Awaitable, Callable

from ticketsonic.lingering import Pauses

LONGEST_SECONDS = 0.2


def closed_after(course: Callable[[Pauses], Awaitable[None]]) -> bool:
    """Say whether a connection was closed in the course of its pauses."""

    async def run() -> bool:
        closed = asyncio.Event()
        pauses = Pauses(asyncio.get_running_loop(), LONGEST_SECONDS, closed.set)
        await course(pauses)
        pauses.cancel()
        return closed.is_set()

    return asyncio.run(run())


def test_one_that_is_too_long_closes_it() -> None:
    async def wait(pauses: Pauses) -> None:
        pauses.begin()
        await asyncio.sleep(1.5 * LONGEST_SECONDS)

    assert closed_after(wait)


def test_many_that_are_short_do_not_however_long_they_take_together() -> None:
    async def go_on(pauses: Pauses) -> None:
        for _ in range(8):
            pauses.begin()
            await asyncio.sleep(LONGEST_SECONDS / 3)
            pauses.end()
            assert not pauses.is_one

    assert not closed_after(go_on)


def test_one_that_begins_late_has_its_whole_time() -> None:
    async def begin_late(pauses: Pauses) -> None:
        pauses.begin()
        await asyncio.sleep(0.6 * LONGEST_SECONDS)
        pauses.end()
        pauses.begin()
        await asyncio.sleep(0.7 * LONGEST_SECONDS)  # the first timer has rung by now

    assert not closed_after(begin_late)


def test_a_request_under_way_is_no_pause() -> None:
    async def answer_slowly(pauses: Pauses) -> None:
        pauses.begin()
        pauses.end()
        await asyncio.sleep(1.5 * LONGEST_SECONDS)

    assert not closed_after(answer_slowly)
