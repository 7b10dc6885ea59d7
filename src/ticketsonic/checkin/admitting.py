"""Admitting tickets: read, judge, and admit with a guard; where the guard objects, read and judge again.

The guard is on the ticket's own row, so of two gates at one instant one wins, on one machine or on two. A row is
admitted or cancelled once and for ever, so every round has fewer to admit and the loop ends.
"""

import time
from collections.abc import Callable, Sequence

from msgspec import Struct

from ticketsonic.checkin.answers import answer_of
from ticketsonic.checkin.verdicts import Verdict, judge, matches
from ticketsonic.commits import Unsettled
from ticketsonic.database import Conflict, Database
from ticketsonic.identifiers import barcode_from_bytes, clockwork
from ticketsonic.ledger import (
    Admission,
    AdmissionView,
    IdempotencyKey,
    IdempotencyRow,
    IssuedTicket,
    TicketKey,
)
from ticketsonic.tickets.codes.payload import CodePayload

_ROUNDS = 20


class Scan(Struct, frozen=True):
    """One genuine code held up at a door."""

    account_id: int
    api_key_id: int
    payload: CodePayload
    key_number: int
    idempotency: IdempotencyKey | None
    prints: bool | None = None
    """Whether the badge is to be printed: None is for the event to say."""

    @property
    def ticket_key(self) -> TicketKey:
        """The ticket it claims to be."""
        return self.account_id, barcode_from_bytes(self.payload.barcode)


class Scanned(Struct, frozen=True):
    """What came of a scan. `verdict` is None where it is no ticket of the account."""

    verdict: Verdict | None
    answer: bytes = b""
    replayed: bool = False
    key_reused: bool = False


NO_TICKET = Scanned(None)


Printers = Callable[[Sequence[int]], None]
"""Is told of an event's id for each job that an admission made."""


def nobody(_: Sequence[int]) -> None:
    """Tell no printer."""


async def admit(
    database: Database, scans: Sequence[Scan], tell_printers: Printers = nobody
) -> list[Scanned | Unsettled]:
    """Decide on a batch of scans and admit, each ticket once; gives each scan its own outcome.

    Whoever was admitted in an early round is told so, also where a later round fails.
    """
    outcomes: list[Scanned | None] = [None] * len(scans)
    for _ in range(_ROUNDS):
        open_places = [place for place, outcome in enumerate(outcomes) if outcome is None]
        if not open_places:
            return [outcome for outcome in outcomes if outcome is not None]
        try:
            await _round(database, scans, outcomes, open_places, tell_printers)
        except Exception as error:
            if len(open_places) == len(scans):
                raise
            return [Unsettled(error) if outcome is None else outcome for outcome in outcomes]
    unsettled = Unsettled(RuntimeError("admissions that do not settle"))
    return [outcome or unsettled for outcome in outcomes]


async def _round(
    database: Database,
    scans: Sequence[Scan],
    outcomes: list[Scanned | None],
    open_places: list[int],
    tell_printers: Printers,
) -> None:
    now = int(time.time())
    ticket_keys = {place: scans[place].ticket_key for place in open_places}
    admissions: dict[TicketKey, tuple[int, Admission, Scanned]] = {}

    def decide(view: AdmissionView) -> list[Admission]:
        claimed: set[tuple[int, int | str]] = set()
        for place, ticket_key in ticket_keys.items():
            scan = scans[place]
            # What no other scan may be at while this one is: its ticket, and its Idempotency-Key.
            claims: set[tuple[int, int | str]] = {ticket_key}
            if scan.idempotency:
                claims.add((scan.account_id, scan.idempotency.key))
            if not claimed.isdisjoint(claims):
                # An earlier scan is at the ticket or the Idempotency-Key: the next round sees what came of that. It
                # claims all the same, so that none overtakes it.
                claimed |= claims
                continue
            outcome, admission = _decide(scan, view.tickets.get(ticket_key), view, now)
            if admission is None:
                outcomes[place] = outcome
            else:
                admissions[ticket_key] = (place, admission, outcome)
                claimed |= claims
        return [admission for _, admission, _ in admissions.values()]

    try:
        admitted = await database.hot.admit(
            sorted(set(ticket_keys.values())),
            sorted({(s.account_id, s.idempotency.key) for place in open_places if (s := scans[place]).idempotency}),
            decide,
        )
    except Conflict:  # an Idempotency-Key was used at this instant: look again
        return
    for key in admitted:
        place, _, outcome = admissions[key]
        outcomes[place] = outcome
    if made := [admission.event_id for key in admitted if (admission := admissions[key][1]).print_job_id is not None]:
        tell_printers(made)


def _decide(scan: Scan, issued: IssuedTicket | None, view: AdmissionView, now: int) -> tuple[Scanned, Admission | None]:
    if scan.idempotency and (earlier := view.answers.get((scan.account_id, scan.idempotency.key))):
        if earlier[0] != scan.idempotency.body_sha256:
            return Scanned(None, key_reused=True), None
        return Scanned(Verdict.ADMITTED, bytes(earlier[1]), replayed=True), None
    if issued is None or not matches(scan.payload, scan.key_number, issued):
        return NO_TICKET, None
    verdict = judge(issued, now)
    if verdict is not Verdict.ADMITTED:
        return Scanned(verdict, answer_of(verdict, issued)), None
    prints = issued.prints_badges if scan.prints is None else scan.prints
    print_job_id = clockwork.next_id() if prints else None
    answer = answer_of(verdict, issued, print_job_id)
    remembered = IdempotencyRow(scan.account_id, scan.idempotency, answer, now) if scan.idempotency else None
    ticket = issued.ticket
    admission = Admission(
        scan.account_id, ticket.barcode, now, scan.api_key_id, remembered, ticket.event_id, print_job_id
    )
    return Scanned(verdict, answer), admission
