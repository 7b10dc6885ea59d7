"""A name with a bidirectional override turns itself around, and nothing that stands beside it (issue 5)."""

from playwright.sync_api import Browser, Page

from tests.browser import open_context
from tests.portal.conftest import on_one_database
from tests.portal.visitors import sign_in_browser
from tests.servers import RunningServer, Tenant

pytestmark = on_one_database
BUYER = {"primary_text_pl": "\u202egnihtoN", "secondary_text_pl": "\u202edtL gnihtoN"}
# Every text on one line whose last character stands before its first, but for the buyer's own.
TURNED = """() => {
  const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  const place = (node, at) => {
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + 1);
    return range.getBoundingClientRect();
  };
  const turned = [];
  while (walker.nextNode()) {
    const node = walker.currentNode, text = node.data;
    const begin = text.search(/\\S/), end = text.trimEnd().length - 1;
    if (begin < 0 || end <= begin || text.includes("\\u202e")) continue;
    const first = place(node, begin), last = place(node, end);
    const onOneLine = first.width && last.width && Math.abs(first.top - last.top) < 3;
    if (onOneLine && last.left < first.left) turned.push(text.trim());
  }
  return turned;
}"""


def turned_on(page: Page, url: str) -> list[str]:
    page.goto(url)
    assert "gnihtoN" in page.locator("main").inner_text()
    turned: list[str] = page.evaluate(TURNED)
    return turned


def test_what_stands_beside_such_a_name_reads_as_it_was_written(
    browser: Browser, server: RunningServer, alice: Tenant
) -> None:
    event_id, (sku,) = alice.event(print_badges=True)
    (code,) = alice.codes((sku, 1), order_details=BUYER)
    assert alice.validate(code).json()["status"] == "success"
    with open_context(browser) as context:
        page = context.new_page()
        sign_in_browser(context, server, alice.user_id)
        for path in (f"events/{event_id}/printers", "orders"):
            assert turned_on(page, f"{server.url}/account/{path}") == [], path
        page.locator("main a[href*='/account/orders/']").first.click()
        page.wait_for_url("**/account/orders/*")
        assert turned_on(page, page.url) == []
