"""A queue of a real CUPS: the page goes through its filters, and a queue that is paused is waited out."""

from collections.abc import Iterator

import pypdfium2
import pytest

from tests.printing.cups import IS_THERE, QUEUE, RealQueue, real_queue
from tests.printing.ippeveprinter import WITHOUT, RealPrinter
from tests.printing.test_real_printer import (
    MILLIMETRES_A_POINT,
    add_printer,
    jobs_of,
    state_of,
    until,
)
from tests.servers import Tenant


@pytest.fixture(scope="module")
def queue(printer_session: RealPrinter) -> Iterator[RealQueue]:
    if not IS_THERE:
        pytest.skip(WITHOUT)
    with real_queue(printer_session) as found:
        yield found


def test_a_queue_prints_the_name_where_it_belongs_and_one_that_is_paused_is_waited_out(
    alice: Tenant, queue: RealQueue, printer: RealPrinter
) -> None:
    badge = {"badge_size": "A4", "badge_primary_text_horizontal_location": "left"}
    badge |= {"badge_primary_text_vertical_location": "top"}
    event_id, (sku,) = alice.event(print_badges=True, badge=badge)
    add_printer(alice, event_id, queue.url)
    guest = {"primary_text_pl": "Žofie Čapková", "secondary_text_pl": "Ústav dějin"}
    first, second = alice.codes((sku, 2), order_details=guest)
    until(lambda: state_of(alice, event_id) == "ready")
    queue.tell("cupsdisable", QUEUE)
    try:
        alice.validate(first)
        until(lambda: state_of(alice, event_id) == "paused")
        alice.validate(second)
        # The first may have been sent on the word of a second ago: then the queue keeps it.
        newest, oldest = (job["state"] for job in jobs_of(alice, event_id))
        assert (newest, oldest in {"waiting", "accepted"}) == ("waiting", True)
    finally:
        queue.tell("cupsenable", QUEUE)
    until(lambda: [job["state"] for job in jobs_of(alice, event_id)] == ["printed", "printed"])
    until(lambda: len(came_out(alice, event_id, printer)) == 2)
    for page in came_out(alice, event_id, printer):
        assert_at_the_top_left_of_a4(page)


def came_out(tenant: Tenant, event_id: int, printer: RealPrinter) -> list[bytes]:
    ids = {job["print_job_id"] for job in jobs_of(tenant, event_id)}
    return [page for name, pages in printer.pages().items() if name.rpartition("-")[2] in ids for page in pages]


def assert_at_the_top_left_of_a4(page: bytes) -> None:
    with pypdfium2.PdfDocument(page) as document:
        width, height = (side * MILLIMETRES_A_POINT for side in document[0].get_size())
        text = document[0].get_textpage()
        assert text.get_text_range().split("\r\n") == ["Žofie Čapková", "Ústav dějin"]
        left, _, _, top = (edge * MILLIMETRES_A_POINT for edge in text.get_charbox(0))
    assert (round(width), round(height)) == (210, 297)
    assert left < 3
    assert height - top < 10
