"""What each field of the API means, in one place: `/openapi.json` and whatever is built from it read it here.

A request's limits come from its kinds (`wire.kinds`); what an answer may hold beyond its type stands here too.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from msgspec import Struct

from ticketsonic.api.cancelling import OrderToCancel, TicketToCancel
from ticketsonic.api.events import Done, EventList, EventMade
from ticketsonic.api.orders import NewOrder, OrderAnswer, OrderDetails, OrderLineFields
from ticketsonic.api.print_jobs import JobToResolve, ListedPrintJob, PrintJobList, TicketToReprint
from ticketsonic.api.printers import ListedPrinter, NewPrinter, PrinterList, PrinterMade, PrinterToRemove
from ticketsonic.api.tickets import ScannedCode, TicketTypeList, TicketTypeMade
from ticketsonic.checkin.answers import Admitted, AdmittedMessage, Refused, Told
from ticketsonic.errors import ErrorAnswer, FieldError
from ticketsonic.events.badge import DEFAULTS, SIZES, BadgeFields
from ticketsonic.events.events import EventChanges, ListedEvent, NewEvent
from ticketsonic.events.ticket_types import ListedTicketType, NewTicketType, TicketTypeChanges, TicketTypeFields
from ticketsonic.orders.cancelling import Cancelled
from ticketsonic.printing.reprinting import Reprinted, Resolved
from ticketsonic.printing.states import STATES
from ticketsonic.tickets.issuing import SignedTicket
from ticketsonic.wire.kinds import CURRENCIES, LARGEST_INTEGER, LATEST_TIMESTAMP

EVENT_ID_PATTERN = "^[0-9]{7,19}$"
EVENT_ID_OR_EMPTY_PATTERN = "^([0-9]{7,19})?$"
SKU_PATTERN = "^[1-9][0-9]{2}-[0-9]{5,6}$"
PRINT_JOB_PATTERN = "^[1-9][0-9]{0,18}$"
_BASE64_PATTERN = "^[A-Za-z0-9+/]+={0,2}$"
_KEY_PATTERN = r"^([A-Za-z0-9+/]{64}\n)*[A-Za-z0-9+/]{1,64}={0,2}$"
_PRICE_PATTERN = r"^[0-9]{1,8}\.[0-9]{2}$"


class Meaning(NamedTuple):
    """What a field means, and what JSON Schema can say of it beside its type."""

    text: str
    bounds: Mapping[str, Any]


def means(text: str, **bounds: Any) -> Meaning:
    """Say what a field means."""
    return Meaning(text, bounds)


_TIME = {"minimum": 0, "maximum": LATEST_TIMESTAMP}
_EVENT_NUMBER = {"minimum": 1_000_000}
_HASH = means(
    "Your own name for this request, unique per account and operation for ever: a second request with it is refused. "
    "After an error it may be sent again."
)
_SUCCESS = means("`success`: it is done.")
_USER_PUBLIC_KEY = means(
    "The account's RSA public key: DER SubjectPublicKeyInfo in base64, without PEM header and footer, broken at 64 "
    "columns. Ticket codes `rsa` open with it.",
    pattern=_KEY_PATTERN,
)

_EVENT = {
    "request_hash": _HASH,
    "primary_text_pl": means("The event's title, in the primary language."),
    "primary_text_sl": means("The event's title, in a second language."),
    "secondary_text_pl": means("The event's description, in the primary language."),
    "secondary_text_sl": means("The event's description, in a second language."),
    "start_datetime": means("When the event starts, in unix seconds; 0 means no date."),
    "location": means("Where the event takes place."),
    "tickets": means(
        "The event's ticket types, at least one. The list may also come as an object with numeric keys, as PHP "
        "sends it."
    ),
    "badge": means("How badges of this event look. `{}` and `[]` suffice: every field has a default."),
    "ticket_code": means(
        "How its tickets are signed. `ed25519` makes small QR codes, but suits no shop that runs the WooCommerce "
        "plugin, which cannot open it."
    ),
    "time_zone": means("In which time zone its times are shown in the portal; UTC without one. Times here are not."),
    "print_badges": means(
        "Whether an admission prints the badge, where ticket/validate does not say otherwise by `print`."
    ),
}
_TICKET_TYPE = {
    "request_hash": _HASH,
    "primary_text_pl": means("The ticket type's title, in the primary language."),
    "primary_text_sl": means("The ticket type's title, in a second language."),
    "secondary_text_pl": means("The ticket type's description, in the primary language."),
    "secondary_text_sl": means("The ticket type's description, in a second language."),
    "price": means('The price of one ticket in major units, with up to two decimals: `250`, `280.50` or `"20.5"`.'),
    "currency": means("The currency of the price."),
    "stock": means("How many tickets are left to sell from now on."),
    "stock_change": means(
        "How many tickets to add to what is left, or with a minus to take away: a sale in between is not undone. Comes "
        "in place of `stock`; refused where it would leave less than nothing."
    ),
    "start_datetime": means("From when its tickets are valid, in unix seconds; 0 means no date."),
    "location": means("Where its tickets are for, if not for the whole event."),
}


def _badge(which: str) -> dict[str, Meaning]:
    """Say what the fields of the badge's primary (customer) or secondary (company) text mean."""
    start = f"badge_{which}_"
    text = "customer's name" if which == "primary" else "company"
    places = {"horizontal": ("width", "left, or from the right", "x"), "vertical": ("height", "top or bottom", "y")}
    meanings = {
        f"{start}test_text": means(f"A sample for the {text}, as the preview shows it."),
        f"{start}text_fontsize": means(f"Font size of the {text}, in points: above 0, up to 1,000."),
        f"{start}text_color": means(f"Colour of the {text}."),
        f"{start}text_break_distance": means(
            f"Above 0: the {text} is split at its spaces, one word a line, this far apart in pixels. 0: one line."
        ),
    }
    for axis, (side, edge, _) in places.items():
        meanings[f"{start}text_{axis}_location"] = means(f"Where the {text} is placed along the badge's {side}.")
        meanings[f"{start}text_{axis}_offset"] = means(
            f"How far the {text} is moved from there (from the {edge}), in percent of the badge's {side}."
        )
    return meanings


