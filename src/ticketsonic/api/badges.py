"""badge/preview, ticket/badge and event/badges: badges as PDF or PNG. Additive; see docs/badges.md."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from ticketsonic.api.barcodes import barcode_of
from ticketsonic.api.calling import Call, File
from ticketsonic.badges.guests import (
    STATES,
    EventBadge,
    GuestList,
    State,
    find_event_badge,
    find_guest,
    owns_ticket_type,
)
from ticketsonic.badges.jobs import FORMATS, BadgeTexts, Drawn, Format, Job
from ticketsonic.badges.sheets import read_sheet
from ticketsonic.errors import (
    FieldError,
    InvalidEventId,
    InvalidRequest,
    InvalidSensitive,
    TicketOwnershipFailure,
)
from ticketsonic.events.badge import DEFAULTS
from ticketsonic.identifiers import event_id_of, ticket_type_id_of
from ticketsonic.wire.kinds import TITLE_CHARACTERS, RefusedValue, read_choice, read_text

PDF, PNG = "application/pdf", "image/png"
MEDIA_TYPES: dict[Format, str] = {"pdf": PDF, "png": PNG}
MISSING_GLYPHS, BACKGROUND = b"x-badge-missing-glyphs", b"x-badge-background"
BADGES, PARTS = b"x-badges", b"x-badge-parts"
MOST_NAMED_GLYPHS = 50
SAMPLE = BadgeTexts("Name Surname", "Company")
"""What a preview shows where neither the request nor the event has a text."""

_PART = re.compile(r"[1-9][0-9]{0,5}")


async def badge_preview(call: Call) -> File:
    """Draw a badge of an event with its test texts, or with given ones."""
    caller = await call.authenticate()
    asked = _Asked()
    drawn_format = asked.format(call)
    primary, secondary = asked.text(call, "primary_text"), asked.text(call, "secondary_text")
    asked.refuse()
    badge = await _badge_of(call, caller.account_id, event_id_of(call.header(b"x-api-eventid")))
    if not primary and not secondary:
        primary = badge.stored.get("badge_primary_test_text") or ""
        secondary = badge.stored.get("badge_secondary_test_text") or ""
    texts = BadgeTexts(primary, secondary) if primary or secondary else SAMPLE
    return _answer(await call.engine.badges.draw_badge(_job(badge, [texts], drawn_format)), drawn_format, "preview")


async def ticket_badge(call: Call) -> File:
    """Draw the badge of one ticket, by its barcode or by what its QR says."""
    caller = await call.authenticate()
    asked = _Asked()
    drawn_format = asked.format(call)
    ticket = call.header(b"x-api-ticket")
    if not ticket:
        asked.errors.append(FieldError("X-API-Ticket", "is required: a barcode of 16 hex digits, or what the QR says"))
    asked.refuse()
    barcode = await barcode_of(ticket, caller.account_id, call.engine.keyring.public_keys)
    if barcode is None:
        raise InvalidSensitive
    async with call.engine.database.reading() as connection:
        guest = await find_guest(connection, caller.account_id, barcode)
    if guest is None:
        raise InvalidSensitive
    badge = await _badge_of(call, caller.account_id, guest.event_id)
    drawn = await call.engine.badges.draw_badge(_job(badge, [guest.texts], drawn_format))
    return _answer(drawn, drawn_format, "badge")


async def event_badges(call: Call) -> File:
    """Draw the badges of an event's tickets into one PDF, in the order in which they were sold.

    More than 5,000 come in parts, which have to be asked for one by one.
    """
    caller = await call.authenticate()
    asked = _Asked()
    state, part = asked.state(call), asked.part(call)
    asked.refuse()
    event_id = event_id_of(call.header(b"x-api-eventid"))
    badge = await _badge_of(call, caller.account_id, event_id)
    ticket_type_id = await _ticket_type_of(call, caller.account_id)
    guests = GuestList(caller.account_id, event_id or 0, ticket_type_id, state)
    async with call.engine.database.reading() as connection:
        sheet = await read_sheet(connection, guests, badge, part)
    drawn = await call.engine.badges.draw_sheet(sheet.job)
    bounds = ((BADGES, str(sheet.count).encode()), (PARTS, str(sheet.parts).encode()))
    return _answer(drawn, "pdf", f"badges-{event_id}", *bounds)


@dataclass(slots=True)
class _Asked:
    """Reads a request's parameters, and names all that are wrong at once."""

    errors: list[FieldError]

    def __init__(self) -> None:
        self.errors = []

    def refuse(self) -> None:
        """Refuse the request where anything was wrong with it."""
        if self.errors:
            raise InvalidRequest(self.errors)

    def format(self, call: Call) -> Format:
        """Read `format`."""
        return "png" if self._choice(call, "format", FORMATS) == "png" else "pdf"

    def state(self, call: Call) -> State | None:
        """Read `state`."""
        given = self._choice(call, "state", STATES)
        return next((state for state in STATES if state == given), None)

    def part(self, call: Call) -> int | None:
        """Read `part`."""
        given = call.query("part")
        if given and not _PART.fullmatch(given):
            self.errors.append(FieldError("part", "must be a whole number from 1"))
            return None
        return int(given) if given else None

    def text(self, call: Call, name: str) -> str:
        """Read a text as long as a guest's may be."""
        return self._value(call, name, lambda given: read_text(given, longest=TITLE_CHARACTERS))

    def _choice(self, call: Call, name: str, choices: tuple[str, ...]) -> str:
        return self._value(call, name, lambda given: read_choice(given, choices=choices))

    def _value(self, call: Call, name: str, read: Callable[[str], str]) -> str:
        given = call.query(name)
        try:
            return read(given) if given else ""
        except RefusedValue as refused:
            self.errors.append(FieldError(name, str(refused)))
            return ""


async def _badge_of(call: Call, account_id: int, event_id: int | None) -> EventBadge:
    async with call.engine.database.reading() as connection:
        badge = None if event_id is None else await find_event_badge(connection, account_id, event_id)
    if badge is None:
        raise InvalidEventId
    return badge


async def _ticket_type_of(call: Call, account_id: int) -> int | None:
    sku = call.header(b"x-api-sku")
    if not sku:
        return None
    ticket_type_id = ticket_type_id_of(sku)
    async with call.engine.database.reading() as connection:
        if ticket_type_id is None or not await owns_ticket_type(connection, account_id, ticket_type_id):
            raise TicketOwnershipFailure
    return ticket_type_id


def _job(badge: EventBadge, texts: list[BadgeTexts], drawn_format: Format) -> Job:
    return Job({**DEFAULTS, **badge.stored}, badge.background, texts, drawn_format)


def _answer(drawn: Drawn, drawn_format: Format, name: str, *more: tuple[bytes, bytes]) -> File:
    headers = [(b"content-disposition", f'inline; filename="{name}.{drawn_format}"'.encode()), *more]
    if drawn.missing:
        headers.append((MISSING_GLYPHS, name_glyphs(drawn.missing).encode()))
    if drawn.background_undrawable:
        headers.append((BACKGROUND, b"undrawable"))
    return File(drawn.content, MEDIA_TYPES[drawn_format], tuple(headers))


def name_glyphs(missing: str) -> str:
    """Name the characters for which no font has a glyph."""
    return " ".join(f"U+{ord(character):04X}" for character in missing[:MOST_NAMED_GLYPHS])
