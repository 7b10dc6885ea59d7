"""One taker a job, whatever happens at one instant; what is abandoned is adopted by one."""

import asyncio
import time
from collections.abc import Callable

from sqlalchemy import update

from tests.printing.conftest import Body
from tests.printing.stall import Stall
from ticketsonic.printing import jobs
from ticketsonic.schema import print_jobs

At = Callable[[Body], None]


def test_it_gives_the_oldest_first_and_no_more_than_are_asked_for(at_stall: At) -> None:
    async def body(stall: Stall) -> None:
        printer = await stall.printer()
        ids = [await stall.job() for _ in range(5)]
        first = await jobs.take_jobs(stall.database, printer, "a", most=2)
        second = await jobs.take_jobs(stall.database, printer, "b", most=10)
        assert [job.job_id for job in first] == ids[:2]
        assert [job.job_id for job in second] == ids[2:]
        assert {job.state for job in first + second} == {"sending"}
        assert await jobs.take_jobs(stall.database, printer, "c", most=10) == []

    at_stall(body)


def test_of_many_takers_at_one_instant_each_job_has_one(at_stall: At) -> None:
    async def body(stall: Stall) -> None:
        printer = await stall.printer()
        ids = [await stall.job() for _ in range(30)]
        taken = []
        for _ in range(20):
            names = [f"taker {number}" for number in range(8)]
            rounds = [jobs.take_jobs(stall.database, printer, name, most=2) for name in names]
            taken += [job.job_id for found in await asyncio.gather(*rounds) for job in found]
            if len(taken) >= len(ids):
                break
        assert sorted(taken) == ids

    at_stall(body)


def test_only_who_has_a_job_in_hand_says_what_becomes_of_it(at_stall: At) -> None:
    async def body(stall: Stall) -> None:
        printer = await stall.printer()
        job_id = await stall.job()
        (job,) = await jobs.take_jobs(stall.database, printer, "mine", most=1)
        assert not await jobs.accepted(stall.database, job, "not mine", "7")
        assert not await jobs.release(stall.database, job, "not mine")
        assert (await stall.find(job_id)).state == "sending"
        assert await jobs.accepted(stall.database, job, "mine", "7")
        assert await jobs.printed(stall.database, job, "mine")
        assert not await jobs.release(stall.database, job, "mine")
        found = await stall.find(job_id)
        assert (found.state, found.printer_job, found.finished_at is not None) == ("printed", "7", True)

    at_stall(body)


def test_what_was_released_can_be_taken_again_and_bears_no_trace(at_stall: At) -> None:
    async def body(stall: Stall) -> None:
        printer = await stall.printer()
        await stall.job()
        (job,) = await jobs.take_jobs(stall.database, printer, "a", most=1)
        assert await jobs.release(stall.database, job, "a", "The printer is off.")
        (released,) = await stall.jobs()
        assert (released.state, released.printer_id, released.taken_by) == ("waiting", None, None)
        assert released.detail == "The printer is off."
        (again,) = await jobs.take_jobs(stall.database, printer, "b", most=1)
        assert (again.taken_by, again.detail) == ("b", None)

    at_stall(body)


def test_what_is_held_is_nobody_elses_and_what_is_abandoned_is_adopted_by_one(at_stall: At) -> None:
    async def body(stall: Stall) -> None:
        printer = await stall.printer()
        await stall.job()
        await jobs.take_jobs(stall.database, printer, "dead", most=1)
        assert await jobs.adopt_abandoned(stall.database, printer, "early", most=9) == []
        await stall.let_leases_end()
        heirs = [jobs.adopt_abandoned(stall.database, printer, f"heir {number}", most=9) for number in range(6)]
        adopted = [job for found in await asyncio.gather(*heirs) for job in found]
        assert len(adopted) == 1
        assert not await jobs.accepted(stall.database, adopted[0], "dead", "1")  # it has come back: too late
        (held,) = await stall.jobs()
        assert held.taken_by is not None
        assert await jobs.uncertain(stall.database, held, held.taken_by, "?")

    at_stall(body)


def test_a_lease_that_is_renewed_does_not_end(at_stall: At) -> None:
    async def body(stall: Stall) -> None:
        printer = await stall.printer()
        await stall.job()
        held = await jobs.take_jobs(stall.database, printer, "a", most=1)
        await stall.let_leases_end()
        assert len(await jobs.renew(stall.database, held, "a")) == 1
        assert await jobs.renew(stall.database, held, "b") == []
        assert await jobs.adopt_abandoned(stall.database, printer, "b", most=9) == []

    at_stall(body)


def test_what_no_printer_took_for_half_a_day_is_given_up(at_stall: At) -> None:
    async def body(stall: Stall) -> None:
        stale, fresh = await stall.job(), await stall.job()
        long_ago = {"requested_at": int(time.time()) - jobs.WAITED_FOR_SECONDS - 1}
        async with stall.database.transaction() as connection:
            await connection.execute(update(print_jobs).where(print_jobs.c.id == stale).values(long_ago))
        assert await jobs.give_up_stale(stall.database) == 1
        assert await jobs.give_up_stale(stall.database) == 0
        assert ((await stall.find(stale)).state, (await stall.find(fresh)).state) == ("cancelled", "waiting")

    at_stall(body)


def test_what_a_station_took_and_said_nothing_of_is_uncertain(at_stall: At) -> None:
    async def body(stall: Stall) -> None:
        station = await stall.printer(kind="station")
        silent, spoken = await stall.job(), await stall.job()
        taken = await jobs.take_jobs(stall.database, station, "page", most=2)
        assert await jobs.printed(stall.database, taken[1], "page")
        await stall.let_leases_end()
        doubted = await jobs.doubt_abandoned_by_stations(stall.database, "sweeper")
        assert [job.job_id for job in doubted if job.event_id == stall.event_id] == [silent]
        assert ((await stall.find(silent)).state, (await stall.find(spoken)).state) == ("uncertain", "printed")

    at_stall(body)
