"""A character that no font has is an empty box on paper: its print job says so, also in the portal (issue 5)."""

from pathlib import Path

import pytest

from tests.portal.visitors import signed_in
from tests.printing.ippeveprinter import RealPrinter
from tests.printing.test_real_printer import add_printer, guest_printed, jobs_of, until
from tests.servers import RunningServer, Tenant
from ticketsonic.portal.printers import REASONS
from ticketsonic.printing.glyphs import MOST_NAMED, missing_in, say_missing

GOTHIC = "Ulfilas \U00010330"
SOURCE = Path(__file__).parents[2] / "src" / "ticketsonic"


def test_the_job_and_the_portal_name_what_is_missing_once_it_is_printed(
    server: RunningServer, alice: Tenant, printer: RealPrinter
) -> None:
    event_id, (sku,) = alice.event(print_badges=True)
    add_printer(alice, event_id, printer.url)
    (code,) = alice.codes((sku, 1), order_details={"primary_text_pl": GOTHIC})
    assert alice.validate(code).json()["status"] == "success"
    until(lambda: jobs_of(alice, event_id)[0]["state"] == "printed")
    assert jobs_of(alice, event_id)[0]["detail"] == "No font of the server has U+10330: an empty box on the badge."
    page = signed_in(server, alice.user_id).get(f"/account/events/{event_id}/printers").text
    assert "characters missing: look at it" in page
    assert "No font of the server has U+10330: an empty box." in page


def test_of_a_badge_with_nothing_missing_nothing_is_said(alice: Tenant, printer: RealPrinter) -> None:
    guest_printed(alice, printer, "Ада Лавлейс", "李小龍")
    event_id = alice.get("event/list").json()["events"][-1]["event_id"]
    assert jobs_of(alice, event_id)[0]["detail"] is None


@pytest.mark.parametrize(
    ("characters", "named"),
    [("\U00010330", "U+10330"), ("\u0870\U00012000", "U+0870 U+12000"), ("\u0870" * 21, "U+0870 " * MOST_NAMED + "…")],
)
def test_what_is_said_is_read_again(characters: str, named: str) -> None:
    assert missing_in(say_missing(characters)) == named


@pytest.mark.parametrize("detail", [None, "", "The printer is busy.", "No font of the server has"])
def test_another_word_is_not_taken_for_it(detail: str | None) -> None:
    assert missing_in(detail) is None


def test_every_reason_that_the_portal_translates_is_one_that_a_job_has() -> None:
    files = [*(SOURCE / "printing").glob("*.py"), *(SOURCE / "station").glob("*.py")]
    source = "".join(file.read_text(encoding="utf-8") for file in files)
    assert [reason for reason in REASONS if f'"{reason}"' not in source] == []