_BADGE = {
    "badge_text_horizontal_location": means("Sets both horizontal locations that the same request does not give."),
    "badge_text_vertical_location": means("Sets both vertical locations that the same request does not give."),
    "badge_size": means("The ISO size of the badge, upright."),
    "badge_background": means(
        "A JPEG in base64, drawn 1:1 at 300 dpi from the top left corner. White space and the head of a data URL are "
        "ignored. Write-only: lists give `badge_background_url`."
    ),
    "badge_background_remove": means("Takes the background away, unless the same request brings another one."),
    **_badge("primary"),
    **_badge("secondary"),
}

FIELDS: Mapping[type[Struct], Mapping[str, Meaning]] = {
    NewEvent: _EVENT,
    EventChanges: _EVENT,
    TicketTypeFields: _TICKET_TYPE,
    NewTicketType: _TICKET_TYPE,
    TicketTypeChanges: _TICKET_TYPE,
    BadgeFields: _BADGE,
    NewOrder: {
        "request_hash": _HASH,
        "tickets": means(
            "What is bought, at least one line; the same SKU may come twice. The list may also come as an object with "
            "numeric keys, as PHP sends it."
        ),
        "order_details": means("Who the badges are for."),
    },
    OrderLineFields: {
        "sku": means("Which ticket type."),
        "stock": means("How many tickets of it."),
        "start_time": means("From when these tickets are valid, in unix seconds, in place of the type's own."),
        "end_time": means("Until when these tickets are valid, in unix seconds; not before `start_time`."),
    },
    OrderDetails: {
        "primary_text_pl": means("The customer's name."),
        "secondary_text_pl": means("The customer's company."),
    },
    ScannedCode: {
        "ticket_sensitive": means("What the QR code says. White space around it and URL-safe base64 are tolerated."),
        "print": means(
            "Whether an admission by this request prints the badge. Without it, the event's `print_badges` says so; "
            "`false` prints none. A ticket that is not admitted prints nothing."
        ),
    },
    TicketToCancel: {
        "request_hash": _HASH,
        "ticket_sensitive": means("Which ticket: what its QR code says, or its barcode of 16 hex digits."),
    },
    OrderToCancel: {
        "request_hash": _HASH,
        "order_request_hash": means("Which order: the `request_hash` it was placed with."),
    },
    Cancelled: {
        "status": _SUCCESS,
        "cancelled": means("How many tickets were cancelled: 0 where all were already.", minimum=0),
    },
    TicketToReprint: {
        "request_hash": _HASH,
        "ticket_sensitive": means("Whose badge: what the ticket's QR code says, or its barcode of 16 hex digits."),
    },
    Reprinted: {"status": _SUCCESS, "print_job_id": means("The job that prints it.", pattern=PRINT_JOB_PATTERN)},
    JobToResolve: {
        "request_hash": _HASH,
        "print_job_id": means("Which print job."),
        "outcome": means(
            "Of a job that is `uncertain`: `printed` if the badge is there, `again` if it is not and is to be printed "
            "once more. Of one that is `waiting`: `cancelled`."
        ),
    },
    Resolved: {
        "status": _SUCCESS,
        "print_job_id": means("The new job, where it is printed again; else null."),
    },
    PrintJobList: {"status": _SUCCESS, "print_jobs": means("The print jobs, the newest first, 100 at the most.")},
    ListedPrintJob: {
        "print_job_id": means("The job's number, as a text.", pattern=PRINT_JOB_PATTERN),
        "event_id": means("The event it belongs to.", pattern=EVENT_ID_PATTERN),
        "barcode": means("Whose badge it is: the ticket's barcode, 16 hex digits.", pattern="^[0-9a-f]{16}$"),
        "kind": means("What it was made by.", enum=["admission", "reprint"]),
        "state": means(
            "`waiting` for a printer; `sending` to it; `accepted` by it; `printed`; `uncertain`: nobody knows if it "
            "came out, look and say so by print/resolve; `cancelled`; `failed`: it will not come out.",
            enum=list(STATES),
        ),
        "detail": means("Why it is where it is, for people to read; null where there is nothing to say."),
        "printer_id": means("The printer that has it or had it last; null while it waits."),
        "printer": means("That printer's name."),
        "requested_by": means("Who asked for a reprint: `portal`, or `key` and its number; null for an admission."),
        "requested_at": means("When it was made, in unix seconds.", **_TIME),
        "finished_at": means("When it was over, in unix seconds; null until then.", **_TIME),
    },
    Done: {"status": _SUCCESS},
    NewPrinter: {
        "request_hash": _HASH,
        "name": means("What people call it: `Hall A, left`."),
        "kind": means(
            "`ipp`: a printer or print queue, spoken to by IPP. `station`: a page that a browser keeps open."
        ),
        "url": means("Where a printer of kind `ipp` is: `ipp://printer.local/ipp/print`. Not for a station."),
        "gate": means(
            "Name or id of the API key whose admissions alone it prints. Without one it prints what no printer of the "
            "event has for its gate."
        ),
    },
    PrinterToRemove: {"request_hash": _HASH, "printer_id": means("Which printer.")},
    PrinterMade: {
        "status": _SUCCESS,
        "printer_id": means("The printer's number.", minimum=1),
        "station_url": means(
            "The link that opens a print station, null for other printers. Shown this once: whoever has it sees and "
            "prints the event's badges.",
        ),
    },
    PrinterList: {"status": _SUCCESS, "printers": means("The printers, oldest first.")},
    ListedPrinter: {
        "printer_id": means("The printer's number.", minimum=1),
        "event_id": means("The event it prints for.", pattern=EVENT_ID_PATTERN),
        "name": means("What people call it."),
        "kind": means("How it is spoken to.", enum=["ipp", "station"]),
        "url": means("Where it is, null for a station."),
        "gate": means("The name of the API key whose admissions alone it prints, null where there is none."),
        "state": means("What it last said of itself; `new` where it has not said anything."),
        "state_at": means("When it said so, in unix seconds, null where it has not.", **_TIME),
        "waiting": means("How many badges wait that it could print.", minimum=0),
        "uncertain": means("How many it was given of which a person has to say whether they came out.", minimum=0),
    },
    EventMade: {"status": _SUCCESS, "event_id": means("The event's id, here a number.", **_EVENT_NUMBER)},
    EventList: {
        "status": _SUCCESS,
        "user_public_key": _USER_PUBLIC_KEY,
        "events": means("The account's events, newest last."),
    },
    ListedEvent: {
        **{name: meaning for name, meaning in _EVENT.items() if name.endswith(("_pl", "_sl"))},
        "event_id": means("The event's id, here a text.", pattern=EVENT_ID_PATTERN),
        "start_time": means("When the event starts, in unix seconds.", **_TIME),
        "end_time": means("When the event ends, in unix seconds.", **_TIME),
        "event_location": means("Where the event takes place."),
        "location": means("The same as `event_location`."),
        "ticket_code": means("How its tickets are signed.", enum=["rsa", "ed25519"]),
        "time_zone": means("In which time zone its times are shown in the portal."),
        "print_badges": means("Whether an admission prints the badge."),
        "badge": means("How badges of this event look: every field, defaults filled in."),
    },
    TicketTypeMade: {
        "status": _SUCCESS,
        "sku": means("The new ticket type's SKU.", pattern=SKU_PATTERN),
    },
    TicketTypeList: {
        "status": _SUCCESS,
        "user_public_key": _USER_PUBLIC_KEY,
        "tickets": means("The ticket types, newest last."),
    },
    ListedTicketType: {
        **{name: meaning for name, meaning in _TICKET_TYPE.items() if name != "request_hash"},
        "sku": means("The SKU it is sold under, unique on the server.", pattern=SKU_PATTERN),
        "price": means("The price of one ticket in major units, always with two decimals.", pattern=_PRICE_PATTERN),
        "currency": means("The currency of the price.", enum=list(CURRENCIES)),
        "stock": means("How many tickets are left to sell.", minimum=0, maximum=LARGEST_INTEGER),
        "event_id": means("The event it belongs to.", pattern=EVENT_ID_PATTERN),
        "start_datetime": means("From when its tickets are valid, in unix seconds.", **_TIME),
    },
    OrderAnswer: {
        "status": _SUCCESS,
        "tickets": means("One entry for each ticket bought, in the order of the lines.", minItems=1),
        "request_hash": means("The order's `request_hash`, echoed.", minLength=1, maxLength=255),
    },
    SignedTicket: {
        "encrypted_data": means("The ticket's code, in base64: print it as a QR code.", pattern=_BASE64_PATTERN),
        "code": means("How the code is signed.", enum=["rsa", "ed25519"]),
        "sku": means("The ticket type's SKU.", pattern=SKU_PATTERN),
        "primary_text_pl": means("The customer's name, null where the order gave none."),
        "secondary_text_pl": means("The customer's company, null where the order gave none."),
    },
    Told: {
        "status": means("`success`: let the person in. `failure`: do not."),
        "event_id": means("The event the ticket is for.", **_EVENT_NUMBER),
        "sku": means("The ticket type's SKU.", pattern=SKU_PATTERN),
        "title": means("The ticket type's title."),
        "name": means("The customer's name, null where the order gave none."),
        "company": means("The customer's company, null where the order gave none."),
        "valid_from": means("From when the ticket is valid, in unix seconds, null where always.", **_TIME),
        "valid_until": means("Until when the ticket is valid, in unix seconds, null where for ever.", **_TIME),
    },
    Admitted: {
        "message": means("What was admitted."),
        "print_job_id": means("The job that prints the badge; only where it is printed.", pattern=PRINT_JOB_PATTERN),
    },
    AdmittedMessage: {
        "event_id": means("The event the ticket is for.", **_EVENT_NUMBER),
        "price": means("The ticket's price in major units: 150, or 20.5 for 20.50.", minimum=0, maximum=99_999_999.99),
    },
    Refused: {
        "message": means("Why the ticket is not admitted, for people to read."),
        "reason": means("Why the ticket is not admitted, as a stable code."),
        "used_at": means("When it was admitted, in unix seconds; only where it is `already_used`.", **_TIME),
    },
    ErrorAnswer: {
        "status": means("`error`: nothing was changed.", const="error"),
        "message": means("What is wrong; one of a few fixed messages."),
        "errors": means("Which fields are refused, where that helps.", minItems=1),
    },
    FieldError: {
        "field": means("The field's name, with its place in lists: `tickets[0].stock`."),
        "reason": means("Why it is refused, for people to read."),
    },
}


