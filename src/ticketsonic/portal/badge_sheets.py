"""All badges of an event as one PDF: chosen by ticket type and state, its progress shown while it is drawn (issue 5).

The address of the PDF alone gives it at once; the page's script opens the stream instead, which says how far it is and
then carries the file. Both take the account's turn, and stop drawing when whoever asked is gone.
"""

import asyncio
import base64
import contextlib
import re
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator

import msgspec
from msgspec import Struct
from starlette.responses import Response

from ticketsonic.accounts.sessions import find_session
from ticketsonic.api.badges import BACKGROUND, MISSING_GLYPHS, name_glyphs
from ticketsonic.badges.guests import STATES, GuestList, State, count_guests, find_event_badge
from ticketsonic.badges.jobs import Drawn
from ticketsonic.badges.sheets import PART_BADGES, parts_of, read_sheet
from ticketsonic.errors import TemporarilyUnavailable, TooManyRequests
from ticketsonic.events.events import ListedEvent
from ticketsonic.events.ticket_types import ListedTicketType, list_ticket_types
from ticketsonic.identifiers import ticket_type_id_of
from ticketsonic.pages.forms import Form
from ticketsonic.pages.languages import N_
from ticketsonic.pages.live import Event, LiveResponse
from ticketsonic.pages.visit import NoSuchPage, Visit
from ticketsonic.portal.events import event_of

LOOK_SECONDS = 0.1
PIECE_BYTES = 48 * 1024
UNAVAILABLE = 503
STATE_NAMES: dict[State, str] = {
    "waiting": N_("Not admitted yet"),
    "admitted": N_("Admitted"),
    "cancelled": N_("Cancelled tickets"),
}
_PART = re.compile(r"[1-9][0-9]{0,5}")

HowFar = Callable[[int, int], None]
"""Is told how many badges are laid out, and of how many."""


class Asked(Struct, frozen=True):
    """Which badges of which event, of an account that has it."""

    event: ListedEvent
    types: list[ListedTicketType]
    sku: str
    guests: GuestList
    part: int | None
    count: int

    @property
    def is_one_file(self) -> bool:
        """Whether it can be drawn as asked: somebody is on the list, and a part is named where it needs one."""
        parts = parts_of(self.count)
        return 1 <= (self.part or parts) <= parts and (self.part is not None or parts == 1)

    @property
    def file_name(self) -> str:
        """What the file is called."""
        return f"badges-{self.event.event_id}{f'-{self.part}' if self.part else ''}.pdf"


async def show(visit: Visit) -> Response:
    """Ask which badges."""
    return _page(visit, await _read(visit))


async def pdf(visit: Visit) -> Response:
    """Give the PDF at once, to whoever has no script; or say why there is none."""
    asked = await _read(visit)
    if not asked.is_one_file:
        return _page(visit, asked, drawing=True)
    try:
        drawn = await _while_there(visit, _draw(visit, asked, lambda *_: None))
    except TemporarilyUnavailable:
        return _page(visit, asked, busy=True)
    headers = {"content-disposition": f'attachment; filename="{asked.file_name}"', "cache-control": "no-store"}
    if drawn.missing:
        headers[MISSING_GLYPHS.decode()] = name_glyphs(drawn.missing)
    if drawn.background_undrawable:
        headers[BACKGROUND.decode()] = "undrawable"
    return Response(drawn.content, media_type="application/pdf", headers=headers)


async def stream(visit: Visit) -> LiveResponse:
    """Say how far it is, then send the file in pieces, then its name and what is to be seen on it."""
    asked = await _read(visit)
    if not asked.is_one_file:
        raise NoSuchPage  # the page of the PDF says why
    token = visit.bound_to

    async def is_allowed() -> bool:
        return await find_session(visit.engine.database, token) is not None

    async def source(_: str) -> AsyncGenerator[Event, None]:
        try:
            async with contextlib.aclosing(_follow(visit, asked)) as steps:
                async for step in steps:
                    if isinstance(step, Drawn):
                        for event in _file(step, asked.file_name):
                            yield event
                    else:
                        yield Event(msgspec.json.encode({"drawn": step[0], "of": step[1]}).decode(), "progress")
        except (TemporarilyUnavailable, TooManyRequests):
            yield Event("{}", "busy")

    return LiveResponse(visit.site.streams, source, owner=("account", visit.account_id), is_allowed=is_allowed)


