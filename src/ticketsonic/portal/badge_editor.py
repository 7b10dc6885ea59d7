"""The badge editor: every field of the badge, a background, and a preview that the badges' own drawing makes."""

import base64
import json
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec
from starlette.datastructures import UploadFile
from starlette.responses import Response

from ticketsonic.api.badges import name_glyphs
from ticketsonic.badges.guests import EventBadge, find_event_badge
from ticketsonic.badges.jobs import BadgeTexts, Job
from ticketsonic.badges.layout import PIXELS_PER_MILLIMETRE, SIZES_MILLIMETRES
from ticketsonic.errors import DuplicatedRequest
from ticketsonic.events.badge import DEFAULTS, SIZES, BadgeFields, merge_badge
from ticketsonic.events.events import EventChanges, ListedEvent, edit_event
from ticketsonic.events.jpeg import size_of
from ticketsonic.pages.forms import Form
from ticketsonic.pages.visit import NoSuchPage, Visit
from ticketsonic.portal.events import UNPROCESSABLE, event_of
from ticketsonic.portal.writing import done_already, read_into, repeatable
from ticketsonic.wire.reading import UnreadableBody, read_leniently

FIELDS = tuple(name for name in DEFAULTS if not name.startswith("badge_text_"))
"""The plugin's fields; the pages' unprefixed locations set two of these at once, which an editor has no need of."""
BODY_BYTES = 13 * 1024 * 1024
"""A picture of 12 MB, which is what the API takes in base64 (16 MB), and the form around it."""
REMOVE = "badge_background_remove"
_TEST_TEXTS = ("badge_primary_test_text", "badge_secondary_test_text")
_SLACK_PIXELS = 2


async def show(visit: Visit) -> Response:
    """Show an event's badge to be changed."""
    event = await event_of(visit)
    return _page(visit, event, Form({name: value or "" for name, value in event.badge.items()}))


async def submit(visit: Visit) -> Response:
    """Save the badge, or, where that button was pressed, show how it would look."""
    event = await event_of(visit)
    form = Form(visit.form)
    fields = _given(visit.form)
    read_into(EventChanges, {"badge": fields}, form, visit)
    if not form.errors and visit.form.get("act") == "preview":
        return _page(visit, event, form)
    fields |= await _picture(visit.form)
    changes = read_into(EventChanges, {"badge": fields}, form, visit)
    if not form.errors and changes is not None and isinstance(changes.badge, BadgeFields):
        await _check_picture(visit, form, changes.badge)
    if changes is None or form.errors:
        return _page(visit, event, form, status=UNPROCESSABLE)
    done = visit.gettext("The badge is saved.")
    try:
        await edit_event(visit.engine.database, repeatable(visit, "event/edit"), int(event.event_id), changes)
    except DuplicatedRequest:
        done = done_already(visit)
    return visit.redirect(f"/account/events/{event.event_id}/badge", done=done)


async def preview(visit: Visit) -> Response:
    """Draw the badge with the settings of the query in place of those that are saved; nothing is changed by it."""
    return await _drawn(visit, visit.request.query_params, _given(visit.request.query_params))


async def preview_picture(visit: Visit) -> Response:
    """Draw it with the settings of the form, and with a picture that was chosen and not saved yet."""
    return await _drawn(visit, visit.form, _given(visit.form) | await _picture(visit.form))


async def _drawn(visit: Visit, typed: Mapping[str, Any], fields: Mapping[str, Any]) -> Response:
    event_id = visit.number("event_id")
    async with visit.engine.database.reading() as connection:
        badge = await find_event_badge(connection, visit.account_id, event_id)
    if badge is None:
        raise NoSuchPage
    try:
        given = read_leniently(BadgeFields, json.dumps(fields).encode())
    except UnreadableBody:
        return Response("a field cannot be read", UNPROCESSABLE, media_type="text/plain")
    picture = given.badge_background if isinstance(given.badge_background, bytes) else None
    job = _job(visit, badge, given, picture)
    if any(name in typed for name in _TEST_TEXTS):  # emptied is emptied
        primary, secondary = (str(typed.get(name, "")).replace("\0", "").strip() for name in _TEST_TEXTS)
        job = msgspec.structs.replace(job, texts=[_texts(visit, primary, secondary)])
    drawn = await visit.engine.badges.draw_badge(job)
    headers = {"cache-control": "no-store"}
    if drawn.background_undrawable:
        headers["x-badge-background"] = "undrawable"
    if drawn.missing:
        headers["x-badge-missing-glyphs"] = name_glyphs(drawn.missing)
    return Response(drawn.content, media_type="image/png", headers=headers)