def meaning_of(struct_type: type[Struct], field: str) -> Meaning:
    """Look a field up, in its struct or the one that it comes from; raises KeyError where nobody wrote it down."""
    for known in struct_type.__mro__:
        if field in FIELDS.get(known, {}):
            return FIELDS[known][field]
    raise KeyError(f"{struct_type.__name__}.{field}")


def listed_badge_schema() -> dict[str, Any]:
    """Describe the badge as event/list shows it: every field but the background, as texts."""
    properties: dict[str, Any] = {}
    for name, default in DEFAULTS.items():
        shape: dict[str, Any] = {"type": "string" if default is not None else ["string", "null"]}
        if name == "badge_size":
            shape["enum"] = list(SIZES)
        elif name.endswith(("_offset", "_fontsize", "_distance")):
            shape["pattern"] = r"^-?[0-9]{1,4}(\.[0-9]{1,6})?$"
        elif name.endswith("_color"):
            shape["pattern"] = "^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$"
        elif name.endswith("_location"):
            shape["enum"] = ["left", "center", "right"] if "horizontal" in name else ["top", "center", "bottom"]
        properties[name] = {"description": _BADGE[name].text, "default": default, **shape}
    url = "Where the background's JPEG is, null where there is none. Who has the address may see it."
    properties["badge_background_url"] = {"description": url, "type": ["string", "null"], "format": "uri"}
    return {
        "type": "object",
        "title": "ListedBadge",
        "description": "How badges look, as lists show it: every field as a text.",
        "properties": properties,
        "required": list(properties),
    }
