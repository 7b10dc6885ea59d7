"""A name to try with a character that no font has: the preview says so, never a silent box (issue 5)."""

from playwright.sync_api import Browser, expect

from tests.browser import open_context
from tests.portal.conftest import on_one_database
from tests.portal.visitors import sign_in_browser
from tests.servers import RunningServer, Tenant

pytestmark = on_one_database
GOTHIC = "Ulfilas \U00010330"


def test_the_preview_names_the_characters_while_they_are_there(
    browser: Browser, server: RunningServer, alice: Tenant
) -> None:
    event_id, _ = alice.event(badge={"badge_primary_test_text": GOTHIC})
    with open_context(browser) as context:
        page = context.new_page()
        sign_in_browser(context, server, alice.user_id)
        page.goto(f"{server.url}/account/events/{event_id}/badge")
        warning = page.locator("[data-badge-missing]")
        expect(warning).to_contain_text("empty box: U+10330")
        page.locator("[name=badge_primary_test_text]").fill("Ada")
        expect(warning).to_be_hidden()
        page.locator("[name=badge_primary_test_text]").fill("Ada \U00012000")
        expect(warning).to_contain_text("U+12000")
