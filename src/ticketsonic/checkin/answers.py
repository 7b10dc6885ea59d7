"""What ticket/validate answers, pure (contract.md §2)."""

from typing import Any, Literal

import msgspec
from msgspec import Struct

from ticketsonic.checkin.verdicts import Verdict, text_of
from ticketsonic.identifiers import sku_of
from ticketsonic.ledger import IssuedTicket


class AdmittedMessage(Struct, frozen=True):
    """What the pages show of an admission; the price in major units."""

    event_id: int
    price: int | float


class Told(Struct, frozen=True, kw_only=True):
    """What the person at the door is told of a ticket."""

    event_id: int
    sku: str
    title: str
    name: str | None
    company: str | None
    valid_from: int | None
    valid_until: int | None


class Admitted(Told, frozen=True, kw_only=True, tag_field="status", tag="success"):
    """A ticket that is admitted, now and never again. `print_job_id` is there where its badge is printed."""

    message: AdmittedMessage
    print_job_id: str | msgspec.UnsetType = msgspec.UNSET


class Refused(Told, frozen=True, kw_only=True, tag_field="status", tag="failure"):
    """A genuine ticket that is not admitted. `used_at` is there where the reason is `already_used`."""

    message: str
    reason: Literal["already_used", "not_yet_valid", "expired", "cancelled"]
    used_at: int | msgspec.UnsetType = msgspec.UNSET


def answer_of(verdict: Verdict, issued: IssuedTicket, print_job_id: int | None = None) -> bytes:
    """Spell a verdict as JSON."""
    ticket = issued.ticket
    told: dict[str, Any] = {
        "event_id": ticket.event_id,
        "sku": sku_of(ticket.ticket_type_id),
        "title": issued.title,
        "name": issued.customer,
        "company": issued.company,
        "valid_from": ticket.valid_from,
        "valid_until": ticket.valid_until,
    }
    if verdict is Verdict.ADMITTED:
        message = AdmittedMessage(ticket.event_id, major_units(ticket.price_minor))
        if print_job_id is not None:
            told["print_job_id"] = str(print_job_id)
        return msgspec.json.encode(Admitted(message=message, **told))
    if verdict is Verdict.ALREADY_USED and issued.admitted_at is not None:
        told["used_at"] = issued.admitted_at
    told["reason"] = verdict.value
    return msgspec.json.encode(Refused(message=text_of(verdict, issued), **told))


def major_units(price_minor: int) -> int | float:
    """Spell a price as the JSON number the pages show: 150, or 20.5 for 20.50.

    A float is only ever made here, for show; with 10 digits it spells exactly what it is.
    """
    whole, cents = divmod(price_minor, 100)
    return price_minor / 100 if cents else whole
