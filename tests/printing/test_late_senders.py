"""A process that sends a badge is frozen in the midst: who takes over settles it, and the late one prints nothing.

The printer is real; the middleman holds back what the frozen process sends, until it "wakes up".
"""

import asyncio
from contextlib import AsyncExitStack

import pytest

from tests.printing.ippeveprinter import RealPrinter
from tests.printing.middleman import CREATE_JOB, PRINT_JOB, SEND_DOCUMENT, Middleman, middleman
from tests.printing.stall import Stall
from tests.printing.test_unanswered_jobs import At, dispatched, sold_job, until
from ticketsonic.badges.lanes import Lanes
from ticketsonic.printing import jobs, settling
from ticketsonic.printing.ipp import printer as words
from ticketsonic.printing.jobs import PrintJob

PATIENCE_SECONDS = 30


async def outlived(stall: Stall, lanes: Lanes, between: Middleman, operation: int) -> PrintJob:
    """Have one process frozen at an operation, and another take over; returns the job once all have had their say."""
    async with AsyncExitStack() as processes:
        await processes.enter_async_context(dispatched(stall, lanes))
        await stall.printer(url=between.url)
        await asyncio.sleep(3)  # a printer must have been on since before the job was sent to know that it never came
        between.holds = operation
        job_id = await sold_job(stall)
        await asyncio.wait_for(between.is_held.wait(), PATIENCE_SECONDS)
        await processes.enter_async_context(dispatched(stall, lanes))
        await stall.let_leases_end()
        job = await until(stall, job_id, "printed", "uncertain", "failed", "cancelled")
        between.let_go.set()
        await asyncio.wait_for(between.held_answer.wait(), PATIENCE_SECONDS)
        following = await until(stall, await sold_job(stall), "printed", "uncertain", "failed", "cancelled")
        assert following.state == "printed"
        assert (await stall.find(job_id)).state == job.state
    return job


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A frozen process notices no time-out; the others have seconds where a person's patience would do."""
    monkeypatch.setattr(words, "ANSWER_SECONDS", 60.0)
    monkeypatch.setattr(settling, "AGAIN_SECONDS", 0.5)
    monkeypatch.setattr(jobs, "LEASE_SECONDS", 10_000)  # that it was asleep for long is all it knows


@pytest.mark.parametrize("operation", [CREATE_JOB, SEND_DOCUMENT])
def test_a_sender_that_wakes_up_late_prints_nothing(
    at_stall: At, own_printer: RealPrinter, lanes: Lanes, operation: int
) -> None:
    async def body(stall: Stall) -> None:
        async with middleman(own_printer.port) as between:
            job = await outlived(stall, lanes, between, operation)
            assert job.state == "printed"
            assert {name: len(times) for name, times in own_printer.pages().items()}[job.name] == 1

    at_stall(body)


def test_where_the_printer_cannot_tell_a_late_sender_off_a_person_is_asked(
    at_stall: At, own_printer: RealPrinter, lanes: Lanes
) -> None:
    async def body(stall: Stall) -> None:
        async with middleman(own_printer.port) as between:
            between.knows_no_opening = True
            job = await outlived(stall, lanes, between, PRINT_JOB)
            assert job.state == "uncertain"
            assert "could still send it" in (job.detail or "")
            assert len(own_printer.pages()[job.name]) == 1

    at_stall(body)
