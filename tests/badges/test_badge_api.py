"""badge/preview, ticket/badge and event/badges, through HTTP."""

import base64
import concurrent.futures
import json
import time

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key
from tests.badges.reading_back import picture_of, sizes_of, texts_of
from tests.jpegs import jpeg_base64
from tests.servers import RunningServer, Tenant

from ticketsonic.accounts.authentication import NEW_KEY_SECONDS
from ticketsonic.badges.sheets import PART_BADGES
from ticketsonic.tickets.codes.tlv import decode_payload

BACKGROUND = {"badge_background": jpeg_base64(1240, 400, "#ffcc00"), "badge_size": "A6"}
GUEST = {"order_details": {"primary_text_pl": "Zoë Müller", "secondary_text_pl": "Žluťoučký & Søn"}}


def assert_refused(answer: httpx.Response, message: str, field: str | None = None) -> None:
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/json")
    assert answer.json()["message"] == message
    if field is not None:
        assert [error["field"] for error in answer.json()["errors"]] == [field]


def preview(tenant: Tenant, event_id: int, **query: str) -> httpx.Response:
    return tenant.client.get("/v1/badge/preview", params=query, headers={"X-API-EventID": str(event_id)})


def test_a_preview_shows_the_test_texts_of_the_event(alice: Tenant) -> None:
    tests = {"badge_primary_test_text": "Jane Roe", "badge_secondary_test_text": "ACME", "badge_size": "A7"}
    spread = {"badge_primary_text_vertical_location": "top"}
    event_id, _ = alice.event(badge=tests | spread)
    answer = preview(alice, event_id)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.headers["content-disposition"] == 'inline; filename="preview.pdf"'
    assert sizes_of(answer.content) == [(74, 105)]
    assert texts_of(answer.content)[0].split() == ["Jane", "Roe", "ACME"]


def test_a_preview_shows_given_texts_in_their_place(alice: Tenant) -> None:
    event_id, _ = alice.event(badge={"badge_primary_test_text": "Jane Roe"})
    answer = preview(alice, event_id, primary_text="Max & <b>Moritz</b> #strong[x]")
    assert texts_of(answer.content) == ["Max & <b>Moritz</b> #strong[x]"]


def test_a_preview_without_any_text_shows_a_sample(alice: Tenant) -> None:
    event_id, _ = alice.event(badge={"badge_primary_text_vertical_location": "top"})
    assert texts_of(preview(alice, event_id).content)[0].split() == ["Name", "Surname", "Company"]


def test_a_preview_as_png_has_300_dots_an_inch_and_the_background(alice: Tenant) -> None:
    event_id, _ = alice.event(badge=BACKGROUND)
    answer = preview(alice, event_id, format="png")
    assert answer.headers["content-type"] == "image/png"
    picture = picture_of(answer.content)
    assert picture.size == (1240, 1748)
    assert [picture.getpixel(at) for at in ((5, 5), (1235, 395), (5, 410))] == [
        pytest.approx((255, 204, 0), abs=4),
        pytest.approx((255, 204, 0), abs=4),
        (255, 255, 255),
    ]


def test_a_preview_is_the_same_bytes_each_time(alice: Tenant) -> None:
    event_id, _ = alice.event(badge=BACKGROUND)
    for wanted in ("pdf", "png"):
        assert preview(alice, event_id, format=wanted).content == preview(alice, event_id, format=wanted).content


def test_characters_without_a_glyph_are_named_in_a_header(alice: Tenant) -> None:
    event_id, _ = alice.event()
    assert "x-badge-missing-glyphs" not in preview(alice, event_id, primary_text="Ana").headers
    answer = preview(alice, event_id, primary_text="Ana \U00010330\U00012000")
    assert answer.headers["x-badge-missing-glyphs"] == "U+10330 U+12000"


@pytest.mark.parametrize(
    ("field", "value"),
    [("format", "svg"), ("primary_text", "x" * 256), ("secondary_text", "a\0b"), ("secondary_text", "y" * 10_000)],
)
def test_a_preview_refuses_nonsense_by_name(alice: Tenant, field: str, value: str) -> None:
    event_id, _ = alice.event()
    assert_refused(preview(alice, event_id, **{field: value}), "invalid request", field)


def test_a_ticket_has_its_badge_by_its_code_and_by_its_barcode(alice: Tenant) -> None:
    _, (sku,) = alice.event(badge={"badge_primary_text_vertical_location": "top"})
    (code,) = alice.codes((sku, 1), **GUEST)
    by_code = alice.get("ticket/badge", x_api_ticket=code)
    assert texts_of(by_code.content)[0].split() == ["Zoë", "Müller", "Žluťoučký", "&", "Søn"]
    barcode = barcode_of(alice, code)
    for spelled in (barcode, barcode.upper()):
        assert alice.get("ticket/badge", x_api_ticket=spelled).content == by_code.content


def barcode_of(tenant: Tenant, code: str) -> str:
    """Open the code as a shop does, with the account's public key."""
    key = load_der_public_key(base64.b64decode(tenant.get("ticket/list").json()["user_public_key"]))
    assert isinstance(key, rsa.RSAPublicKey)
    payload = key.recover_data_from_signature(base64.b64decode(code), padding.PKCS1v15(), None)
    return decode_payload(payload).barcode.hex()


