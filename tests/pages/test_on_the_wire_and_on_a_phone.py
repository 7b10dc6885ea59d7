"""What Chromium itself fetches for a first page, and that no table has to be pushed about on a phone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from tests.browser import PHONE, open_context, reaches_beyond_the_edge
from tests.portal.conftest import on_one_database
from tests.portal.visitors import sign_in_browser
from tests.servers import RunningServer, Tenant

MOST_BYTES = 100_000
FIRST_PAGES = ("/account/sign-in", "/developer/order/new")
PAGES_WITH_TABLES = ("errors", "limits", "badges", "order/new")
TABLES_TO_PUSH = """[...document.querySelectorAll(".table-scroll")]
  .filter((table) => table.scrollWidth > table.clientWidth + 1).length"""
LONG = "Wolfeschlegelsteinhausenbergerdorff" * 6


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    with open_context(browser, viewport=PHONE) as context:
        yield context


def fetched(page: Page, server: RunningServer, path: str) -> tuple[int, list[str]]:
    """Open a page with nothing of it at hand; gives the bytes on the wire, fonts and scripts and all, and of what."""
    debugger = page.context.new_cdp_session(page)
    debugger.send("Network.enable")
    debugger.send("Network.setCacheDisabled", {"cacheDisabled": True})
    sizes: list[int] = []
    asked: list[str] = []
    debugger.on("Network.loadingFinished", lambda loaded: sizes.append(loaded["encodedDataLength"]))
    debugger.on("Network.requestWillBeSent", lambda sent: asked.append(sent["request"]["url"]))
    page.goto(server.url + path)
    page.evaluate("document.fonts.ready.then(() => true)")
    debugger.detach()
    assert all(url.startswith(server.url) for url in asked), asked
    assert len(sizes) > 4, path
    return int(sum(sizes)), asked


@on_one_database
def test_a_first_page_comes_to_less_than_100_kb_fonts_and_all(context: BrowserContext, server: RunningServer) -> None:
    """In Bulgarian, which has two alphabets fetched; one word of it in the footer of other languages has none."""
    page = context.new_page()
    for path in FIRST_PAGES:
        size, asked = fetched(page, server, f"{path}?locale=bg")
        assert size < MOST_BYTES, path
        assert any("cyrillic" in url for url in asked), path
    _, asked = fetched(page, server, f"{FIRST_PAGES[0]}?locale=en")
    assert not any("cyrillic" in url for url in asked)


@on_one_database
def test_an_event_on_its_day_and_the_badge_editor_too(
    context: BrowserContext, server: RunningServer, alice: Tenant
) -> None:
    """The heaviest pages: one has charts, the other a picture of the badge."""
    event_id, (sku,) = alice.event()
    alice.codes((sku, 2))
    sign_in_browser(context, server, alice.user_id)
    page = context.new_page()
    for path in (f"/account/events/{event_id}", f"/account/events/{event_id}/badge"):
        size, asked = fetched(page, server, f"{path}?locale=bg")
        assert size < MOST_BYTES, path
        assert all(any(f"inter-{alphabet}-" in url for url in asked) for alphabet in ("latin", "cyrillic"))


@on_one_database
def test_no_table_has_to_be_pushed_about_on_a_phone(
    context: BrowserContext, server: RunningServer, alice: Tenant
) -> None:
    buyer = {"primary_text_pl": LONG, "secondary_text_pl": LONG}
    event_id, (sku,) = alice.event({"primary_text_pl": LONG}, primary_text_pl=LONG, location=LONG)
    assert alice.order((sku, 1), order_details=buyer).status_code == 200
    sign_in_browser(context, server, alice.user_id)
    page = context.new_page()
    event = f"/account/events/{event_id}"
    own = ("/account/events", f"{event}/types", "/account/orders", "/account/credentials")
    for path in (*own, *(f"/developer/{chapter}" for chapter in PAGES_WITH_TABLES)):
        page.goto(server.url + path)
        assert page.evaluate(TABLES_TO_PUSH) == 0, path
        assert not reaches_beyond_the_edge(page), path


@on_one_database
def test_without_a_script_no_empty_chart_is_shown(browser: Browser, server: RunningServer, alice: Tenant) -> None:
    event_id, _ = alice.event()
    with open_context(browser, java_script_enabled=False) as context:
        sign_in_browser(context, server, alice.user_id)
        page = context.new_page()
        page.goto(f"{server.url}/account/events/{event_id}")
        assert not page.locator("[data-chart]").first.is_visible()
        assert page.get_by_text("The last minutes as a table").is_visible()
