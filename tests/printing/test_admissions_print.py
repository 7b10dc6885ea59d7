"""An admission with print on makes exactly one job, and nothing else makes one."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select

from tests.servers import RunningServer, Tenant, fresh_hash
from ticketsonic.database import Database
from ticketsonic.schema import print_jobs
from ticketsonic.settings import load_settings


def jobs_of(server: RunningServer, event_id: int) -> list[Any]:
    async def read() -> list[Any]:
        database = Database(load_settings(server.environment).database_url)
        try:
            async with database.reading() as connection:
                query = select(print_jobs).where(print_jobs.c.event_id == event_id).order_by(print_jobs.c.id)
                return list(await connection.execute(query))
        finally:
            await database.close()

    return asyncio.run(read())


def scan(tenant: Tenant, code: str, **fields: Any) -> dict[str, Any]:
    answer = tenant.post("ticket/validate", {"ticket_sensitive": code, **fields})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


@pytest.mark.parametrize("asked", [True, 1, "1", "true"])
def test_it_prints_where_the_request_says_so_and_names_the_job(
    server: RunningServer, alice: Tenant, asked: Any
) -> None:
    event_id, (sku,) = alice.event()
    (code,) = alice.codes((sku, 1))
    answer = scan(alice, code, print=asked)
    (job,) = jobs_of(server, event_id)
    assert (answer["status"], answer["print_job_id"]) == ("success", str(job.id))
    assert (job.kind, job.state, job.event_id) == ("admission", "waiting", event_id)
    assert job.api_key_id is not None


@pytest.mark.parametrize("asked", [None, "", False, 0, "false", "0", "left out"])
def test_it_prints_nothing_where_nobody_says_so(server: RunningServer, alice: Tenant, asked: Any) -> None:
    event_id, (sku,) = alice.event()
    (code,) = alice.codes((sku, 1))
    answer = scan(alice, code, **({} if asked == "left out" else {"print": asked}))
    assert answer["status"] == "success"
    assert "print_job_id" not in answer
    assert jobs_of(server, event_id) == []


def test_the_event_says_so_and_a_request_may_say_no(server: RunningServer, alice: Tenant) -> None:
    event_id, (sku,) = alice.event(print_badges=True)
    said, unsaid, empty = alice.codes((sku, 3))
    assert "print_job_id" not in scan(alice, said, print=False)
    made = [scan(alice, unsaid)["print_job_id"], scan(alice, empty, print=None)["print_job_id"]]
    assert [str(job.id) for job in jobs_of(server, event_id)] == made


def test_the_setting_is_listed_and_edited_and_stays_where_nothing_is_said(alice: Tenant) -> None:
    def listed() -> bool:
        events = alice.get("event/list").json()["events"]
        return bool(next(found["print_badges"] for found in events if found["event_id"] == str(event_id)))

    def edit(**fields: Any) -> None:
        answer = alice.post("event/edit", {"request_hash": fresh_hash(), **fields}, x_api_eventid=str(event_id))
        assert answer.status_code == 200, answer.text

    event_id, _ = alice.event()
    assert not listed()
    edit(print_badges=True)
    assert listed()
    edit(location="Town Hall")
    edit(print_badges=None)
    edit(print_badges="")
    assert listed()
    edit(print_badges=False)
    assert not listed()


def test_what_is_neither_yes_nor_no_is_refused_and_admits_nobody(alice: Tenant) -> None:
    _, (sku,) = alice.event()
    (code,) = alice.codes((sku, 1))
    for nonsense in ("maybe", 2, 0.5, [], {}, "TRUE "):
        answer = alice.post("ticket/validate", {"ticket_sensitive": code, "print": nonsense})
        assert (answer.status_code, answer.json()["message"]) == (400, "invalid request")
        assert [error["field"] for error in answer.json()["errors"]] == ["print"]
    assert scan(alice, code)["status"] == "success"


def test_a_second_scan_and_a_refused_one_print_nothing(server: RunningServer, alice: Tenant) -> None:
    event_id, (sku,) = alice.event({"start_datetime": 4_000_000_000}, print_badges=True)
    (early,) = alice.codes((sku, 1))
    assert scan(alice, early, print=True)["reason"] == "not_yet_valid"
    assert jobs_of(server, event_id) == []
    other_id, (other,) = alice.event(print_badges=True)
    (code,) = alice.codes((other, 1))
    assert scan(alice, code)["status"] == "success"
    assert scan(alice, code, print=True)["reason"] == "already_used"
    assert len(jobs_of(server, other_id)) == 1


def test_a_repeated_request_gets_the_same_job_again(server: RunningServer, alice: Tenant) -> None:
    event_id, (sku,) = alice.event()
    (code,) = alice.codes((sku, 1))
    body = {"ticket_sensitive": code, "print": True}
    first = alice.post("ticket/validate", body, idempotency_key="once")
    again = alice.post("ticket/validate", body, idempotency_key="once")
    assert (first.content, again.headers["idempotent-replayed"]) == (again.content, "true")
    assert [str(job.id) for job in jobs_of(server, event_id)] == [first.json()["print_job_id"]]


def test_many_gates_at_one_instant_make_one_job_a_ticket(server: RunningServer, alice: Tenant) -> None:
    event_id, (sku,) = alice.event(print_badges=True)
    codes = alice.codes((sku, 20))
    with ThreadPoolExecutor(8) as gates:
        answers = list(gates.map(lambda code: scan(alice, code, print=True), codes * 4))
    admitted = [answer["print_job_id"] for answer in answers if answer["status"] == "success"]
    assert len(admitted) == 20
    assert sorted(str(job.id) for job in jobs_of(server, event_id)) == sorted(admitted)
