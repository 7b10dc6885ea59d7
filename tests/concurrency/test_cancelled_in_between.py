"""A ticket cancelled between the look at a batch of scans and its admission: it is refused, the others are admitted."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import select, update

from tests.servers import Tenant, fresh_hash, run_apart
from ticketsonic.checkin.admitting import Scan, Scanned, admit
from ticketsonic.checkin.verdicts import Verdict
from ticketsonic.commits import Unsettled
from ticketsonic.database import Database
from ticketsonic.ledger import Admission, AdmissionView, TicketKey, TicketRow
from ticketsonic.schema import accounts, api_keys, tickets
from ticketsonic.tickets.signing import payload_of


class Overtaken:
    """The hot statements of a database, with a cancellation by somebody else just after the first look."""

    def __init__(self, hot: Any, cancel: Callable[[], None]) -> None:
        self._hot = hot
        self._cancel: Callable[[], None] | None = cancel

    async def admit(
        self,
        keys: Sequence[TicketKey],
        idempotency_keys: Sequence[tuple[int, str]],
        decide: Callable[[AdmissionView], Sequence[Admission]],
    ) -> set[TicketKey]:
        def decide_and_cancel(view: AdmissionView) -> Sequence[Admission]:
            admissions = decide(view)
            cancel, self._cancel = self._cancel, None
            if cancel is not None:
                cancel()
            return admissions

        admitted: set[TicketKey] = await self._hot.admit(keys, idempotency_keys, decide_and_cancel)
        return admitted


async def _cancel(database_url: str, ticket: TicketRow) -> None:
    database = Database(database_url)
    try:
        async with database.transaction() as connection:
            which = (tickets.c.account_id == ticket.account_id) & (tickets.c.barcode == ticket.barcode)
            await connection.execute(update(tickets).where(which).values(cancelled_at=int(time.time())))
    finally:
        await database.close()


def test_it_is_refused_and_the_others_are_admitted_once(database_url: str, alice: Tenant) -> None:
    _, (sku,) = alice.event()
    request_hash = fresh_hash()
    assert alice.order((sku, 3), request_hash=request_hash).status_code == 200

    async def scan_all() -> list[Scanned | Unsettled]:
        database = Database(database_url)
        try:
            async with database.reading() as connection:
                whose = select(api_keys.c.account_id, api_keys.c.id).join(
                    accounts, accounts.c.id == api_keys.c.account_id
                )
                account_id, key_id = (await connection.execute(whose.where(accounts.c.email == alice.user_id))).first()  # type: ignore[misc]
            found = await database.hot.read_order(account_id, request_hash)
            assert found is not None
            scans = [Scan(account_id, key_id, payload_of(row), row.key_number, None) for row in found[1]]
            hot = database.hot
            database.hot = Overtaken(hot, lambda: run_apart(_cancel(database_url, found[1][1])))  # type: ignore[assignment]
            try:
                return await admit(database, scans)
            finally:
                database.hot = hot
        finally:
            await database.close()

    verdicts = [each.verdict for each in run_apart(scan_all()) if isinstance(each, Scanned)]
    assert verdicts == [Verdict.ADMITTED, Verdict.CANCELLED, Verdict.ADMITTED]
