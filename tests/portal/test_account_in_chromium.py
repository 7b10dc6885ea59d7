"""The account's pages in Chromium: a person's way from the mail to the second factor, with and without JavaScript."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import PHONE, accessibility_problems, open_context, well_made
from tests.portal.conftest import PostOffice, on_one_database
from tests.portal.people import PASSWORD, App, fresh_email
from tests.portal.visitors import link_for, sign_in_browser
from tests.servers import RunningServer, Tenant

TWO_CLICKS = "button => { button.click(); setTimeout(() => button.click(), 3); }"


def _type(page: Page, **fields: str) -> None:
    for name, value in fields.items():
        page.fill(f"main [name={name}]", value)


@on_one_database
def test_from_the_mail_to_a_sign_in_with_the_second_factor_and_its_recovery(
    browser: Browser, post_office: PostOffice
) -> None:
    url, email = post_office.server.url, fresh_email()
    with open_context(browser, viewport=PHONE) as context:
        page = context.new_page()
        page.goto(f"{url}/account/sign-in")
        well_made(page)
        page.click("text=Create an account")
        well_made(page)
        _type(page, email=email)
        page.click("main button")
        well_made(page)
        page.goto(url + post_office.letterbox.link())
        _type(page, password="short", again="short")
        page.click("main button")
        well_made(page)
        assert page.get_attribute("[name=password]", "aria-invalid") == "true"
        _type(page, password=PASSWORD, again=PASSWORD)
        page.click("main button")
        page.goto(f"{url}/account/security")
        well_made(page)
        page.click("text=Set it up")
        well_made(page)
        app = App(page.content())
        _type(page, code=app.code())
        page.click("main button")
        well_made(page)
        recovery_code = page.inner_text("#recovery-codes code >> nth=0")
        page.click("summary")
        page.click("text=Sign out")
        for number, code in enumerate((app.code(), recovery_code)):
            _type(page, email=email, password=PASSWORD)
            page.click("main button")
            if number == 0:
                well_made(page)
            _type(page, code=code)
            page.click("main button")
            page.wait_for_url(f"{url}/account/**")
            page.click("summary")
            page.click("text=Sign out")


@on_one_database
def test_the_pages_of_the_account_are_well_made_in_both_themes(
    browser: Browser, server: RunningServer, alice: Tenant
) -> None:
    paths = ("credentials", "credentials/rotate/rsa", "audit", "forgotten", "register", "nothing")
    with open_context(browser, reduced_motion="reduce") as context:  # no colour on its way to another
        page = context.new_page()
        sign_in_browser(context, server, alice.user_id)
        for path in paths:
            page.goto(f"{server.url}/account/{path}")
            well_made(page)
            page.emulate_media(color_scheme="dark")
            assert accessibility_problems(page, "color-contrast") == [], path
            page.emulate_media(color_scheme="light")


@on_one_database
def test_a_key_is_made_without_javascript(browser: Browser, server: RunningServer, alice: Tenant) -> None:
    with open_context(browser, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(server.url + link_for(server, alice.user_id))
        page.click("main button")
        page.goto(f"{server.url}/account/credentials")
        _type(page, name="<script>alert(1)</script>")
        page.check("#scope-door")
        page.click("text=Make the key")
        key = page.inner_text("#api-key")
        assert page.inner_text("main strong >> nth=0") == "<script>alert(1)</script>"
        page.click("text=I have kept it")
        assert "<script>alert(1)</script>" in page.inner_text("table")
    gate = Tenant(server.url, alice.user_id, key)
    with gate.client:
        assert gate.validate("x").json()["message"] == "invalid sensitive"


@pytest.mark.parametrize("scripts", [True, False])
@on_one_database
def test_a_new_key_s_page_loaded_anew_makes_no_second_key(
    browser: Browser, server: RunningServer, alice: Tenant, scripts: bool
) -> None:
    with open_context(browser, java_script_enabled=scripts) as context:
        sign_in_browser(context, server, alice.user_id)
        page = context.new_page()
        page.goto(f"{server.url}/account/credentials")
        _type(page, name="Gate 3")
        page.check("#scope-door")
        button = page.get_by_role("button", name="Make the key")
        if scripts:
            button.evaluate(TWO_CLICKS)  # sent once, or the answer that shows the key would be thrown away
        else:
            button.click()
        key = page.inner_text("#api-key")
        assert key not in page.url
        assert key not in str(context.cookies())
        page.reload()
        expect(page.get_by_text("This key was made already")).to_be_visible()
        assert key not in page.content()
        expect(page.get_by_role("link", name="Revoke the key Gate 3")).to_have_count(1)
        page.reload()
        expect(page.get_by_role("link", name="Revoke the key Gate 3")).to_have_count(1)
    gate = Tenant(server.url, alice.user_id, key)
    with gate.client:
        assert gate.validate("x").json()["message"] == "invalid sensitive"


@on_one_database
def test_a_key_is_copied_by_its_button(browser: Browser, server: RunningServer, alice: Tenant) -> None:
    with open_context(browser, permissions=["clipboard-read", "clipboard-write"]) as context:
        page = context.new_page()
        sign_in_browser(context, server, alice.user_id)
        page.goto(f"{server.url}/account/credentials")
        page.click("[data-copy=user-id]")
        page.wait_for_selector("text=Copied")
        assert page.evaluate("navigator.clipboard.readText()") == alice.user_id