async def _picture(form: Mapping[str, Any]) -> dict[str, str]:
    """Take the picture out of a form, as the API takes one; nothing where none was chosen."""
    picture = form.get("badge_background")
    if not isinstance(picture, UploadFile) or not picture.size:
        return {}
    return {"badge_background": base64.b64encode(await picture.read()).decode("ascii")}


def _job(visit: Visit, badge: EventBadge, given: BadgeFields, background: bytes | None = None) -> Job:
    stored: dict[str, Any] = merge_badge({**DEFAULTS, **badge.stored}, given)  # type: ignore[dict-item]
    primary, secondary = (stored.get(name) or "" for name in _TEST_TEXTS)
    kept = None if given.badge_background_remove is True else badge.background
    return Job(stored, background or kept, [_texts(visit, primary, secondary)], "png")


def _texts(visit: Visit, primary: str, secondary: str) -> BadgeTexts:
    """Give what to try the badge with; where nothing was typed, the API's sample in the visitor's language."""
    if primary or secondary:
        return BadgeTexts(primary, secondary)
    return BadgeTexts(visit.gettext("Name Surname"), visit.gettext("Company"))


def _given(values: Mapping[str, Any]) -> dict[str, str | bool | None]:
    """Take the badge's fields out of a form or query, a comma for a point as half of Europe writes it.

    A test text that was emptied is cleared; any other field that was emptied stays as it is.
    """
    typed = {name: str(values[name]).strip() for name in FIELDS if isinstance(values.get(name), str)}
    given: dict[str, str | bool | None] = {name: value.replace(",", ".") for name, value in typed.items() if value}
    given |= {name: typed[name] or None for name in _TEST_TEXTS if name in typed}
    return given | ({REMOVE: True} if values.get(REMOVE) else {})


async def _check_picture(visit: Visit, form: Form, fields: BadgeFields) -> None:
    """Refuse a picture that cannot be drawn, or that has not the badge's size, unless its sender means it."""
    jpeg = fields.badge_background
    if not isinstance(jpeg, bytes):
        return
    drawn = await visit.engine.badges.draw_badge(_job(visit, EventBadge({}, None), fields, jpeg))
    if drawn.background_undrawable:
        form.errors["badge_background"] = visit.gettext("This picture is damaged. Save it again.")
        return
    given = size_of(jpeg)
    wanted = page_pixels(fields.badge_size if isinstance(fields.badge_size, str) else "A6")
    fits = all(abs(has - needs) <= _SLACK_PIXELS for has, needs in zip(given, wanted, strict=True))
    if not fits and not form.is_on("any_size"):
        form.errors["badge_background"] = visit.gettext(
            "This picture is %(width)s pixels wide and %(height)s high; this badge is %(wide)s by %(high)s. Give it "
            "that size, or tick the box below to have it drawn from the top left corner as it is.",
            width=given[0],
            height=given[1],
            wide=wanted[0],
            high=wanted[1],
        )


def page_pixels(size: str) -> tuple[int, int]:
    """Give a badge's width and height in pixels at 300 dpi."""
    width, height = SIZES_MILLIMETRES[size]
    return round(width * PIXELS_PER_MILLIMETRE), round(height * PIXELS_PER_MILLIMETRE)


def _page(visit: Visit, event: ListedEvent, form: Form, *, status: int = 200) -> Response:
    shown = {name: form.text(name) for name in FIELDS if name not in form.errors}
    address = f"/account/events/{event.event_id}/badge/preview.png"
    sizes = [(size, "{} ({} x {} mm)".format(size, *SIZES_MILLIMETRES[size])) for size in SIZES]
    pixels = page_pixels(form.text("badge_size") if form.text("badge_size") in SIZES else "A6")
    return visit.page(
        "portal/events/badge.html",
        status=status,
        form=form,
        event=event,
        sizes=sizes,
        pixels=pixels,
        preview=address,
        preview_now=f"{address}?{urlencode(shown)}",
        request_hash=secrets.token_hex(16),
    )
