"""A job was sent and no answer came: the printer is asked, and only what it can know is believed.

The printer is real; between it and the dispatcher stands a middleman who loses things.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from tests.printing.conftest import Body
from tests.printing.ippeveprinter import RealPrinter
from tests.printing.middleman import CREATE_JOB, SEND_DOCUMENT, Middleman, middleman
from tests.printing.stall import Stall
from ticketsonic.allowed_hosts import read_allowed_hosts
from ticketsonic.badges.lanes import Lanes
from ticketsonic.printing import press, settling
from ticketsonic.printing.dispatching import Printing
from ticketsonic.printing.ipp import printer as words
from ticketsonic.printing.jobs import PrintJob

At = Callable[[Body], None]
MOST_SECONDS = 60


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seconds where a person's patience would do: what is waited for is the same."""
    monkeypatch.setattr(words, "ANSWER_SECONDS", 1.5)
    monkeypatch.setattr(words, "ASK_SECONDS", 1.0)
    monkeypatch.setattr(settling, "AGAIN_SECONDS", 0.5)
    monkeypatch.setattr(settling, "ASKING_SECONDS", 2.0)
    monkeypatch.setattr(press, "LONGEST_PAUSE_SECONDS", 1.0)


@asynccontextmanager
async def dispatched(stall: Stall, lanes: Lanes) -> AsyncIterator[Printing]:
    printing = Printing(stall.database, lanes.draw_badge, read_allowed_hosts("private"))
    printing.start()
    try:
        yield printing
    finally:
        await printing.stop()


async def until(stall: Stall, job_id: int, *states: str) -> PrintJob:
    end = time.monotonic() + MOST_SECONDS
    while (job := await stall.find(job_id)).state not in states:
        assert time.monotonic() < end, job
        await asyncio.sleep(0.05)
    return job


async def sold_job(stall: Stall) -> int:
    return await stall.job(barcode=await stall.ticket())


async def let_go_late(between: Middleman) -> None:
    """Let what is held back reach the printer once its sender has lost patience and been told that it is not there."""
    await asyncio.wait_for(between.is_held.wait(), MOST_SECONDS)
    between.was_asked_for_jobs.clear()
    await asyncio.wait_for(between.was_asked_for_jobs.wait(), MOST_SECONDS)
    await asyncio.sleep(0.2)
    between.let_go.set()


@pytest.mark.parametrize("opens", [True, False])
def test_a_lost_answer_is_asked_for_and_the_badge_comes_out_once(
    at_stall: At, printer: RealPrinter, lanes: Lanes, opens: bool
) -> None:
    async def body(stall: Stall) -> None:
        async with middleman(printer.port) as between, dispatched(stall, lanes):
            between.loses_answers, between.knows_no_opening = True, not opens
            await stall.printer(url=between.url)
            job_id = await sold_job(stall)
            job = await until(stall, job_id, "printed", "uncertain", "failed")
            assert (job.state, between.printed) == ("printed", 1)
            assert len(printer.pages()[job.name]) == 1

    at_stall(body)


@pytest.mark.parametrize("opens", [True, False])
def test_what_did_not_arrive_is_sent_again(at_stall: At, printer: RealPrinter, lanes: Lanes, opens: bool) -> None:
    async def body(stall: Stall) -> None:
        async with middleman(printer.port) as between, dispatched(stall, lanes):
            between.loses_requests, between.knows_no_opening = True, not opens
            await stall.printer(url=between.url)
            # A printer must have been on since before the job was sent to know that it never came.
            await asyncio.sleep(3)
            job_id = await sold_job(stall)
            job = await until(stall, job_id, "sending")
            job = await until(stall, job_id, "waiting")
            assert job.detail == "It did not reach the printer."
            between.loses_requests = False
            job = await until(stall, job_id, "printed", "uncertain", "failed")
            assert (job.state, len(printer.pages()[job.name])) == ("printed", 1)

    at_stall(body)


def test_a_badge_on_its_way_into_a_printer_that_wakes_up_is_waited_for(
    at_stall: At, printer: RealPrinter, lanes: Lanes
) -> None:
    async def body(stall: Stall) -> None:
        async with middleman(printer.port) as between, dispatched(stall, lanes):
            between.holds = SEND_DOCUMENT
            await stall.printer(url=between.url)
            job_id = await sold_job(stall)
            await let_go_late(between)
            job = await until(stall, job_id, "printed", "uncertain", "failed", "cancelled")
            assert (job.state, between.cancelled, len(printer.pages()[job.name])) == ("printed", 0, 1)

    at_stall(body)


