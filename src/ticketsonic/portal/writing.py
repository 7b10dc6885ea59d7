"""From a form of the portal to the same structs that the API reads, and to a write that happens once."""

import hashlib
import json
import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from msgspec import Struct
from starlette.datastructures import UploadFile

from ticketsonic.accounts.audit import PORTAL
from ticketsonic.errors import FieldError
from ticketsonic.events.jpeg import MOST_PIXELS
from ticketsonic.pages.forms import Form
from ticketsonic.pages.languages import N_
from ticketsonic.pages.visit import Visit
from ticketsonic.repeats import Repeatable
from ticketsonic.wire.reading import UnreadableBody, read_leniently

S = TypeVar("S", bound=Struct)
_CURSOR = re.compile(r"[0-9]{1,18}")
_NOT_THE_CONTENT = frozenset({"csrf", "request_hash"})
_HASH = re.compile(r"[0-9a-f]{32}")

# What the API's readers say of a value, in the words of the pages' visitors: each is looked up in the catalogue.
_REASONS = {
    "is required": N_("This is needed."),
    "must not be empty": N_("This is needed."),
    "must be a whole number": N_("Give a whole number."),
    "must be an amount such as 250 or 20.50": N_("Give an amount such as 250 or 20.50."),
    "must have no more than 2 decimals": N_("An amount has two decimals at the most."),
    "must be at least 0": N_("This cannot be less than 0."),
    "must be at most 2147483647": N_("That is too much: at most 2,147,483,647."),
    "must be at most 99999999.99": N_("That is too much: at most 99,999,999.99."),
    "must have no more than 255 characters": N_("That is too long: at most 255 characters."),
    "must have no more than 10000 characters": N_("That is too long: at most 10,000 characters."),
    "must be a number such as 30 or 30.5": N_("Give a number such as 30 or 30.5."),
    "must be above 0 and at most 1000": N_("Give a number above 0, up to 1,000."),
    "must be at least -1000 and at most 1000": N_("Give a number from -1,000 to 1,000."),
    "must be a colour such as #444 or #0a0b0c": N_("Give a colour such as #444 or #0a0b0c."),
    "must be the name of a time zone, such as Europe/Sofia": N_("Choose a time zone of the list."),
    "must be a JPEG in base64": N_("This file is no JPEG picture. Save it as JPEG (.jpg) and choose that file."),
    f"has more than {MOST_PIXELS // 1_000_000} million pixels": N_(
        "This picture has more than 50 million pixels. Make it smaller and choose it again."
    ),
    "is a JPEG that is cut off before its end": N_("This picture is cut off before its end. Save it again."),
    "is a JPEG of a kind that browsers do not draw (8 bits in grey, colour or CMYK are drawn)": N_(
        "This is a rare kind of JPEG. Save it as an ordinary JPEG with 8 bits a colour."
    ),
    "is a JPEG that no browser can draw: its segments make no sense": N_("This picture is damaged. Save it again."),
    "must not come beside stock": N_("Either add or take away, or set what is left: not both at once."),
    "would leave less than nothing, or more than a stock may be": N_("That many are not left any more."),
    "must be one of ipp, station": N_("Choose how it is reached."),
    "must be an address such as ipp://printer.local/ipp/print": N_(
        "Give an address such as ipp://printer.local/ipp/print."
    ),
    "is required of a printer of kind ipp": N_("Give the printer's address."),
    "an event has no more than 100 printers": N_("An event has 100 printers at the most: remove one first."),
    "must not hold NUL or a lone surrogate": N_("This holds a character that cannot be kept."),
}
_ANYTHING_ELSE = N_("This cannot be: please look at it again.")


def repeatable(visit: Visit, operation: str) -> Repeatable:
    """Make of a sent form a write that happens once: a second click does nothing, and a form filled in anew does.

    Whoever goes back, changes a field and sends the page again means another write than the first.
    """
    given = str(visit.form.get("request_hash", ""))
    if not _HASH.fullmatch(given):
        given = secrets.token_hex(16)
    sent = [(name, _spelled(value)) for name, value in visit.form.multi_items() if name not in _NOT_THE_CONTENT]
    digest = hashlib.sha256(json.dumps([given, sent]).encode()).hexdigest()
    return Repeatable(visit.account_id, operation, digest, None, PORTAL, visit.address)


def _spelled(value: object) -> str:
    return f"{value.filename} {value.size}" if isinstance(value, UploadFile) else str(value)


def done_already(visit: Visit) -> str:
    """Say that a form was sent twice."""
    return visit.gettext("This was done already. It was not done twice.")


def read_into(struct_type: type[S], values: Mapping[str, Any], form: Form, visit: Visit) -> S | None:
    """Read values as the API would read them; what it refuses stands beside its field, and None is given."""
    try:
        return read_leniently(struct_type, json.dumps({"request_hash": "-", **values}).encode())
    except UnreadableBody as unreadable:
        say(form, visit, [(problem.field, problem.reason) for problem in unreadable.problems])
        return None


def say_refused(form: Form, visit: Visit, errors: tuple[FieldError, ...]) -> None:
    """Put what the domain refused beside its fields."""
    say(form, visit, [(error.field, error.reason) for error in errors])


def say(form: Form, visit: Visit, refused: list[tuple[str, str]]) -> None:
    """Put reasons beside their fields, in the visitor's language; lists' places and prefixes do not matter here."""
    for field, reason in refused:
        form.errors[field.rpartition(".")[2]] = visit.gettext(_REASONS.get(reason, _ANYTHING_ELSE))


def optional(text: str) -> str | None:
    """Give None for an empty text: in a change it clears what was there."""
    return text or None


def read_moment(form: Form, visit: Visit, name: str, zone: str) -> int | None:
    """Read what an input of date and time gives, in a time zone, as unix seconds; None where it is empty or wrong."""
    typed = form.text(name)
    if not typed:
        return None
    try:
        moment = int(datetime.fromisoformat(typed).replace(tzinfo=ZoneInfo(zone)).timestamp())
    except (ValueError, OverflowError):
        form.errors[name] = visit.gettext(N_("Give a date and a time."))
        return None
    if moment <= 0:
        form.errors[name] = visit.gettext(N_("Give a date after 1970."))
        return None
    return moment


def spell_moment(seconds: int | None, zone: str) -> str:
    """Spell unix seconds as an input of date and time takes them."""
    return "" if seconds is None else datetime.fromtimestamp(seconds, ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")


def cursor(visit: Visit, name: str) -> int | None:
    """Give the number in a page's address behind which a list goes on."""
    given = visit.query(name)
    return int(given) if _CURSOR.fullmatch(given) else None
