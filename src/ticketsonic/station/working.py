"""What a station's page asks for and says: the next job, its badge, what came of it, and a person's word."""

import re
from typing import Any

import msgspec
from starlette.responses import Response

from ticketsonic.badges.guests import find_event_badge, find_guest
from ticketsonic.badges.jobs import BadgeTexts, Drawn, Job
from ticketsonic.events.badge import DEFAULTS
from ticketsonic.pages.visit import LARGEST_ID, NoSuchPage, Visit
from ticketsonic.printing.printers import Printer
from ticketsonic.printing.stations import (
    job_at_station,
    note_missing,
    say_printed,
    say_unprinted,
    say_unsure,
    settle,
    take_job,
)
from ticketsonic.station.entering import enter

SIZE, MISSING_GLYPHS = "X-Badge-Size", "X-Badge-Missing-Glyphs"
NOT_LOADED = "The print station could not load the badge."
_PAGE = re.compile(r"[0-9a-f]{32}")
_NUMBER = re.compile(r"[0-9]{1,19}")


async def claim(visit: Visit) -> Response:
    """Give a page that holds nothing the next job, `{"job": null}` where none waits for it."""
    station = await enter(visit)
    job = await take_job(visit.engine.database, station, page_name(visit.form.get("page")))
    if job is None:
        return answer({"job": None, "name": ""})
    visit.engine.printing.bell.ring([station.event_id])
    async with visit.engine.database.reading() as connection:
        guest = await find_guest(connection, station.account_id, job.barcode)
    return answer({"job": str(job.job_id), "name": guest.texts.primary if guest else ""})


async def report(visit: Visit) -> Response:
    """Hear what came of a job: `printed`, `unprinted` (nothing was sent to the printer) or `unsure`."""
    station, database = await enter(visit), visit.engine.database
    job_id, page = _job_id(visit.form.get("job")), page_name(visit.form.get("page"))
    outcome = visit.form.get("outcome")
    if outcome == "printed":
        counts = await say_printed(database, station, job_id, page)
    elif outcome == "unprinted":
        counts = await say_unprinted(database, station, job_id, page, NOT_LOADED)
    elif outcome == "unsure":
        counts = await say_unsure(database, station, job_id, page)
    else:
        raise NoSuchPage
    visit.engine.printing.bell.ring([station.event_id])
    return answer({"counts": counts})


async def settle_job(visit: Visit) -> Response:
    """Hear from a person whether an uncertain badge came out; where it did not, another one is printed."""
    station = await enter(visit)
    came_out = {"yes": True, "no": False}.get(str(visit.form.get("came_out")))
    if came_out is None:
        raise NoSuchPage
    job_id = _job_id(visit.form.get("job"))
    done = await settle(visit.engine.database, station, job_id, came_out=came_out, address=visit.address)
    visit.engine.printing.bell.ring([station.event_id])
    return answer({"done": done})


async def badge(visit: Visit) -> Response:
    """Draw the badge of a job that this station has or had in hand."""
    station = await enter(visit)
    async with visit.engine.database.reading() as connection:
        job = await job_at_station(connection, station, visit.number("job_id"))
        guest = None if job is None else await find_guest(connection, station.account_id, job.barcode)
    if job is None or guest is None:
        raise NoSuchPage
    drawn, response = await _draw(visit, station, guest.texts)
    if drawn.missing:
        await note_missing(visit.engine.database, job, drawn.missing)
    return response


async def test_badge(visit: Visit) -> Response:
    """Draw a badge of the event to try the printer with: its test texts, or the station's name."""
    return (await _draw(visit, await enter(visit), None))[1]


async def _draw(visit: Visit, station: Printer, texts: BadgeTexts | None) -> tuple[Drawn, Response]:
    async with visit.engine.database.reading() as connection:
        event = await find_event_badge(connection, station.account_id, station.event_id)
    if event is None:
        raise NoSuchPage
    style = {**DEFAULTS, **event.stored}
    sample = BadgeTexts(style["badge_primary_test_text"] or station.name, style["badge_secondary_test_text"] or "")
    job = Job(style, event.background, [texts or sample], "png")
    drawn = await visit.engine.badges.draw_badge(job)
    headers = {"cache-control": "no-store", SIZE: style["badge_size"] or ""}
    if drawn.missing:
        headers[MISSING_GLYPHS] = str(len(drawn.missing))
    return drawn, Response(drawn.content, media_type="image/png", headers=headers)


def page_name(given: Any) -> str:
    """Read the name that a page gave itself; it draws it at random whenever it is loaded."""
    if not isinstance(given, str) or not _PAGE.fullmatch(given):
        raise NoSuchPage
    return given


def answer(content: Any) -> Response:
    """Answer a page of ours in JSON."""
    return Response(msgspec.json.encode(content), media_type="application/json", headers={"cache-control": "no-store"})


def _job_id(given: Any) -> int:
    if not isinstance(given, str) or not _NUMBER.fullmatch(given) or int(given) > LARGEST_ID:
        raise NoSuchPage
    return int(given)
