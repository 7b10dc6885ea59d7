"""The audit: every act has its words, entries are paged, and nothing in them can be changed."""

import asyncio
import re
from pathlib import Path

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

import ticketsonic
from tests.portal.visitors import signed_in
from tests.servers import RunningServer, Tenant, fresh_hash
from ticketsonic.accounts.accounts import find_account
from ticketsonic.accounts.audit import record
from ticketsonic.database import Conflict, Database
from ticketsonic.portal.acts import ACTS
from ticketsonic.portal.audit import ENTRIES_A_PAGE
from ticketsonic.schema import audit_entries
from ticketsonic.settings import load_settings

SOURCE = Path(ticketsonic.__file__).parent
_ACT = re.compile(
    r'"((?:account|session|link|password|second_factor|recovery_codes|key|signing_key|event|ticket_type|ticket|order'
    r'|orders|tickets|admissions|printer|badge)\.[a-z]{2}[a-z_]+)"'
)


def test_every_act_is_said_in_words() -> None:
    named = {act for path in SOURCE.rglob("*.py") for act in _ACT.findall(path.read_text("utf-8"))}
    assert named - ACTS.keys() == {"badge.typ"}  # a file of Typst's


def test_a_person_reads_who_did_what_to_what_and_only_their_own(
    server: RunningServer, alice: Tenant, bob: Tenant
) -> None:
    event_id, _ = alice.event()
    hers, his = signed_in(server, alice.user_id), signed_in(server, bob.user_id)
    page = hers.get(f"/account/audit?about={event_id}").text
    assert "Event made" in page
    assert re.search(r"key \d+", page)
    assert "Signed in" not in page
    assert str(event_id) not in his.get("/account/audit").text
    theirs = his.get(f"/account/audit?about={event_id}").text
    assert "Event made" not in theirs
    assert "<tbody>" in theirs
    assert "<td" not in theirs


def test_it_is_told_in_the_reader_s_language(server: RunningServer, alice: Tenant) -> None:
    event_id, _ = alice.event()
    edited = alice.post("event/edit", {"request_hash": fresh_hash(), "location": "Hall 3"}, x_api_eventid=str(event_id))
    assert edited.status_code == 200, edited.text
    said = signed_in(server, alice.user_id).get("/account/audit?locale=bg").text
    assert re.search(r">ключ \d+<", said)
    assert "полета: място" in said
    assert "fields" not in said


def test_it_is_read_page_by_page(server: RunningServer, alice: Tenant) -> None:
    async def write(count: int) -> None:
        database = Database(load_settings(server.environment).database_url)
        try:
            account = await find_account(database, alice.user_id)
            async with database.transaction() as connection:
                for number in range(count):
                    subject, odd = f"subject {number} of many", {"name": "100 % <b>"}
                    await record(connection, account.account_id, "test.act", actor="test", subject=subject, details=odd)
        finally:
            await database.close()

    asyncio.run(write(ENTRIES_A_PAGE + 5))
    visitor = signed_in(server, alice.user_id)
    first = visitor.get("/account/audit").text
    assert "100 % &lt;b&gt;" in first
    older = re.findall(r'rel="next" href="([^"]+)"', first)[0]
    second = visitor.get(older).text
    seen = re.findall(r">subject (\d+) of many<", first + second)
    assert sorted(map(int, seen)) == list(range(ENTRIES_A_PAGE + 5))
    assert 'rel="prev" href="/account/audit?"' in second
    assert 'rel="next"' not in second


@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_database_lets_nothing_be_changed(server: RunningServer, alice: Tenant, change: str) -> None:
    alice.event()

    async def try_it() -> None:
        database = Database(load_settings(server.environment).database_url)
        statement = update(audit_entries).values(actor="nobody") if change == "update" else delete(audit_entries)
        try:
            async with database.transaction() as connection:
                await connection.execute(statement)
        finally:
            await database.close()

    with pytest.raises((DBAPIError, Conflict), match="append-only"):
        asyncio.run(try_it())
