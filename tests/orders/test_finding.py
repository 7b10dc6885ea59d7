"""Finding an order by whatever a person has in hand of it."""

import base64
from typing import Any

import pytest

from tests.orders.asking import ask
from tests.servers import RunningServer, Tenant, fresh_hash
from ticketsonic.accounts.signing_keys import Keyring
from ticketsonic.database import Database
from ticketsonic.orders import code_parts, finding
from ticketsonic.orders.code_parts import look_for_part
from ticketsonic.orders.finding import find_exactly, list_orders
from ticketsonic.orders.search_terms import read_term
from ticketsonic.tickets.codes import base45


def buy(tenant: Tenant, sku: str, name: str | None = None, company: str | None = None) -> tuple[str, str]:
    """Buy one ticket; its order's hash and its code."""
    details = {"primary_text_pl": name, "secondary_text_pl": company}
    answer = tenant.order((sku, 1), order_details=details).json()
    return answer["request_hash"], answer["tickets"][0]["encrypted_data"]


def found(server: RunningServer, tenant: Tenant, typed: str, **given: Any) -> list[str]:
    """The hashes of the orders that are found by a term, as the portal looks: exactly first, then among them all."""

    async def work(database: Database, _: Keyring, account_id: int) -> list[str]:
        term = read_term(typed)
        async with database.reading() as connection:
            exact = await find_exactly(connection, account_id, term)
            page = await list_orders(connection, account_id, term=term, **given)
        return [order.request_hash for order in exact or page.orders]

    return ask(server, tenant, work)


@pytest.mark.parametrize(
    ("typed", "name", "company"),
    [
        ("lovelace", "Ada Lovelace", None),
        ("ADA love", "Ada Lovelace", None),
        ("иван ПЕТРОВ", "Иван Петров", "Дружба"),
        ("дружба", "Иван Петров", "Дружба"),
        ("engines ada", "Ada", "Analytical Engines"),
        ("100%", None, "100% Cotton"),
        ("a_b", "a_b", None),
        ("back\\slash", "back\\slash", None),
        ("=cmd", "=cmd|calc", None),
        ("王", "王小明", None),
    ],
)
def test_a_name_or_company_is_found_by_parts_of_it_whatever_its_capitals(
    server: RunningServer, alice: Tenant, typed: str, name: str | None, company: str | None
) -> None:
    _, (sku,) = alice.event()
    buy(alice, sku, "Somebody Else", "axb 1000 Elsewhere")
    wanted, _ = buy(alice, sku, name, company)
    assert found(server, alice, typed) == [wanted]


def test_it_is_found_by_hash_sku_and_every_spelling_of_a_barcode(server: RunningServer, alice: Tenant) -> None:
    _, (sku, other) = alice.event({}, {}, ticket_code="ed25519")
    buy(alice, other, "Somebody Else")
    wanted, code = buy(alice, sku, "Ada")
    raw = base64.b64decode(code)[13:21]
    spellings = [raw.hex(), raw.hex().upper(), raw.hex(" ", 2), raw.hex("-"), "0x" + raw.hex()]
    spellings += [str(int.from_bytes(raw, "big")), str(int.from_bytes(raw, "little"))]
    for typed in [wanted, wanted[4:20], sku, f"  {sku} ", *spellings]:
        assert found(server, alice, typed) == [wanted], typed


def test_nothing_of_another_s_is_found(server: RunningServer, alice: Tenant, bob: Tenant) -> None:
    _, (sku,) = alice.event(ticket_code="ed25519")
    request_hash, code = buy(alice, sku, "Ada Lovelace")
    barcode = base64.b64decode(code)[13:21].hex()
    for typed in (request_hash, "Ada", sku, barcode, ""):
        assert found(server, bob, typed) == []

    async def look(database: Database, keyring: Keyring, account_id: int) -> list[int]:
        return (await look_for_part(database, keyring, account_id, [code[20:60]])).order_ids

    assert ask(server, bob, look) == []
    assert len(ask(server, alice, look)) == 1


@pytest.mark.parametrize("kind", ["rsa", "ed25519", "base45"])
def test_any_part_of_a_qr_finds_its_order(server: RunningServer, alice: Tenant, kind: str) -> None:
    _, (sku,) = alice.event(ticket_code="rsa" if kind == "rsa" else "ed25519")
    orders = [buy(alice, sku, f"Guest {number}") for number in range(3)]
    wanted, code = orders[1]
    printed = base45.encode(base64.b64decode(code)) if kind == "base45" else code
    urlsafe = printed if kind == "base45" else printed.replace("+", "-").replace("/", "_")

    async def look(database: Database, keyring: Keyring, account_id: int) -> list[str]:
        hashes = []
        for part in (urlsafe[16:36], urlsafe[40:100], urlsafe[-16:], urlsafe[50:58]):
            term = read_term(part)
            assert term.code_parts
            seen = await look_for_part(database, keyring, account_id, term.code_parts)
            async with database.reading() as connection:
                hashes += [
                    one.request_hash for one in await finding.find_orders(connection, account_id, seen.order_ids)
                ]
        return hashes

    assert ask(server, alice, look) == [wanted] * 4


