"""ticket/reprint, print/jobs and print/resolve: a person's words on badges (issue 5)."""

import asyncio
from typing import Any

from sqlalchemy import update

from tests.api.answers import assert_refused
from tests.servers import RunningServer, Tenant, fresh_hash
from ticketsonic.database import Database
from ticketsonic.schema import print_jobs
from ticketsonic.settings import load_settings


def jobs_of(tenant: Tenant, event_id: int, query: str = "") -> list[dict[str, Any]]:
    answer = tenant.get(f"print/jobs{query}", x_api_eventid=str(event_id))
    assert answer.status_code == 200, answer.text
    listed: list[dict[str, Any]] = answer.json()["print_jobs"]
    return listed


def admitted(tenant: Tenant, **fields: Any) -> tuple[int, str]:
    """An event with one guest admitted, print on; its id and the ticket's code."""
    event_id, (sku,) = tenant.event(print_badges=True, **fields)
    (code,) = tenant.codes((sku, 1))
    assert tenant.validate(code).json()["status"] == "success"
    return event_id, code


def reprint(tenant: Tenant, code: str, **headers: str) -> Any:
    body = {"request_hash": headers.pop("request_hash", fresh_hash()), "ticket_sensitive": code}
    return tenant.post("ticket/reprint", body, **headers)


def resolve(tenant: Tenant, job_id: str, outcome: str) -> Any:
    return tenant.post("print/resolve", {"request_hash": fresh_hash(), "print_job_id": job_id, "outcome": outcome})


def doubt(server: RunningServer, job_id: str) -> None:
    """As if a printer had taken it and burnt down."""

    async def write() -> None:
        database = Database(load_settings(server.environment).database_url)
        try:
            async with database.transaction() as connection:
                lost = update(print_jobs).where(print_jobs.c.id == int(job_id)).values(state="uncertain")
                await connection.execute(lost)
        finally:
            await database.close()

    asyncio.run(write())


def test_a_reprint_is_a_job_of_its_own_with_who_asked_for_it(alice: Tenant) -> None:
    event_id, code = admitted(alice)
    made = reprint(alice, code).json()
    newest, oldest = jobs_of(alice, event_id)
    assert (newest["print_job_id"], newest["kind"], newest["state"]) == (made["print_job_id"], "reprint", "waiting")
    assert newest["requested_by"].startswith("key ")
    assert (oldest["kind"], oldest["requested_by"], oldest["barcode"]) == ("admission", None, newest["barcode"])


def test_a_barcode_will_do_and_each_request_prints_once_more(alice: Tenant) -> None:
    event_id, code = admitted(alice)
    barcode = jobs_of(alice, event_id)[0]["barcode"]
    for asked in (barcode, barcode.upper(), code):
        assert reprint(alice, asked).status_code == 200
    assert [job["kind"] for job in jobs_of(alice, event_id)] == ["reprint"] * 3 + ["admission"]


def test_a_repeated_request_prints_nothing_more(alice: Tenant) -> None:
    event_id, code = admitted(alice)
    first = reprint(alice, code, request_hash="once", idempotency_key="k")
    again = reprint(alice, code, request_hash="once", idempotency_key="k")
    assert (again.content, again.headers["idempotent-replayed"]) == (first.content, "true")
    assert_refused(reprint(alice, code, request_hash="once"), "duplicated request")
    assert len(jobs_of(alice, event_id)) == 2


def test_a_reprint_admits_nobody_and_is_none_of_a_strangers_or_a_cancelled_ticket(alice: Tenant, bob: Tenant) -> None:
    _, (sku,) = alice.event()
    code, cancelled = alice.codes((sku, 2))
    assert reprint(alice, code).status_code == 200
    assert alice.validate(code).json()["status"] == "success"
    for stranger, ticket in ((bob, code), (alice, "nonsense"), (alice, "0" * 16)):
        assert_refused(reprint(stranger, ticket), "invalid sensitive")
    done = alice.post("ticket/cancel", {"request_hash": fresh_hash(), "ticket_sensitive": cancelled})
    assert done.status_code == 200
    assert_refused(reprint(alice, cancelled), "invalid request", "ticket_sensitive")


def test_jobs_are_listed_by_state_the_newest_first_and_in_parts(alice: Tenant) -> None:
    event_id, code = admitted(alice)
    for _ in range(3):
        reprint(alice, code)
    listed = [job["print_job_id"] for job in jobs_of(alice, event_id)]
    assert listed == sorted(listed, key=int, reverse=True)
    assert [job["print_job_id"] for job in jobs_of(alice, event_id, f"?before={listed[1]}")] == listed[2:]
    assert resolve(alice, listed[0], "cancelled").status_code == 200
    assert [job["print_job_id"] for job in jobs_of(alice, event_id, "?job_state=waiting")] == listed[1:]
    assert [job["print_job_id"] for job in jobs_of(alice, event_id, "?job_state=cancelled")] == listed[:1]
    assert jobs_of(alice, event_id, "?job_state=printed") == []


def test_what_is_asked_wrongly_is_named(alice: Tenant, bob: Tenant) -> None:
    event_id, _ = admitted(alice)
    answer = alice.get("print/jobs?job_state=lost&before=x", x_api_eventid=str(event_id))
    assert_refused(answer, "invalid request", "before", "job_state")
    assert_refused(bob.get("print/jobs", x_api_eventid=str(event_id)), "invalid event id")
    assert_refused(alice.get("print/jobs"), "invalid event id")


def test_an_uncertain_badge_that_came_out_is_printed_by_a_persons_word(server: RunningServer, alice: Tenant) -> None:
    event_id, _ = admitted(alice)
    (job,) = jobs_of(alice, event_id)
    assert_refused(resolve(alice, job["print_job_id"], "printed"), "invalid request", "outcome")
    doubt(server, job["print_job_id"])
    assert resolve(alice, job["print_job_id"], "printed").json() == {"status": "success", "print_job_id": None}
    (job,) = jobs_of(alice, event_id)
    assert (job["state"], job["detail"][:19]) == ("printed", "It came out, says k")
    assert_refused(resolve(alice, job["print_job_id"], "again"), "invalid request", "outcome")


def test_an_uncertain_badge_that_did_not_is_printed_again_as_a_job_of_its_own(
    server: RunningServer, alice: Tenant
) -> None:
    event_id, _ = admitted(alice)
    (job,) = jobs_of(alice, event_id)
    doubt(server, job["print_job_id"])
    again = resolve(alice, job["print_job_id"], "again").json()["print_job_id"]
    newest, oldest = jobs_of(alice, event_id)
    assert (newest["print_job_id"], newest["kind"], newest["state"]) == (again, "reprint", "waiting")
    assert (oldest["print_job_id"], oldest["state"]) == (job["print_job_id"], "failed")


def test_only_what_waits_is_cancelled_and_a_stranger_settles_nothing(
    server: RunningServer, alice: Tenant, bob: Tenant
) -> None:
    event_id, _ = admitted(alice)
    (job,) = jobs_of(alice, event_id)
    assert_refused(resolve(bob, job["print_job_id"], "cancelled"), "invalid request", "print_job_id")
    assert resolve(alice, job["print_job_id"], "cancelled").status_code == 200
    assert_refused(resolve(alice, job["print_job_id"], "cancelled"), "invalid request", "outcome")
    for nonsense in ("0", "-1", "x", 5, "99999999999999999999"):
        answer = alice.post(
            "print/resolve", {"request_hash": fresh_hash(), "print_job_id": nonsense, "outcome": "printed"}
        )
        assert_refused(answer, "invalid request", "print_job_id")