async def _follow(visit: Visit, asked: Asked) -> AsyncGenerator[tuple[int, int] | Drawn, None]:
    """Draw; give how many of how many are laid out as that changes, and at last what was drawn."""
    now = said = (0, 0)

    def tell(badges: int, count: int) -> None:
        nonlocal now
        now = (badges, count)

    drawing = asyncio.create_task(_draw(visit, asked, tell))
    try:
        while not drawing.done():
            await asyncio.wait([drawing], timeout=LOOK_SECONDS)
            if now != said:
                said = now
                yield now
        yield drawing.result()
    finally:
        drawing.cancel()
        await asyncio.gather(drawing, return_exceptions=True)


async def _draw(visit: Visit, asked: Asked, tell: HowFar) -> Drawn:
    """Draw it when the account's turn comes; what is drawn is read no earlier than that."""
    database = visit.engine.database
    async with visit.engine.badges.turns.taken(visit.account_id):
        async with database.reading() as connection:
            badge = await find_event_badge(connection, visit.account_id, asked.guests.event_id)
            if badge is None:
                raise NoSuchPage
            job = (await read_sheet(connection, asked.guests, badge, asked.part)).job
        tell(0, len(job.texts))
        drawn = await visit.engine.badges.draw_sheet(job, lambda badges: tell(badges, len(job.texts)))
    async with database.transaction() as connection:
        await visit.record(connection, "badges.drawn", subject=asked.event.event_id, count=len(job.texts))
    return drawn


async def _while_there(visit: Visit, work: Coroutine[None, None, Drawn]) -> Drawn:
    """Wait for what whoever asked waits for; stop it when they go."""
    visit.request.scope["ticketsonic.stream"] = True  # protocol.py: who ends the connection by now is gone
    drawing, gone = asyncio.create_task(work), asyncio.create_task(_until_gone(visit))
    try:
        await asyncio.wait([drawing, gone], return_when=asyncio.FIRST_COMPLETED)
        if not drawing.done():
            gone.result()  # raises what `serving` takes for a visitor who left
        return drawing.result()
    finally:
        for task in (drawing, gone):
            task.cancel()
        await asyncio.gather(drawing, gone, return_exceptions=True)
        del visit.request.scope["ticketsonic.stream"]


async def _until_gone(visit: Visit) -> None:
    while True:
        await visit.request.receive()


def _file(drawn: Drawn, name: str) -> Iterator[Event]:
    """Send a file as events: a piece at a time, so that a slow reader holds no second copy of it."""
    for start in range(0, len(drawn.content), PIECE_BYTES):
        yield Event(base64.b64encode(drawn.content[start : start + PIECE_BYTES]).decode("ascii"), "piece")
    seen = {"name": name, "missing": name_glyphs(drawn.missing), "undrawable": drawn.background_undrawable}
    yield Event(msgspec.json.encode(seen).decode(), "file")


async def _read(visit: Visit) -> Asked:
    """Read what is asked for; what is none of this event's, or no choice of the page's, is not there."""
    event = await event_of(visit)
    sku, chosen, part = visit.query("type"), visit.query("state"), visit.query("part")
    state: State | None = next((each for each in STATES if each == chosen), None)
    if (chosen and state is None) or (part and not _PART.fullmatch(part)):
        raise NoSuchPage
    async with visit.engine.database.reading() as connection:
        types = await list_ticket_types(connection, visit.account_id, int(event.event_id))
        if sku and sku not in {one.sku for one in types}:
            raise NoSuchPage
        ticket_type_id = ticket_type_id_of(sku) if sku else None
        guests = GuestList(visit.account_id, int(event.event_id), ticket_type_id, state)
        return Asked(event, types, sku, guests, int(part) if part else None, await count_guests(connection, guests))


def _page(visit: Visit, asked: Asked, *, drawing: bool = False, busy: bool = False) -> Response:
    _ = visit.gettext
    return visit.page(
        "portal/events/badges.html",
        status=UNAVAILABLE if busy else 200,
        event=asked.event,
        form=Form({"type": asked.sku, "state": asked.guests.state or ""}),
        types=[("", _("Every type")), *((one.sku, one.primary_text_pl) for one in asked.types)],
        states=[
            ("", _("Everybody whose ticket is not cancelled")),
            *((state, _(STATE_NAMES[state])) for state in STATES),
        ],
        busy=busy,
        nobody=drawing and asked.count == 0,
        parts=_parts_of(asked) if drawing else [],
    )


def _parts_of(asked: Asked) -> list[tuple[int, int, int]]:
    """Give a list's parts where it has several: the number, and the first and the last badge of each."""
    parts = parts_of(asked.count)
    if parts < 2:  # noqa: PLR2004 - one is no part
        return []
    return [(n, (n - 1) * PART_BADGES + 1, min(n * PART_BADGES, asked.count)) for n in range(1, parts + 1)]