@pytest.mark.parametrize(
    ("typed", "parts"),
    [
        ("q83-EjRWeJ_q", ("q83+EjRWeJ/q",)),  # base64 in the alphabet of addresses
        ("EjRWeJq83g==", ("EjRWeJq83g",)),
        ("6Q BV8F.CX:W", ("6Q BV8F.CX:W",)),  # base45
        ("6QABV8F-CXEW", ("6QABV8F+CXEW", "6QABV8F-CXEW")),  # either
        ("6QABV8FCXEW3", ("6QABV8FCXEW3",)),
        ("6QAB", ("6QAB",)),
        ("6QA", ()),  # too short
        ("Ада Лавлейс, математик", ()),
    ],
)
def test_a_part_of_a_code_is_read_every_way_it_can_be_meant(typed: str, parts: tuple[str, ...]) -> None:
    assert read_term(typed).code_parts == parts


def test_a_look_through_codes_is_bounded_and_says_where_to_go_on(
    server: RunningServer, alice: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, (sku,) = alice.event(ticket_code="ed25519")
    orders = [buy(alice, sku) for _ in range(5)]
    monkeypatch.setattr(code_parts, "LOOKED_THROUGH", 2)

    async def walk(database: Database, keyring: Keyring, account_id: int) -> tuple[list[int], int]:
        looked, older_than = [], None
        for _ in range(10):
            look = await look_for_part(database, keyring, account_id, [orders[0][1][40:70]], older_than)
            looked.append(look.looked_at)
            older_than = look.older_than
            if look.order_ids or older_than is None:
                return looked, len(look.order_ids)
        raise AssertionError("no end")

    looked, places = ask(server, alice, walk)
    assert places == 1
    assert max(looked) == 2
    assert len(looked) > 2


def test_tickets_of_an_event_are_sought_among_so_many_at_a_time(
    server: RunningServer, alice: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    (event_id, (sku,)), (_, (other,)) = alice.event(ticket_code="ed25519"), alice.event(ticket_code="ed25519")
    orders = [buy(alice, each) for each in (sku, other, other, other, sku, other, other)]
    monkeypatch.setattr(code_parts, "PASSED_THROUGH", 3)

    async def walk(database: Database, keyring: Keyring, account_id: int) -> list[tuple[int, int]]:
        part, looks, older_than = [orders[0][1][40:70]], [], None
        while not looks or older_than is not None:
            look = await look_for_part(database, keyring, account_id, part, older_than, event_id=event_id)
            looks.append((look.looked_at, len(look.order_ids)))
            older_than = look.older_than
        return looks

    assert ask(server, alice, walk) == [(1, 0), (1, 1)]


def test_pages_go_back_newest_first_and_meet_each_order_once(
    server: RunningServer, alice: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "PAGE_ORDERS", 3)
    monkeypatch.setattr(finding, "LOOKED_THROUGH", 4)
    _, (sku,) = alice.event()
    hashes = [buy(alice, sku, "Zoe" if number % 2 else "Bea")[0] for number in range(11)]

    async def walk(database: Database, _: Keyring, account_id: int) -> tuple[list[str], list[str]]:
        walked: list[list[str]] = []
        for term in (None, read_term("zoe")):
            seen: list[str] = []
            older_than = None
            async with database.reading() as connection:
                while True:
                    page = await list_orders(connection, account_id, term=term, older_than=older_than)
                    seen += [order.request_hash for order in page.orders]
                    older_than = page.older_than
                    if older_than is None:
                        break
            walked.append(seen)
        return walked[0], walked[1]

    every, zoes = ask(server, alice, walk)
    assert every == hashes[::-1]
    assert zoes == hashes[1::2][::-1]


@pytest.mark.parametrize("typed", ["", " ", "\0", "\ud800", "%", "x" * 5000, "'; DROP TABLE orders; --", "🎫"])
def test_nothing_that_is_typed_does_harm(server: RunningServer, alice: Tenant, typed: str) -> None:
    found(server, alice, typed)
    assert alice.get("health").status_code == 200


def test_a_used_hash_of_more_than_a_term_s_length_is_not_needed_to_find_it(
    server: RunningServer, alice: Tenant
) -> None:
    _, (sku,) = alice.event()
    request_hash = "h" * 240 + fresh_hash()[:15]
    alice.order((sku, 1), request_hash=request_hash)
    assert found(server, alice, request_hash) == [request_hash]
