"""200 admissions while the printer freezes, goes on, is unplugged and plugged in again: each badge once, or uncertain.

On PostgreSQL two processes serve, so that two dispatchers work the one printer.
"""

import signal
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.printing.ippeveprinter import RealPrinter
from tests.printing.test_real_printer import add_printer, until
from tests.servers import RunningServer, Tenant

ADMISSIONS = 200
GATES = 4
MOST_SECONDS = 240
OPEN_STATES = ("waiting", "sending", "accepted")
MOST_LOST_AT_ONCE = 7
"""What a printer had at that instant: five accepted, and one that each process was sending."""


def every_job(tenant: Tenant, event_id: int) -> list[dict[str, Any]]:
    jobs: list[dict[str, Any]] = []
    while True:
        before = f"?before={jobs[-1]['print_job_id']}" if jobs else ""
        found = tenant.get(f"print/jobs{before}", x_api_eventid=str(event_id)).json()["print_jobs"]
        jobs += found
        if not found:
            return jobs


def printed_so_far(printer: RealPrinter) -> int:
    return len(printer.pages())


def test_every_badge_comes_out_once_or_is_shown_as_uncertain(
    fresh_database_url: str, tmp_path: Path, own_printer: RealPrinter
) -> None:
    workers = 1 if fresh_database_url.startswith("sqlite") else 2
    arguments = ("--workers", str(workers))
    with RunningServer.start(fresh_database_url, tmp_path, *arguments) as server, server.new_tenant("alice") as alice:
        event_id, (sku,) = alice.event({"stock": ADMISSIONS}, print_badges=True)
        add_printer(alice, event_id, own_printer.url)
        codes = alice.codes((sku, ADMISSIONS))
        with ThreadPoolExecutor(GATES) as gates:
            answers = gates.map(lambda code: alice.validate(code).json()["status"], codes)
            stop_and_start(own_printer)
            assert set(answers) == {"success"}
        await_all_settled(alice, event_id)
        jobs = every_job(alice, event_id)
    states = Counter(job["state"] for job in jobs)
    pages = {name.rpartition("-")[2]: len(times) for name, times in own_printer.pages().items()}
    assert len(jobs) == ADMISSIONS
    assert set(states) <= {"printed", "uncertain"}, states
    assert max(pages.values()) == 1
    assert all(pages.get(job["print_job_id"]) == 1 for job in jobs if job["state"] == "printed")
    assert states["uncertain"] <= 3 * MOST_LOST_AT_ONCE, states


def await_all_settled(tenant: Tenant, event_id: int) -> None:
    """Wait until nothing is under way any more; asked gently, since printing is what the machine is for."""
    end = time.monotonic() + MOST_SECONDS
    while under_way := [job for job in every_job(tenant, event_id) if job["state"] in OPEN_STATES]:
        if time.monotonic() > end:
            printers = tenant.get("printer/list", x_api_eventid=str(event_id)).json()["printers"]
            raise AssertionError(f"still under way: {under_way}; of {printers}")
        time.sleep(0.5)


def stop_and_start(printer: RealPrinter) -> None:
    """A short freeze, one that outlasts a sender's patience, and the plug pulled twice."""
    until(lambda: printed_so_far(printer) >= 3)
    freeze(printer, 1.0)
    for printed in (20, 40):
        until(lambda printed=printed: printed_so_far(printer) >= printed)  # type: ignore[misc]
        printer.kill()
        time.sleep(0.5)
        printer.start()
    until(lambda: printed_so_far(printer) >= 60)
    freeze(printer, 12.0)


def freeze(printer: RealPrinter, seconds: float) -> None:
    printer.signal(signal.SIGSTOP)
    try:
        time.sleep(seconds)
    finally:
        printer.signal(signal.SIGCONT)
