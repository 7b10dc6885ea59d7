"""A page that dies in the midst of printing: what it had in hand is shown, and a person settles it (issue 5)."""

import time

from playwright.sync_api import Browser, Page, Route

from tests.browser import open_context
from tests.portal.conftest import on_one_database
from tests.servers import RunningServer
from tests.station.desk import (
    Desk,
    held_until,
    is_asked,
    let_time_pass,
    open_page,
    states_of,
    take_paper,
    until,
)
from ticketsonic.printing.stations import GONE_SECONDS, PAGE_SECONDS


def _doubt(page: Page, name: str) -> None:
    row = page.locator("#uncertain li", has_text=name)
    row.wait_for()
    assert page.locator("#doubts").is_visible()


def _answer(page: Page, name: str, *, came_out: bool) -> None:
    row = page.locator("#uncertain li", has_text=name)
    row.locator(f"button[data-came-out={str(came_out).lower()}]").click()
    row.wait_for(state="detached")


def _die_while_printing(browser: Browser, desk: Desk, server: RunningServer, *names: str) -> None:
    """For each guest a page that takes the badge and is gone before it says whether it came out."""
    for number, name in enumerate(names, 1):
        with open_context(browser) as context:
            page = open_page(context, desk.link)
            desk.admit(name)
            until(lambda page=page: is_asked(page))
            held = held_until(server, desk.event_id)
            assert len(held) == number
            assert max(held) > time.time() + GONE_SECONDS + 60
            assert max(held) <= time.time() + PAGE_SECONDS + 1
        # The page is gone: it is not waited for as long as one whose person stands before its print dialog.
        until(lambda: max(held_until(server, desk.event_id)) <= time.time() + GONE_SECONDS + 1)
    let_time_pass(server, desk.event_id)
    until(lambda: "sending" not in (now := states_of(server, desk.event_id)) and "accepted" not in now)


def test_what_a_dead_page_had_in_hand_is_shown_and_not_printed_until_a_person_says_so(
    browser: Browser, desk: Desk, server: RunningServer
) -> None:
    _die_while_printing(browser, desk, server, "Ada", "Grace")
    assert states_of(server, desk.event_id) == ["uncertain", "uncertain"]
    with open_context(browser) as context:
        page = open_page(context, desk.link)
        _doubt(page, "Ada")
        _doubt(page, "Grace")
        assert desk.listed()["uncertain"] == 2
        assert not is_asked(page)
        assert page.locator("#waiting").text_content() == "0"

        _answer(page, "Ada", came_out=True)
        page.locator("#recent li", has_text="Ada").wait_for()
        assert not is_asked(page)

        _answer(page, "Grace", came_out=False)
        until(lambda: is_asked(page))
        paper = take_paper(page)
        assert paper is not None
        assert desk.name_on(paper) == "Grace"
        until(lambda: states_of(server, desk.event_id) == ["printed", "failed", "printed"])
        page.locator("#doubts").wait_for(state="hidden")


def test_a_page_that_is_loaded_anew_while_it_prints_says_at_once_that_it_does_not_know(
    browser: Browser, desk: Desk, server: RunningServer
) -> None:
    with open_context(browser) as context:
        page = open_page(context, desk.link)
        desk.admit("Ada")
        until(lambda: is_asked(page))
        page.reload()
        _doubt(page, "Ada")
        assert states_of(server, desk.event_id) == ["uncertain"]
        assert not is_asked(page)


@on_one_database
def test_a_page_that_is_loaded_anew_before_it_prints_prints_then(
    browser: Browser, desk: Desk, server: RunningServer
) -> None:
    with open_context(browser) as context:
        page = open_page(context, desk.link)
        asked_for: list[str] = []

        def answer_the_second(route: Route) -> None:
            asked_for.append(route.request.url)
            if len(asked_for) > 1:
                route.continue_()

        page.route("**/badges/*.png", answer_the_second)
        desk.admit("Ada")
        until(lambda: page.evaluate("1") and asked_for)
        page.reload()
        until(lambda: is_asked(page))
        assert take_paper(page) is not None
        until(lambda: states_of(server, desk.event_id) == ["printed"])


@on_one_database
def test_a_badge_that_cannot_be_loaded_waits_and_is_tried_again(
    browser: Browser, desk: Desk, server: RunningServer
) -> None:
    with open_context(browser) as context:
        page = open_page(context, desk.link)
        page.route("**/badges/*.png", lambda route: route.fulfill(status=429))
        desk.admit("Ada")
        page.locator("#trouble").wait_for()
        assert states_of(server, desk.event_id) != ["printed"]
        page.unroute("**/badges/*.png")
        until(lambda: is_asked(page))
        assert take_paper(page) is not None
        until(lambda: states_of(server, desk.event_id) == ["printed"])
        page.locator("#trouble").wait_for(state="hidden")


@on_one_database
def test_a_page_that_says_late_that_it_printed_is_believed(browser: Browser, desk: Desk, server: RunningServer) -> None:
    with open_context(browser) as context:
        page = open_page(context, desk.link)
        desk.admit("Ada")
        until(lambda: is_asked(page))
        let_time_pass(server, desk.event_id)
        _doubt(page, "Ada")
        assert take_paper(page) is not None
        page.locator("#recent li", has_text="Ada").wait_for()
        page.locator("#doubts").wait_for(state="hidden")
        assert states_of(server, desk.event_id) == ["printed"]
