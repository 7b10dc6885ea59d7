"""A stored script in every text field, formulas in every export: shown as what they are, run by nothing."""

import csv
import io
import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser

from tests.browser import open_context
from tests.portal.visitors import sign_in_browser, signed_in
from tests.servers import RunningServer, Tenant

SCRIPT = '"><script>window.stolen = 1</script><img src=x onerror="window.stolen = 1">{{ 7 * 7 }}'
FORMULAS = ["=HYPERLINK(A1)", "+1", "-1", "@SUM(A1)", "\tTab", "\rReturn", " =space before"]
FORMULAS += ["\N{FULLWIDTH EQUALS SIGN}fullwidth"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_script_in_every_text_field_is_shown_and_not_run(
    browser: Browser, server: RunningServer, alice: Tenant
) -> None:
    texts = dict.fromkeys(("primary_text_pl", "primary_text_sl", "secondary_text_pl", "secondary_text_sl"), SCRIPT)
    badge = {"badge_primary_test_text": SCRIPT, "badge_secondary_test_text": SCRIPT}
    event_id, (sku,) = alice.event(texts | {"location": SCRIPT}, **texts, location=SCRIPT, badge=badge)
    buyer = {"primary_text_pl": SCRIPT, "secondary_text_pl": SCRIPT}
    for request_hash in (f"{SCRIPT}1", f"{SCRIPT}2"):
        assert alice.order((sku, 1), request_hash=request_hash, order_details=buyer).status_code == 200
    orders = signed_in(server, alice.user_id).get("/account/orders").text
    order_id = re.findall(r'href="/account/orders/(\d+)"', orders)[0]
    event = f"/account/events/{event_id}"
    with open_context(browser) as context:
        page = context.new_page()
        sign_in_browser(context, server, alice.user_id)
        for path, shown in [
            ("/account/events", True),
            (event, True),
            (f"{event}/details", True),
            (f"{event}/types", True),
            (f"{event}/types/{sku}", True),
            (f"{event}/badge", True),
            ("/account/orders", True),
            ("/account/orders?only=duplicates", True),
            (f"/account/orders?q={SCRIPT}", True),
            (f"/account/orders/{order_id}", True),
            (f"/account/orders/{order_id}/cancel", True),
            ("/account/audit", False),
        ]:
            page.goto(server.url + path, wait_until="domcontentloaded")
            held = page.locator("main").inner_text() + page.locator("main").inner_html()
            assert ("window.stolen" in held) is shown, path
            assert page.evaluate("window.stolen ?? null") is None, path
            assert "49" not in re.sub(r"\d{3,}", "", page.locator("h1").first.inner_text())


def test_an_export_opens_as_texts_numbers_and_the_event_s_times(server: RunningServer, alice: Tenant) -> None:
    event_id, (sku,) = alice.event({"price": "20.5"}, time_zone="Asia/Tokyo", primary_text_pl='=cmd, "quoted"\nline')
    other_event, (other,) = alice.event()
    codes = []
    for name in [*FORMULAS, "Иван Петров", "王小明", 'O\'Neill, "Ada"']:
        codes += alice.codes((sku, 2), order_details={"primary_text_pl": name, "secondary_text_pl": "=1+1"})
    alice.codes((other, 1))
    admitted = alice.validate(codes[0])
    assert admitted.status_code == 200
    visitor = signed_in(server, alice.user_id)
    answer = visitor.get(f"/account/exports/tickets.csv?event={event_id}")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    assert answer.headers["transfer-encoding"] == "chunked"  # page by page, and no length before the last
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in answer.content
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert [row["customer"] for row in rows[::2]] == ["'" + name for name in FORMULAS] + [
        "Иван Петров",
        "王小明",
        'O\'Neill, "Ada"',
    ]
    dangerous = tuple("=+-@\t\r\n\N{FULLWIDTH EQUALS SIGN}")
    for row in rows:
        assert not any(str(value).lstrip(" ").startswith(dangerous) for value in row.values())
        assert (row["price"], row["currency"], row["sku"]) == ("20.50", "EUR", sku)
    tokyo = datetime.now(ZoneInfo("Asia/Tokyo")).strftime("%Y-%m-%d")
    assert rows[0]["sold_at (Asia/Tokyo)"][:8] == tokyo[:8]
    assert [row["state"] for row in rows].count("admitted") == 1
    _orders_and_admissions_add_up(visitor, event_id, len(rows))
    everything = visitor.get("/account/exports/tickets.csv").content.decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(everything, newline="")))) == len(rows) + 2
    assert str(other_event) in everything


def _orders_and_admissions_add_up(visitor: object, event_id: int, tickets: int) -> None:
    def rows(kind: str) -> list[dict[str, str]]:
        content = visitor.get(f"/account/exports/{kind}.csv?event={event_id}").content  # type: ignore[attr-defined]
        return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))

    orders = rows("orders")
    assert sum(int(row["tickets"]) for row in orders) == tickets
    assert sum(int(row["admitted"]) for row in orders) == 1
    (admission,) = rows("admissions")
    assert admission["admitted_by"] == "first key"
    assert re.fullmatch(r"([0-9a-f]{4} ){3}[0-9a-f]{4}", admission["barcode"])
