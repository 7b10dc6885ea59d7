"""The committer by itself: bounded, fair to each of a batch, and alive whatever becomes of its callers."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from ticketsonic.commits import GATHERING_TURNS, CallerGone, Committer, Unsettled
from ticketsonic.database import DatabaseAway
from ticketsonic.errors import TemporarilyUnavailable

Numbers = Committer[int, int]


class Till:
    """Doubles numbers. Waits while it is closed; chokes on what it is told to choke on."""

    def __init__(self, chokes_on: Sequence[int] = (), error: Exception | None = None) -> None:
        self.open = asyncio.Event()
        self.open.set()
        self.batches: list[list[int]] = []
        self._chokes_on = set(chokes_on)
        self._error = error or ValueError("choked")

    async def take(self, numbers: Sequence[int]) -> list[int]:
        self.batches.append(list(numbers))
        await self.open.wait()
        if self._chokes_on & set(numbers):
            raise self._error
        return [2 * number for number in numbers]


def run(
    body: Callable[[Numbers, Till], Awaitable[None]],
    till: Callable[[], Till] = Till,
    *,
    queue_length: int = 100,
    turns: int = 0,
) -> None:
    async def main() -> None:
        the_till = till()
        committer = Numbers("test", the_till.take, batch_size=8, queue_length=queue_length, turns=turns)
        committer.start()
        async with asyncio.timeout(10):
            await body(committer, the_till)
            the_till.open.set()
            await committer.stop()

    asyncio.run(main())


async def ask(committer: Numbers, *numbers: int) -> list[Any]:
    return await asyncio.gather(*(committer.submit(number) for number in numbers), return_exceptions=True)


def test_each_gets_its_own_outcome_in_batches_of_bounded_size() -> None:
    async def body(committer: Numbers, till: Till) -> None:
        assert await ask(committer, *range(20)) == [2 * number for number in range(20)]
        assert max(map(len, till.batches)) == 8

    run(body)


@pytest.mark.parametrize(("turns", "batches"), [(GATHERING_TURNS, [[1], [2, 3]]), (0, [[1], [2], [3]])])
def test_who_asks_again_at_once_comes_with_those_who_wait_where_it_gathers(
    turns: int, batches: list[list[int]]
) -> None:
    async def body(committer: Numbers, till: Till) -> None:
        async def ask_again() -> int:
            await committer.submit(1)
            await asyncio.sleep(0)  # a turn of the loop, in which a connection reads what comes
            return await asyncio.create_task(committer.submit(3))

        till.open.clear()
        first = asyncio.create_task(ask_again())
        await asyncio.sleep(0.01)
        second = asyncio.create_task(committer.submit(2))
        await asyncio.sleep(0.01)
        till.open.set()
        assert (await first, await second) == (6, 4)
        assert till.batches == batches

    run(body, turns=turns)


def test_beyond_the_queue_a_request_is_refused_at_once_and_the_others_are_answered() -> None:
    async def body(committer: Numbers, till: Till) -> None:
        till.open.clear()
        under_way = asyncio.create_task(ask(committer, 0))
        await asyncio.sleep(0.01)
        waiting = asyncio.create_task(ask(committer, 1, 2))
        await asyncio.sleep(0.01)
        with pytest.raises(TemporarilyUnavailable):
            await committer.submit(3)
        till.open.set()
        assert (await under_way, await waiting) == ([0], [2, 4])

    run(body, queue_length=2)


def test_an_unexpected_error_fails_only_the_request_that_causes_it() -> None:
    async def body(committer: Numbers, till: Till) -> None:
        outcomes = await ask(committer, *range(8))
        assert [outcomes[place] for place in (0, 1, 2, 4, 5, 7)] == [0, 2, 4, 8, 10, 14]
        assert [type(outcomes[place]) for place in (3, 6)] == [ValueError, ValueError]

    run(body, lambda: Till(chokes_on=[3, 6]))


def test_a_database_that_is_away_fails_the_batch_and_is_not_asked_again_for_it() -> None:
    async def body(committer: Numbers, till: Till) -> None:
        outcomes = await ask(committer, *range(4))
        assert [type(outcome) for outcome in outcomes] == [TemporarilyUnavailable] * 4
        assert till.batches == [[0, 1, 2, 3]]
        assert await ask(committer, 5) == [10]

    run(body, lambda: Till(chokes_on=[3], error=DatabaseAway("away")))


def test_a_request_whose_caller_has_gone_is_dropped_before_its_turn() -> None:
    async def body(committer: Numbers, till: Till) -> None:
        with pytest.raises(CallerGone):
            await committer.submit(1, lambda: True)
        assert await ask(committer, 2) == [4]
        assert till.batches == [[2]]

    run(body)


def test_a_handler_cancelled_once_its_caller_has_gone_does_not_stop_the_committer() -> None:
    async def body(committer: Numbers, till: Till) -> None:
        till.open.clear()
        under_way = asyncio.create_task(committer.submit(1))
        await asyncio.sleep(0.01)
        cancelled = asyncio.create_task(committer.submit(2, lambda: True))
        await asyncio.sleep(0.01)
        cancelled.cancel()
        await asyncio.sleep(0.01)
        till.open.set()
        assert await under_way == 2
        assert await ask(committer, 3) == [6]

    run(body)


def test_a_handler_cancelled_during_its_commit_does_not_stop_the_committer() -> None:
    async def body(committer: Numbers, till: Till) -> None:
        till.open.clear()
        under_way = asyncio.create_task(committer.submit(1))
        await asyncio.sleep(0.01)
        under_way.cancel()
        await asyncio.sleep(0.01)
        till.open.set()
        assert await ask(committer, 3) == [6]

    run(body)


def test_stop_answers_all_that_wait_and_takes_no_more() -> None:
    async def body(committer: Numbers, till: Till) -> None:
        till.open.clear()
        waiting = asyncio.create_task(ask(committer, *range(20)))
        await asyncio.sleep(0.01)
        stopping = asyncio.create_task(committer.stop())
        await asyncio.sleep(0.01)
        with pytest.raises(TemporarilyUnavailable):
            await committer.submit(99)
        till.open.set()
        await stopping
        assert await waiting == [2 * number for number in range(20)]

    run(body)


@pytest.mark.parametrize("outcomes", [[], [1, 2, 3]])
def test_a_batch_without_an_outcome_for_each_fails_and_the_committer_lives(outcomes: list[int]) -> None:
    async def forgetful(numbers: Sequence[int]) -> list[int]:
        return outcomes if 0 in numbers else list(numbers)

    async def main() -> None:
        committer = Numbers("test", forgetful, batch_size=8, queue_length=8)
        committer.start()
        async with asyncio.timeout(10):
            assert [type(outcome) for outcome in await ask(committer, 0)] == [ValueError]
            assert await ask(committer, 1) == [1]
            await committer.stop()

    asyncio.run(main())


@pytest.mark.parametrize(
    ("error", "expected"), [(DatabaseAway("away"), TemporarilyUnavailable()), (KeyError("odd"), 20)]
)
def test_what_a_batch_has_settled_stands_where_the_rest_of_it_fails(error: Exception, expected: Any) -> None:
    batches: list[list[int]] = []

    async def half_way(numbers: Sequence[int]) -> list[int | Unsettled]:
        batches.append(list(numbers))
        if len(batches) == 1:
            return [numbers[0], Unsettled(error), numbers[2]]
        return [2 * number for number in numbers]

    async def main() -> None:
        committer = Numbers("test", half_way, batch_size=8, queue_length=8)
        committer.start()
        async with asyncio.timeout(10):
            first, second, third = await ask(committer, 5, 10, 15)
            await committer.stop()
        assert (first, third) == (5, 15)
        assert repr(second) == repr(expected)

    asyncio.run(main())
