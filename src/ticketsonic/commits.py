"""Group commit: many waiting requests, one transaction.

While one batch commits, the next gathers; there is no timer, and a batch of one is the plain case. Behind a batch the
event loop may go round a few times, so that those who ask again come with the next: that makes batches twice as large,
where nothing is lost by not committing meanwhile (docs/decisions/0017). The queue is bounded: beyond it a request is
refused at once. A request whose caller has gone is dropped before it enters a batch. An unexpected error splits its
batch, down to the one request that fails, so that one bad request cannot spoil the others (architecture.md, "The hot
path").
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from ticketsonic.database import DatabaseAway
from ticketsonic.errors import TemporarilyUnavailable
from ticketsonic.metrics import metrics

GATHERING_TURNS = 3
"""In the first, those just answered write their answers; in the second, what their clients ask next is read; in the
third, the requests that were read come here."""

Request = TypeVar("Request")
Outcome = TypeVar("Outcome")
Gone = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Unsettled:
    """Stands for one request's outcome where a batch failed half-way: others of it are settled for good."""

    error: Exception


Commit = Callable[[Sequence[Request]], Awaitable[Sequence[Outcome | Unsettled]]]


class CallerGone(Exception):
    """The client hung up before its turn came: nothing was done, and there is nobody to answer."""


class Committer(Generic[Request, Outcome]):
    """Takes requests one by one, commits them by the batch, and gives each its own outcome."""

    def __init__(
        self, name: str, commit: Commit[Request, Outcome], *, batch_size: int, queue_length: int, turns: int = 0
    ) -> None:
        """`commit` gets 1 to `batch_size` requests in the order of their arrival and returns as many outcomes.

        It raises where none has taken effect; where some have, it gives the others as :class:`Unsettled`. `turns` is
        how often the event loop goes round behind a batch: none, or :data:`GATHERING_TURNS`.
        """
        self._name = name
        self._commit = commit
        self._batch_size = batch_size
        self._queue_length = queue_length
        self._turns = turns
        self._waiting: deque[tuple[Request, asyncio.Future[Outcome], Gone]] = deque()
        self._arrived = asyncio.Event()
        self._stopping = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to commit. Call inside the event loop."""
        self._loop = asyncio.get_running_loop()
        self._task = self._loop.create_task(self._work(), name=f"committer {self._name}")

    async def submit(self, request: Request, is_gone: Gone = lambda: False) -> Outcome:
        """Wait for one request's outcome; raises :class:`TemporarilyUnavailable` where the queue is full.

        A request whose caller `is_gone` when its turn comes is dropped: :class:`CallerGone`.
        """
        if self._stopping or len(self._waiting) >= self._queue_length:
            raise TemporarilyUnavailable
        outcome: asyncio.Future[Outcome] = self._loop.create_future()
        self._waiting.append((request, outcome, is_gone))
        self._arrived.set()
        return await outcome

    async def stop(self) -> None:
        """Answer all that wait, then end."""
        self._stopping = True
        self._arrived.set()
        if self._task is not None:
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _work(self) -> None:
        depth = metrics.queue_depth.labels(self._name)
        sizes = metrics.batch_size.labels(self._name)
        while self._waiting or not self._stopping:
            if not self._waiting:
                self._arrived.clear()
                await self._arrived.wait()
                continue
            batch = self._take()
            depth.set(len(self._waiting))
            if batch:
                sizes.observe(len(batch))
                await self._commit_batch(batch)
                for _ in range(self._turns):
                    await asyncio.sleep(0)

    def _take(self) -> list[tuple[Request, asyncio.Future[Outcome]]]:
        batch: list[tuple[Request, asyncio.Future[Outcome]]] = []
        while self._waiting and len(batch) < self._batch_size:
            request, outcome, is_gone = self._waiting.popleft()
            if outcome.done():  # its handler was cancelled
                continue
            if is_gone():
                outcome.set_exception(CallerGone())
            else:
                batch.append((request, outcome))
        return batch

    async def _commit_batch(self, batch: Sequence[tuple[Request, asyncio.Future[Outcome]]]) -> None:
        try:
            outcomes = await self._commit([request for request, _ in batch])
            paired = list(zip(batch, outcomes, strict=True))
        except DatabaseAway as error:
            # What was on its way may have happened or not; nobody can say, and a second try could do it twice.
            metrics.database_away.inc()
            _fail(batch, TemporarilyUnavailable(), cause=error)
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not spoil the others
            if len(batch) == 1:
                _fail(batch, error, cause=None)
                return
            middle = len(batch) // 2
            await self._commit_batch(batch[:middle])
            await self._commit_batch(batch[middle:])
        else:
            await self._settle(paired)

    async def _settle(
        self, paired: Sequence[tuple[tuple[Request, asyncio.Future[Outcome]], Outcome | Unsettled]]
    ) -> None:
        unsettled = []
        away: DatabaseAway | None = None
        for (request, waiting), outcome in paired:
            if isinstance(outcome, Unsettled):
                unsettled.append((request, waiting))
                away = outcome.error if isinstance(outcome.error, DatabaseAway) else away
            elif not waiting.done():
                waiting.set_result(outcome)
        if away is not None:
            metrics.database_away.inc()
            _fail(unsettled, TemporarilyUnavailable(), cause=away)
        elif unsettled:
            await self._commit_batch(unsettled)


def _fail(
    batch: Sequence[tuple[Request, asyncio.Future[Outcome]]], error: Exception, *, cause: Exception | None
) -> None:
    error.__cause__ = cause
    for _, waiting in batch:
        if not waiting.done():
            waiting.set_exception(error)
