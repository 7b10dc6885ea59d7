"""The verdict at the door, pure: its order of precedence, and one moment at a time (contract.md §2)."""

from hypothesis import given
from hypothesis import strategies as st

from ticketsonic.checkin.verdicts import Verdict, judge
from ticketsonic.ledger import IssuedTicket, TicketRow

moments = st.integers(0, 20)
maybe = st.none() | moments


@st.composite
def issued(draw: st.DrawFn) -> IssuedTicket:
    ticket = TicketRow(1, 2, 0, 3, 4, 5, 600, draw(maybe), draw(maybe), 1)
    return IssuedTicket(ticket, draw(maybe), draw(maybe), "Title", None, None)


@given(issued(), moments)
def test_cancelled_goes_first_then_used_then_not_yet_then_expired(found: IssuedTicket, now: int) -> None:
    begin, end = found.ticket.valid_from, found.ticket.valid_until
    reasons = [
        (Verdict.CANCELLED, found.cancelled_at is not None),
        (Verdict.ALREADY_USED, found.admitted_at is not None),
        (Verdict.NOT_YET_VALID, begin is not None and now < begin),
        (Verdict.EXPIRED, end is not None and now > end),
        (Verdict.ADMITTED, True),
    ]
    assert judge(found, now) == next(verdict for verdict, holds in reasons if holds)


@given(issued(), moments, moments)
def test_a_ticket_once_expired_is_never_admitted_later(found: IssuedTicket, now: int, later: int) -> None:
    if judge(found, now) is Verdict.EXPIRED and later >= now:
        assert judge(found, later) is Verdict.EXPIRED


@given(issued(), moments)
def test_what_is_admitted_has_both_ends_of_its_time_around_it(found: IssuedTicket, now: int) -> None:
    if judge(found, now) is Verdict.ADMITTED:
        assert (found.ticket.valid_from or 0) <= now
        assert found.ticket.valid_until is None or now <= found.ticket.valid_until