def test_nobody_gets_a_badge_of_another_account(alice: Tenant, bob: Tenant) -> None:
    event_id, (sku,) = alice.event()
    (code,) = alice.codes((sku, 1), **GUEST)
    bobs_event, _ = bob.event()
    for given in (code, barcode_of(alice, code), "0" * 16, "nonsense", "f" * 4000):
        assert_refused(bob.get("ticket/badge", x_api_ticket=given), "invalid sensitive")
    assert_refused(preview(bob, event_id), "invalid event id")
    assert_refused(bob.get("event/badges", x_api_eventid=str(event_id)), "invalid event id")
    refused = bob.get("event/badges", x_api_eventid=str(bobs_event), x_api_sku=sku)
    assert_refused(refused, "ticket ownership verification failure")


def test_a_badge_needs_its_ticket_and_its_event(alice: Tenant) -> None:
    assert_refused(alice.get("ticket/badge"), "invalid request", "X-API-Ticket")
    for event_id in ("", "abc", "99999999999999999999", "4067610"):
        assert_refused(alice.get("badge/preview", x_api_eventid=event_id), "invalid event id")
        assert_refused(alice.get("event/badges", x_api_eventid=event_id), "invalid event id")


def test_a_sheet_has_every_ticket_of_the_event_in_the_order_of_sale(alice: Tenant) -> None:
    event_id, (regular, press) = alice.event({}, {"primary_text_pl": "Press"})
    for number, sku in enumerate((regular, press, regular)):
        alice.codes((sku, 2), order_details={"primary_text_pl": f"Guest {number}"})
    sheet = alice.get("event/badges", x_api_eventid=str(event_id))
    assert (sheet.headers["x-badges"], sheet.headers["x-badge-parts"]) == ("6", "1")
    assert texts_of(sheet.content) == [f"Guest {number}" for number in (0, 0, 1, 1, 2, 2)]
    only_press = alice.get("event/badges", x_api_eventid=str(event_id), x_api_sku=press)
    assert texts_of(only_press.content) == ["Guest 1", "Guest 1"]


def test_a_sheet_can_be_of_those_who_are_in_or_those_still_awaited(alice: Tenant) -> None:
    event_id, (sku,) = alice.event()
    first, _ = (alice.codes((sku, 1), order_details={"primary_text_pl": name})[0] for name in ("In", "Out"))
    alice.validate(first)

    def sheet(**query: str) -> httpx.Response:
        return alice.client.get("/v1/event/badges", params=query, headers={"X-API-EventID": str(event_id)})

    assert texts_of(sheet(state="admitted").content) == ["In"]
    assert texts_of(sheet(state="waiting").content) == ["Out"]
    assert texts_of(sheet(part="1").content) == ["In", "Out"]
    assert_refused(sheet(state="cancelled"), "invalid request", "tickets")
    assert_refused(sheet(state="late"), "invalid request", "state")
    for part in ("0", "2", "x"):
        assert_refused(sheet(part=part), "invalid request", "part")


def test_each_scope_draws_what_is_its_business(alice: Tenant, server: RunningServer) -> None:
    event_id, (sku,) = alice.event()
    (code,) = alice.codes((sku, 1), **GUEST)
    allowed = {
        "read": {"badge/preview"},
        "sales": {"badge/preview", "ticket/badge", "event/badges"},
        "door": {"ticket/badge"},
    }
    for scope, operations in allowed.items():
        key = server.command("key", "create", alice.user_id, "--name", scope, "--scope", scope, "--json")
        headers = {"X-API-Key": json.loads(key)["api_key"], "X-API-EventID": str(event_id), "X-API-Ticket": code}
        time.sleep(NEW_KEY_SECONDS)
        for operation in ("badge/preview", "ticket/badge", "event/badges"):
            status = alice.client.get(f"/v1/{operation}", headers=headers).status_code
            assert (operation, status) == (operation, 200 if operation in operations else 403)


def test_selling_goes_on_while_a_sheet_is_drawn(alice: Tenant) -> None:
    event_id, (sku,) = alice.event({"stock": 2000})
    alice.codes((sku, 900), **GUEST)
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        sheet = pool.submit(alice.get, "event/badges", x_api_eventid=str(event_id))
        slowest = 0.0
        while not sheet.done():
            began = time.monotonic()
            assert alice.order((sku, 1)).status_code == 200
            slowest = max(slowest, time.monotonic() - began)
    assert len(texts_of(sheet.result().content)) >= 900
    assert slowest < 2.0


def test_more_badges_than_one_pdf_takes_come_in_parts(alice: Tenant) -> None:
    event_id, (sku,) = alice.event({"stock": PART_BADGES + 1}, ticket_code="ed25519")
    for number in range(PART_BADGES // 1000):
        assert alice.order((sku, 1000), order_details={"primary_text_pl": f"Group {number}"}).status_code == 200
    assert alice.order((sku, 1), **GUEST).status_code == 200
    headers = {"X-API-EventID": str(event_id)}
    assert_refused(alice.client.get("/v1/event/badges", headers=headers), "invalid request", "part")
    last = alice.client.get("/v1/event/badges", params={"part": "2"}, headers=headers)
    assert (last.headers["x-badges"], last.headers["x-badge-parts"]) == (str(PART_BADGES + 1), "2")
    (text,) = texts_of(last.content)
    assert "Müller" in text
