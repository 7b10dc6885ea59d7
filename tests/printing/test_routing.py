"""Which printer a job comes out of."""

from collections.abc import Callable

from tests.printing.conftest import Body
from tests.printing.stall import Stall
from ticketsonic.printing import jobs
from ticketsonic.printing.jobs import PrinterKey

At = Callable[[Body], None]


async def taken_by(stall: Stall, printer: PrinterKey) -> list[int]:
    return [job.job_id for job in await jobs.take_jobs(stall.database, printer, "t", most=99)]


def test_a_printer_at_a_gate_prints_what_its_key_admitted_and_the_others_take_the_rest(at_stall: At) -> None:
    async def body(stall: Stall) -> None:
        north, south = await stall.key(), await stall.key()
        at_north, general = await stall.printer(api_key_id=north), await stall.printer()
        from_north, from_south = await stall.job(api_key_id=north), await stall.job(api_key_id=south)
        of_nobody = await stall.job()
        assert await taken_by(stall, general) == [from_south, of_nobody]
        assert await taken_by(stall, at_north) == [from_north]

    at_stall(body)


def test_where_no_printer_is_a_gates_the_job_waits_and_a_job_of_no_gate_goes_to_any(at_stall: At) -> None:
    async def body(stall: Stall) -> None:
        north, south = await stall.key(), await stall.key()
        at_north = await stall.printer(api_key_id=north)
        from_south, of_nobody = await stall.job(api_key_id=south), await stall.job()
        assert await taken_by(stall, at_north) == [of_nobody]
        assert (await stall.find(from_south)).state == "waiting"

    at_stall(body)


def test_what_waited_for_a_printer_that_was_removed_goes_to_the_others(at_stall: At) -> None:
    async def body(stall: Stall) -> None:
        north = await stall.key()
        at_north, general = await stall.printer(api_key_id=north), await stall.printer()
        waiting = await stall.job(api_key_id=north)
        assert await taken_by(stall, general) == []
        await stall.remove(at_north)
        assert await taken_by(stall, at_north) == []
        assert await taken_by(stall, general) == [waiting]

    at_stall(body)


def test_a_printer_takes_nothing_of_another_event(at_stall: At) -> None:
    async def body(stall: Stall) -> None:
        printer = await stall.printer()
        await stall.job()
        elsewhere = PrinterKey(stall.account_id, printer.printer_id, stall.event_id + 1, None)
        foreign = PrinterKey(stall.account_id + 1, printer.printer_id, stall.event_id, None)
        assert await taken_by(stall, elsewhere) == []
        assert await taken_by(stall, foreign) == []

    at_stall(body)
