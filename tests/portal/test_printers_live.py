"""The printers' page keeps itself as things are, without reloading, and moves nothing under a finger (issue 5)."""

from playwright.sync_api import Browser, expect

from tests.browser import PAGE_MILLISECONDS, open_context, well_made
from tests.portal.conftest import on_one_database
from tests.portal.visitors import sign_in_browser, signed_in
from tests.servers import RunningServer, Tenant
from tests.station.desk import add_station, new_desk


def test_the_stream_speaks_when_something_is_another(server: RunningServer, alice: Tenant) -> None:
    desk = new_desk(alice)
    organiser = signed_in(server, alice.user_id)
    with organiser.client.stream("GET", f"/account/events/{desk.event_id}/printers/stream") as answer:
        said = (line for line in answer.iter_lines() if line.startswith("data:"))
        assert next(said) == "data: changed"
        desk.admit("Ada")
        assert next(said) == "data: changed"


@on_one_database
def test_badges_and_printers_appear_and_nothing_moves_under_the_pointer(
    browser: Browser, server: RunningServer, alice: Tenant
) -> None:
    desk = new_desk(alice)
    desk.admit("Ada")
    with open_context(browser) as context:
        page = context.new_page()
        sign_in_browser(context, server, alice.user_id)
        page.goto(f"{server.url}/account/events/{desk.event_id}/printers")
        expect(page.locator("[data-state=live]")).to_be_visible(timeout=PAGE_MILLISECONDS)
        page.fill("main [name=name]", "Hall B, half typed")
        desk.admit("Grace")
        expect(page.get_by_text("Grace", exact=True)).to_be_visible(timeout=PAGE_MILLISECONDS)

        page.get_by_role("button", name="Do not print it: Ada").hover()
        desk.admit("Hedy")
        page.wait_for_timeout(1500)  # longer than the stream usually takes to say so
        expect(page.get_by_text("Hedy", exact=True)).to_have_count(0)
        page.locator("h1").hover()
        expect(page.get_by_text("Hedy", exact=True)).to_be_visible(timeout=PAGE_MILLISECONDS)

        add_station(alice, desk.event_id, name="Hall C")
        expect(page.get_by_role("rowheader", name="Hall C")).to_be_visible(timeout=PAGE_MILLISECONDS)
        assert page.input_value("main [name=name]") == "Hall B, half typed"
        page.get_by_role("button", name="Do not print it: Grace").click()
        expect(page.get_by_text("Noted.")).to_be_visible(timeout=PAGE_MILLISECONDS)
        well_made(page)
