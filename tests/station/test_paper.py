"""What comes out of a station's browser: one page a badge, of its exact size, as the API draws it (issue 5)."""

import io
import json
import shutil
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image
from playwright.sync_api import Browser

from tests.browser import open_context
from tests.portal.conftest import on_one_database
from tests.servers import Tenant, fresh_hash
from tests.station.desk import POINTS_PER_INCH, Desk, difference, is_asked, new_desk, open_page, render, until

ISO_216 = {
    "A4": (210, 297),
    "A5": (148, 210),
    "A6": (105, 148),
    "A7": (74, 105),
    "A8": (52, 74),
    "A9": (37, 52),
    "A10": (26, 37),
}
MILLIMETRES_PER_INCH = 25.4
pytestmark = on_one_database
# What print preview remembers: that the last printer was "Save as PDF", which a kiosk then prints to without asking.
_PDF_PRINTER = {
    "version": 2,
    "recentDestinations": [{"id": "Save as PDF", "origin": "local", "account": "", "capabilities": {}}],
    "isHeaderFooterEnabled": False,
}


def _size_in_millimetres(content: bytes) -> tuple[float, float]:
    document = pypdfium2.PdfDocument(content)
    assert len(document) == 1
    width, height = document[0].get_size()
    document.close()
    return width / POINTS_PER_INCH * MILLIMETRES_PER_INCH, height / POINTS_PER_INCH * MILLIMETRES_PER_INCH


def test_a_badge_of_each_size_has_a_page_of_its_exact_size(browser: Browser, alice: Tenant) -> None:
    with open_context(browser) as context:
        desk = new_desk(alice, badge_primary_test_text="Ada Lovelace")
        page = open_page(context, desk.link)
        for size, millimetres in ISO_216.items():
            body = {"request_hash": fresh_hash(), "badge": {"badge_size": size}}
            assert alice.post("event/edit", body, x_api_eventid=str(desk.event_id)).status_code == 200
            page.locator("#test").click()
            until(lambda: is_asked(page))
            page.evaluate("window.askedToPrint = 0")
            content = page.pdf(prefer_css_page_size=True)
            assert _size_in_millimetres(content) == pytest.approx(millimetres, abs=0.3)
            page.locator("#paper img").wait_for(state="detached")
            drawn = alice.client.get("/v1/badge/preview?format=png", headers={"X-API-EventID": str(desk.event_id)})
            assert _looks_like(content, drawn.content)


def _looks_like(content: bytes, png: bytes) -> bool:
    printed, drawn = render(content), Image.open(io.BytesIO(png)).convert("L")
    assert abs(printed.width - drawn.width) <= 3
    assert abs(printed.height - drawn.height) <= 3
    return difference(printed.resize(drawn.size), drawn) < 2


def test_a_kiosk_prints_by_itself_what_arrives(browser: Browser, desk: Desk, tmp_path: Path) -> None:
    """The real thing: Chromium with --kiosk-printing, and its own printing to a printer that makes PDF files."""
    whole_browser = shutil.which("chromium")
    if whole_browser is None:
        pytest.skip("Chromium is not installed: `make browser` does it, or says how")
    papers, profile = tmp_path / "papers", tmp_path / "profile"
    papers.mkdir()
    (profile / "Default").mkdir(parents=True)
    remembered = {"printing": {"print_preview_sticky_settings": {"appState": json.dumps(_PDF_PRINTER)}}}
    remembered["savefile"] = {"default_directory": str(papers)}
    (profile / "Default" / "Preferences").write_text(json.dumps(remembered))
    kiosk = browser.browser_type.launch_persistent_context(
        profile,
        executable_path=whole_browser,
        headless=False,  # with its printing; it needs no screen all the same
        args=["--no-sandbox", "--ozone-platform=headless", "--kiosk", "--kiosk-printing"],
    )
    try:
        page = kiosk.new_page()
        page.goto(desk.link)
        page.locator("#line[data-state=connected]").wait_for()
        desk.admit("Ada", "Grace")
        page.locator("#recent li").nth(1).wait_for(timeout=60_000)
        files = until(lambda: len(found := sorted(papers.glob("*.pdf"))) == 2 and found)
        contents = until(lambda: [_whole(file) for file in files] if all(map(_whole, files)) else None)
    finally:
        kiosk.close()
    assert {desk.name_on(render(content)) for content in contents} == {"Ada", "Grace"}
    assert all(_size_in_millimetres(content) == pytest.approx(ISO_216["A9"], abs=0.3) for content in contents)


def _whole(file: Path) -> bytes | None:
    content = file.read_bytes()
    return content if content.rstrip().endswith(b"%%EOF") else None
