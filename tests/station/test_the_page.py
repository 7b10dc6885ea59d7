"""The station's page and the portal's printers as people see them: in three languages, on a phone, for everybody."""

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import DESKTOP, PHONE, accessibility_problems, open_context, reaches_beyond_the_edge
from tests.portal.conftest import on_one_database
from tests.portal.visitors import sign_in_browser
from tests.servers import RunningServer
from tests.station.desk import Desk, is_asked, let_time_pass, open_page, states_of, take_paper, until

pytestmark = on_one_database
NAMES = ("Ada Lovelace", "Wolfeschlegelsteinhausenbergerdorff von und zu Hohenlohe-Schillingsfürst")


def _is_good(page: Page) -> bool:
    assert accessibility_problems(page) == []
    return not reaches_beyond_the_edge(page)


def test_it_is_readable_on_a_phone_and_a_desktop_with_badges_that_are_printed_and_uncertain(
    browser: Browser, desk: Desk, server: RunningServer
) -> None:
    with open_context(browser, viewport=PHONE) as context:
        page = open_page(context, desk.link)
        desk.admit(*NAMES)
        until(lambda: is_asked(page))
        assert take_paper(page) is not None
        until(lambda: is_asked(page))
        let_time_pass(server, desk.event_id)
        page.locator("#uncertain li").wait_for()
        page.locator("#recent li").wait_for()
        assert page.locator("#now").text_content() == NAMES[1]
        assert _is_good(page)
        page.set_viewport_size(DESKTOP)
        assert _is_good(page)
        assert states_of(server, desk.event_id) == ["printed", "uncertain"]


def test_a_paused_station_prints_when_it_goes_on(browser: Browser, desk: Desk, server: RunningServer) -> None:
    with open_context(browser) as context:
        page = open_page(context, desk.link)
        page.locator("#pause").click()
        desk.admit("Ada")
        page.locator("#waiting", has_text="1").wait_for()
        assert not is_asked(page)
        page.locator("#pause").click()
        until(lambda: is_asked(page))
        assert take_paper(page) is not None
        until(lambda: states_of(server, desk.event_id) == ["printed"])


@pytest.mark.parametrize(
    "words", [("en", "Connected", "Printers"), ("bg", "Свързано", "Принтери"), ("es", "Conectada", "Impresoras")]
)
def test_it_speaks_the_language_of_its_browser(
    browser: Browser, desk: Desk, server: RunningServer, words: tuple[str, str, str]
) -> None:
    language, connected, printers = words
    context = browser.new_context(viewport=PHONE, locale=language)
    try:
        page = open_page(context, desk.link)
        assert page.locator("#line").text_content() == connected
        sign_in_browser(context, server, desk.tenant.user_id)
        page.goto(f"{server.url}/account/events/{desk.event_id}/printers")
        assert page.locator(".tabs [aria-current]").text_content() == printers
        assert _is_good(page)
    finally:
        context.close()


def test_a_page_without_a_link_and_one_whose_link_is_over_say_so(browser: Browser, desk: Desk) -> None:
    with open_context(browser) as context:
        page = context.new_page()
        page.goto(desk.link.partition("#")[0])
        assert page.locator("#no-link").is_visible()
        assert not page.locator("#link-over").is_visible()
        page = context.new_page()
        page.goto(desk.link[:-3] + "xyz")
        page.locator("#link-over").wait_for()
        assert _is_good(page)
