"""What the door says to a ticket: verdicts in their order of precedence, pure (contract.md §2, ticket/validate)."""

from datetime import UTC, datetime
from enum import StrEnum

from ticketsonic.identifiers import barcode_bytes
from ticketsonic.ledger import IssuedTicket
from ticketsonic.tickets.codes.payload import CodePayload


class Verdict(StrEnum):
    """Admitted, or why not. A refusal's value is the answer's `reason`."""

    ADMITTED = "admitted"
    CANCELLED = "cancelled"
    ALREADY_USED = "already_used"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"


def judge(issued: IssuedTicket, now: int) -> Verdict:
    """Judge a genuine ticket at a moment in unix seconds. It is valid up to and with the second of its end."""
    if issued.cancelled_at is not None:
        return Verdict.CANCELLED
    if issued.admitted_at is not None:
        return Verdict.ALREADY_USED
    ticket = issued.ticket
    if ticket.valid_from is not None and now < ticket.valid_from:
        return Verdict.NOT_YET_VALID
    if ticket.valid_until is not None and now > ticket.valid_until:
        return Verdict.EXPIRED
    return Verdict.ADMITTED


def matches(payload: CodePayload, key_number: int, issued: IssuedTicket) -> bool:
    """Whether a code says what was issued: a genuine signature over something else is no ticket (contract.md §3)."""
    ticket = issued.ticket
    return (
        payload.barcode == barcode_bytes(ticket.barcode)
        and payload.event_id == ticket.event_id
        and payload.ticket_type_id == ticket.ticket_type_id
        and payload.price_minor in {ticket.price_minor, None}
        and (payload.valid_from or None) == (ticket.valid_from or None)
        and (payload.valid_until or None) == (ticket.valid_until or None)
        and key_number == ticket.key_number
    )


def text_of(verdict: Verdict, issued: IssuedTicket) -> str:
    """Say a refusal to the person at the door, times in UTC."""
    match verdict:
        case Verdict.CANCELLED:
            return "This ticket was cancelled"
        case Verdict.ALREADY_USED:
            return f"Already used at {_moment(issued.admitted_at)}"
        case Verdict.NOT_YET_VALID:
            return f"Not valid before {_moment(issued.ticket.valid_from)}"
        case Verdict.EXPIRED:
            return f"Expired at {_moment(issued.ticket.valid_until)}"
        case Verdict.ADMITTED:
            return "Admitted"


def _moment(seconds: int | None) -> str:
    return datetime.fromtimestamp(seconds or 0, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