def test_a_job_that_is_opened_in_a_printer_that_wakes_up_does_not_stay_open(
    at_stall: At, own_printer: RealPrinter, lanes: Lanes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settling, "ASKING_SECONDS", 20)

    async def body(stall: Stall) -> None:
        async with middleman(own_printer.port) as between, dispatched(stall, lanes):
            own_printer.kill()
            own_printer.start()  # so that what it does not know would settle nothing
            between.holds = CREATE_JOB
            await stall.printer(url=between.url)
            job_id = await sold_job(stall)
            await let_go_late(between)
            following = await until(stall, await sold_job(stall), "printed", "uncertain", "failed", "cancelled")
            job = await until(stall, job_id, "printed", "uncertain", "failed", "cancelled")
            assert (job.state, following.state, between.cancelled) == ("printed", "printed", 1)
            assert len(own_printer.pages()[job.name]) == 1

    at_stall(body)


def test_a_badge_that_comes_just_as_it_is_withdrawn_is_left_to_a_person(
    at_stall: At, own_printer: RealPrinter, lanes: Lanes
) -> None:
    async def body(stall: Stall) -> None:
        (own_printer.folder / "slow").write_text("0.7")
        async with middleman(own_printer.port) as between, dispatched(stall, lanes):
            between.holds, between.lets_go_at_cancel = SEND_DOCUMENT, True
            await stall.printer(url=between.url)
            job = await until(stall, await sold_job(stall), "printed", "uncertain", "failed", "cancelled")
            assert (job.state, between.cancelled) == ("uncertain", 1)
            assert "just as it was withdrawn" in (job.detail or "")

    at_stall(body)


def test_a_printer_that_took_it_and_falls_silent_leaves_it_uncertain_and_nothing_is_sent_twice(
    at_stall: At, printer: RealPrinter, lanes: Lanes
) -> None:
    async def body(stall: Stall) -> None:
        async with middleman(printer.port) as between, dispatched(stall, lanes):
            between.loses_answers = between.then_silent = True
            await stall.printer(url=between.url)
            job_id = await sold_job(stall)
            job = await until(stall, job_id, "uncertain")
            assert "does not answer" in (job.detail or "")
            between.is_silent = between.then_silent = between.loses_answers = False
            following = await until(stall, await sold_job(stall), "printed", "uncertain", "failed")
            assert following.state == "printed"
            assert (await stall.find(job_id)).state == "uncertain"
            assert between.printed == 2

    at_stall(body)


@pytest.mark.parametrize("arrived", [True, False])
def test_what_a_dead_process_left_is_settled_by_the_next(
    at_stall: At, printer: RealPrinter, lanes: Lanes, arrived: bool
) -> None:
    async def body(stall: Stall) -> None:
        await asyncio.sleep(3)
        at_printer = await stall.printer(url=printer.url)
        job_id = await sold_job(stall)
        job = await stall.take_and_die(at_printer, taken_seconds_ago=0)
        if arrived:
            await send_plainly(printer, job)
        await stall.let_leases_end()
        async with dispatched(stall, lanes):
            found = await until(stall, job_id, "printed", "uncertain", "failed")
        assert (found.state, len(printer.pages()[job.name])) == ("printed", 1)

    at_stall(body)


def test_what_a_dead_process_left_long_ago_is_uncertain(at_stall: At, printer: RealPrinter, lanes: Lanes) -> None:
    async def body(stall: Stall) -> None:
        at_printer = await stall.printer(url=printer.url)
        job_id = await sold_job(stall)
        await stall.take_and_die(at_printer, taken_seconds_ago=settling.REMEMBERED_SECONDS + 1)
        async with dispatched(stall, lanes):
            job = await until(stall, job_id, "printed", "uncertain", "failed")
        assert job.state == "uncertain"
        assert job.name not in printer.pages()

    at_stall(body)


def test_a_printer_that_was_switched_off_and_on_does_not_know_what_it_printed(
    at_stall: At, own_printer: RealPrinter, lanes: Lanes
) -> None:
    async def body(stall: Stall) -> None:
        at_printer = await stall.printer(url=own_printer.url)
        job_id = await sold_job(stall)
        job = await stall.take_and_die(at_printer, taken_seconds_ago=0)
        await send_plainly(own_printer, job)
        own_printer.kill()
        own_printer.start()
        await stall.let_leases_end()
        async with dispatched(stall, lanes):
            found = await until(stall, job_id, "printed", "uncertain", "failed")
        assert found.state == "uncertain"
        assert "switched off and on" in (found.detail or "")

    at_stall(body)


async def send_plainly(printer: RealPrinter, job: PrintJob) -> None:
    """Send a job as the process that died did."""
    exchange = words.Exchange(read_allowed_hosts("private"))
    try:
        await words.Printer(exchange, printer.url).send(job.name, b"%PDF-1.4 a page", "application/pdf", {})
    finally:
        await exchange.close()
