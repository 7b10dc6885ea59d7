"""All badges of an event as one PDF in the portal: at once without JavaScript, its progress in a stream (issue 5)."""

import base64
import concurrent.futures
import contextlib
import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.badges.reading_back import texts_of
from tests.browser import PHONE, accessibility_problems, open_context, reaches_beyond_the_edge, well_made
from tests.portal.conftest import on_one_database
from tests.portal.visitors import Visitor, sign_in_browser, signed_in
from tests.servers import RunningServer, Tenant
from ticketsonic.badges.sheets import PART_BADGES
from ticketsonic.badges.turns import MOST_WAITING

STREAM_SECONDS = 60
LEAVES_SECONDS = {"/all.pdf": 0.02, "/stream": STREAM_SECONDS}
BADGE = {"badge_secondary_text_vertical_offset": "20"}


@pytest.fixture
def organiser(server: RunningServer, alice: Tenant) -> Visitor:
    return signed_in(server, alice.user_id)


def _guest(name: str) -> dict[str, Any]:
    return {"order_details": {"primary_text_pl": name}}


def _sheet(event_id: int, rest: str = "") -> str:
    return f"/account/events/{event_id}/badges{rest}"


def _events(organiser: Visitor, path: str) -> list[tuple[str, str]]:
    """What a stream says until it ends, as pairs of name and data."""
    answer = organiser.client.get(path, timeout=STREAM_SECONDS)
    assert answer.headers["content-type"].startswith("text/event-stream"), answer.text
    return re.findall(r"event: (\w+)\ndata: (.*)\n\n", answer.text)


def _file_of(events: list[tuple[str, str]]) -> bytes:
    return b"".join(base64.b64decode(data) for name, data in events if name == "piece")


def test_a_plain_form_gives_the_pdf_of_the_chosen_type_and_state(organiser: Visitor, alice: Tenant) -> None:
    event_id, (regular, press) = alice.event({"primary_text_pl": "Regular"}, {"primary_text_pl": "Press"})
    (ada,) = alice.codes((regular, 1), **_guest("Ada"))
    alice.codes((press, 1), **_guest("Bert"))
    assert alice.validate(ada).status_code == 200
    page = organiser.get(_sheet(event_id)).text
    assert f'action="{_sheet(event_id, "/all.pdf")}"' in page
    assert "Press</option>" in page
    for query, names in (
        ("", ["Ada", "Bert"]),
        ("?type=&state=", ["Ada", "Bert"]),
        (f"?type={press}&state=", ["Bert"]),
        ("?type=&state=admitted", ["Ada"]),
        (f"?type={press}&state=waiting", ["Bert"]),
    ):
        answer = organiser.get(_sheet(event_id, f"/all.pdf{query}"))
        assert answer.headers["content-type"] == "application/pdf", answer.text
        assert answer.headers["content-disposition"] == f'attachment; filename="badges-{event_id}.pdf"'
        assert texts_of(answer.content) == names
    assert "Badges drawn as a PDF" in organiser.get("/account/audit").text


@on_one_database
def test_it_is_what_the_api_draws(organiser: Visitor, alice: Tenant) -> None:
    event_id, (sku,) = alice.event(badge=BADGE)
    alice.codes((sku, 3), **_guest("Zoë"))
    drawn = alice.get("event/badges", x_api_eventid=str(event_id)).content
    assert organiser.get(_sheet(event_id, "/all.pdf")).content == drawn
    assert _file_of(_events(organiser, _sheet(event_id, "/stream"))) == drawn


@on_one_database
@pytest.mark.parametrize("query", ["?state=sold", "?type=nothing", "?part=0", "?part=x", "?state=waiting'--"])
def test_what_is_no_choice_of_the_page_is_not_there(organiser: Visitor, alice: Tenant, query: str) -> None:
    event_id, _ = alice.event()
    for rest in ("", "/all.pdf", "/stream"):
        assert organiser.get(_sheet(event_id, rest + query)).status_code == 404


@on_one_database
def test_another_event_s_ticket_type_is_no_choice(organiser: Visitor, alice: Tenant, bob: Tenant) -> None:
    event_id, _ = alice.event()
    for tenant in (alice, bob):
        _, (other,) = tenant.event()
        assert organiser.get(_sheet(event_id, f"/all.pdf?type={other}")).status_code == 404


@on_one_database
def test_where_nobody_is_on_the_list_the_page_says_so(organiser: Visitor, alice: Tenant) -> None:
    event_id, (sku,) = alice.event()
    assert "No ticket of this event is among" in organiser.get(_sheet(event_id, "/all.pdf")).text
    assert organiser.get(_sheet(event_id, "/stream")).status_code == 404
    alice.codes((sku, 1), **_guest("Ada"))
    said = organiser.get(_sheet(event_id, "/all.pdf?state=admitted")).text
    assert "No ticket of this event is among" in said
    assert '<option value="admitted" selected>' in said


