"""An organiser's whole way in Chromium: from registering to a cancelled ticket that no door admits (issue 4)."""

import io
import re
from pathlib import Path

import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser import open_context, well_made
from tests.jpegs import jpeg_of
from tests.portal.conftest import PostOffice, on_one_database
from tests.portal.letterbox import Letterbox
from tests.portal.people import fresh_email
from tests.servers import RunningServer, Tenant

PASSWORD = "correct horse battery staple 7"
A6_PIXELS = (1240, 1748)


@on_one_database
def test_from_registering_to_a_cancelled_ticket(browser: Browser, post_office: PostOffice, tmp_path: Path) -> None:
    email, mailing_server, letterbox = fresh_email("ada"), post_office.server, post_office.letterbox
    with open_context(browser) as context:
        page = context.new_page()
        register(page, mailing_server, letterbox, email)
        make_event(page)
        design_badge(page, tmp_path)
        shop = make_sales_key(page, mailing_server, email)
        skus = read_skus(page)
        with shop.client:
            code = sell_while_somebody_watches(page, shop, skus)
            scan_from_the_screen(page, code)
            cancel_one_of_two(page)
            gate = make_door_key(page, mailing_server, email)
            with gate.client:
                refusal = gate.validate(code).json()
            assert (refusal["status"], refusal["reason"]) == ("failure", "cancelled")
            assert shop.stock(skus[0]) == 39
            look_at_every_other_page(page, mailing_server, skus[0])


def look_at_every_other_page(page: Page, server: RunningServer, sku: str) -> None:
    page.goto(f"{server.url}/account/events")
    well_made(page)
    event = page.get_by_role("link", name="Dinosaurs by night").get_attribute("href")
    for path in (f"{event}/details", f"{event}/types", f"{event}/types/{sku}", "/account/orders", "/account/audit"):
        page.goto(server.url + path)
        well_made(page)


def register(page: Page, server: RunningServer, letterbox: Letterbox, email: str) -> None:
    page.goto(f"{server.url}/account/register")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_role("button", name="Create an account").click()
    page.goto(server.url + letterbox.link())
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("The same password again").fill(PASSWORD)
    page.get_by_role("button", name="Create the account").click()
    page.goto(f"{server.url}/account/events")
    expect(page.get_by_role("heading", name="No event yet")).to_be_visible()


def make_event(page: Page) -> None:
    page.get_by_role("link", name="New event").first.click()
    well_made(page)
    page.get_by_role("button", name="Make the event").click()
    expect(page.get_by_role("alert")).to_be_visible()  # what is missing is said, and nothing is lost
    page.get_by_label("Title", exact=True).fill("Dinosaurs by night")
    page.get_by_label("Title in the second language").fill("Динозаври")
    page.get_by_label("Begins").fill("2031-05-01T19:30")
    page.get_by_label("Time zone").select_option("Europe/Sofia")
    page.get_by_label("Name of the ticket type").fill("Regular pass")
    page.get_by_label("Price").fill("49,50")
    page.get_by_label("How many").fill("40")
    page.get_by_role("button", name="Make the event").click()
    page.get_by_role("link", name="Add a ticket type").click()
    well_made(page)
    page.get_by_label("Title", exact=True).fill("VIP")
    page.get_by_label("Price").fill("120")
    page.get_by_label("How many").fill("5")
    page.get_by_role("button", name="Put on sale").click()
    expect(page.get_by_role("row")).to_have_count(3)
    expect(page.get_by_text("1 May 2031, 19:30 EEST")).to_be_visible()


def design_badge(page: Page, tmp_path: Path) -> None:
    """Live preview while typing; then the background, of the badge's own size."""
    page.get_by_role("link", name="Badge", exact=True).click()
    preview = page.get_by_alt_text("The badge as it will be printed")
    well_made(page)
    with page.expect_response(lambda answer: "fontsize=77" in answer.url) as drawn:
        page.get_by_label("Font size").first.fill("77")
    assert drawn.value.ok
    before = preview.screenshot()
    picture = tmp_path / "background.jpg"
    picture.write_bytes(jpeg_of(*A6_PIXELS, "#205040"))
    page.get_by_label("Background").set_input_files(picture)
    expect(preview).to_have_attribute("src", re.compile("^blob:"))  # shown before it is saved
    page.get_by_role("button", name="Save the badge").click()
    expect(page.get_by_text("The badge is saved.")).to_be_visible()
    expect(page.get_by_label("Font size").first).to_have_value("77")
    expect(preview).to_have_js_property("naturalWidth", A6_PIXELS[0])
    assert preview.screenshot() != before


def make_sales_key(page: Page, server: RunningServer, email: str) -> Tenant:
    page.get_by_role("link", name="Credentials").click()
    page.get_by_label("What is it for?").fill("Web shop")
    page.get_by_label("Sell", exact=True).check()
    page.get_by_role("button", name="Make the key").click()
    shown = page.locator("#api-key").inner_text().strip()
    return Tenant(server.url, email, shown)


def make_door_key(page: Page, server: RunningServer, email: str) -> Tenant:
    page.get_by_role("link", name="Credentials").click()
    page.get_by_label("What is it for?").fill("Gate 1")
    page.get_by_label("Admit", exact=True).check()
    page.get_by_role("button", name="Make the key").click()
    return Tenant(server.url, email, page.locator("#api-key").inner_text().strip())


def read_skus(page: Page) -> list[str]:
    page.get_by_role("link", name="Events").click()
    page.get_by_role("link", name="Dinosaurs by night").click()
    page.get_by_role("link", name="Ticket types").click()
    return page.locator("tbody code").all_inner_texts()


def sell_while_somebody_watches(page: Page, shop: Tenant, skus: list[str]) -> str:
    """What is sold appears on the page that is open, without reloading; gives the first ticket's code."""
    page.get_by_role("link", name="Now").click()
    expect(page.get_by_text("live", exact=True)).to_be_visible()
    well_made(page)
    page.evaluate("window.opened = 'once'")
    details = {"primary_text_pl": "Grace Hopper", "secondary_text_pl": "Navy"}
    code, _ = shop.codes((skus[0], 2), order_details=details)
    expect(page.locator('[data-total="sold"]')).to_have_text("2")
    expect(page.locator('[data-total="left"]')).to_have_text("43")
    assert page.evaluate("window.opened") == "once"
    assert page.locator(".chart canvas").count() == 2
    return code


def scan_from_the_screen(page: Page, code: str) -> None:
    """Find the order by a part of the buyer's name, and read its first QR off a screenshot, as a phone would."""
    page.get_by_role("banner").get_by_role("link", name="Orders").click()
    page.get_by_label("Find").fill("hopper")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="Grace Hopper").click()
    for code_image in page.get_by_alt_text("QR code").all():
        code_image.scroll_into_view_if_needed()  # drawn when it comes into sight
        expect(code_image).to_have_js_property("complete", value=True)
    well_made(page)
    seen = Image.open(io.BytesIO(page.screenshot(full_page=True)))
    read = {found.text for found in zxingcpp.read_barcodes(seen)}
    assert code in read
    assert len(read) == 2


def cancel_one_of_two(page: Page) -> None:
    page.get_by_role("link", name="Cancel this ticket").first.click()
    expect(page.get_by_role("heading", name="Cancel this ticket?")).to_be_visible()
    well_made(page)
    page.get_by_role("button", name="Cancel the ticket").click()
    expect(page.get_by_text("1 ticket is cancelled.")).to_be_visible()
    expect(page.get_by_text("by portal")).to_be_visible()