@on_one_database
def test_more_than_one_file_takes_come_in_parts(organiser: Visitor, alice: Tenant) -> None:
    event_id, (sku,) = alice.event({"stock": PART_BADGES + 1}, ticket_code="ed25519")
    for number in range(PART_BADGES // 1000):
        assert alice.order((sku, 1000), **_guest(f"Group {number}")).status_code == 200
    alice.codes((sku, 1), **_guest("Last"))
    page = organiser.get(_sheet(event_id, "/all.pdf")).text
    assert "Badges 1 to 5,000" in page
    assert "Badges 5,001 to 5,001" in page
    last = organiser.get(_sheet(event_id, "/all.pdf?part=2"))
    assert texts_of(last.content) == ["Last"]
    assert f"badges-{event_id}-2.pdf" in last.headers["content-disposition"]
    assert "Badges 1 to 5,000" in organiser.get(_sheet(event_id, "/all.pdf?part=3")).text


def test_the_stream_counts_up_to_all_badges_and_then_carries_the_file(organiser: Visitor, alice: Tenant) -> None:
    event_id, (sku,) = alice.event({"stock": 2000}, ticket_code="ed25519")
    for number in range(2):
        alice.codes((sku, 1000), **_guest(f"Guest \U00010330 {number}"))
    events = _events(organiser, _sheet(event_id, "/stream"))
    steps = [json.loads(data) for name, data in events if name == "progress"]
    assert steps == sorted(steps, key=lambda step: step["drawn"])
    assert {step["of"] for step in steps} == {2000}
    assert steps[-1]["drawn"] == 2000
    assert [name for name, _ in events][-1] == "file"
    assert json.loads(events[-1][1]) == {
        "name": f"badges-{event_id}.pdf",
        "missing": "U+10330",
        "undrawable": False,
    }
    assert len(texts_of(_file_of(events))) == 2000


@on_one_database
def test_of_one_account_some_wait_for_their_turn_and_the_rest_are_told(organiser: Visitor, alice: Tenant) -> None:
    event_id, (sku,) = alice.event({"stock": 2000}, ticket_code="ed25519")
    for _ in range(2):
        alice.codes((sku, 1000), **_guest("Ada"))
    at_once = MOST_WAITING + 6
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        streams = list(pool.map(lambda _: _events(organiser, _sheet(event_id, "/stream")), range(at_once)))
    ends = [events[-1][0] for events in streams]
    assert set(ends) <= {"file", "busy"}
    assert ends.count("file") >= MOST_WAITING + 1
    assert len({_file_of(events) for events in streams if events[-1][0] == "file"}) == 1


@on_one_database
@pytest.mark.parametrize("rest", ["/all.pdf", "/stream"])
def test_what_nobody_waits_for_any_more_is_not_drawn(organiser: Visitor, alice: Tenant, rest: str) -> None:
    event_id, (sku,) = alice.event({"stock": PART_BADGES}, ticket_code="ed25519")
    for _ in range(PART_BADGES // 1000):
        alice.codes((sku, 1000), **_guest("Ada"))
    # A fast machine draws all of it in a fifth of a second, so whoever asked is gone well before that.
    leaving = pytest.raises(httpx.ReadTimeout) if rest == "/all.pdf" else contextlib.nullcontext()
    with leaving, organiser.client.stream("GET", _sheet(event_id, rest), timeout=LEAVES_SECONDS[rest]) as left:
        assert next(left.iter_lines()).startswith("retry:")
    other, (sku,) = alice.event()
    alice.codes((sku, 1), **_guest("Bert"))
    assert texts_of(organiser.get(_sheet(other, "/all.pdf")).content) == ["Bert"]  # when its turn has come
    assert organiser.get("/account/audit").text.count("Badges drawn as a PDF") == 1


@on_one_database
def test_an_organiser_sees_how_far_it_is_and_has_the_file(
    browser: Browser, server: RunningServer, alice: Tenant, tmp_path: Path
) -> None:
    event_id, (sku,) = alice.event({"stock": 500}, ticket_code="ed25519", badge=BADGE)
    alice.codes((sku, 500), **_guest("Гост Ångström"))
    with open_context(browser, accept_downloads=True) as context:
        page = context.new_page()
        sign_in_browser(context, server, alice.user_id)
        page.goto(server.url + _sheet(event_id))
        assert accessibility_problems(page) == []
        with page.expect_download() as download:
            page.click("text=Draw the PDF")
        assert download.value.suggested_filename == f"badges-{event_id}.pdf"
        download.value.save_as(tmp_path / "badges.pdf")
        assert texts_of((tmp_path / "badges.pdf").read_bytes()) == ["Гост Ångström"] * 500
        expect(page.locator("[data-count]")).to_have_text("500 of 500 badges")
        expect(page.get_by_text("The PDF is saved")).to_be_visible()
        well_made(page)
        page.set_viewport_size(PHONE)
        page.select_option("#state", "admitted")
        page.click("text=Draw the PDF")
        expect(page.get_by_text("No ticket of this event is among")).to_be_visible()
        assert not reaches_beyond_the_edge(page)
