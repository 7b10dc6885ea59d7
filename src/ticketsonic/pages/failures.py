"""What goes wrong, as a page: what happened, and what to do now, in the visitor's language."""

from collections.abc import Mapping

from msgspec import Struct
from starlette.responses import PlainTextResponse, Response

from ticketsonic.database import DatabaseAway
from ticketsonic.errors import (
    EventOwnershipFailure,
    InvalidEventId,
    InvalidSensitive,
    NotFound,
    Refusal,
    RequestTooLarge,
    TicketOwnershipFailure,
    TooManyRequests,
)
from ticketsonic.pages.assets import NotBuilt
from ticketsonic.pages.languages import N_
from ticketsonic.pages.visit import Forbidden, NoForm, NoSuchPage, Visit

_UNAVAILABLE = 503


class Failure(Struct, frozen=True):
    """A status with its title and what a person can do."""

    status: int
    title: str
    advice: str


BAD_REQUEST = Failure(
    400, N_("That was no form"), N_("What was sent cannot be read. Go back, reload the page, and try again.")
)
FORBIDDEN = Failure(
    403,
    N_("This form is out of date"),
    N_("Nothing was changed. Go back, reload the page, and send it again. Your browser has to accept cookies."),
)
NOT_FOUND = Failure(
    404, N_("There is no such page"), N_("It may have been removed, or belong to another account than yours.")
)
METHOD_NOT_ALLOWED = Failure(405, N_("This address takes no such request"), N_("Go back and try it from the page."))
TOO_LARGE = Failure(413, N_("That is too large"), N_("Nothing was changed. Choose a smaller file, or a shorter text."))
TOO_MANY = Failure(429, N_("Too many tries"), N_("Wait a minute, then try again."))
FAULT = Failure(500, N_("Something went wrong"), N_("The fault is ours and was written down. Try again in a moment."))
AWAY = Failure(
    _UNAVAILABLE, N_("The database is not there right now"), N_("Wait a few seconds, then reload this page.")
)
NOT_BUILT = "The pages are not built. In a checkout `make setup` builds them; an installed wheel holds them.\n"

_NOT_THERE = (NoSuchPage, NotFound, EventOwnershipFailure, TicketOwnershipFailure, InvalidEventId, InvalidSensitive)


def of(error: Exception) -> Failure:
    """Say which failure an exception is."""
    if isinstance(error, _NOT_THERE):
        return NOT_FOUND
    if isinstance(error, Refusal) and error.status == _UNAVAILABLE:
        return AWAY
    kinds: Mapping[type[Exception], Failure] = {
        Forbidden: FORBIDDEN,
        RequestTooLarge: TOO_LARGE,
        TooManyRequests: TOO_MANY,
        DatabaseAway: AWAY,
        NoForm: BAD_REQUEST,
    }
    return next((failure for kind, failure in kinds.items() if isinstance(error, kind)), FAULT)


def show(failure: Failure, visit: Visit | None, headers: Mapping[str, str] | None = None) -> Response:
    """Answer with a failure's page; in plain words where not even that can be drawn."""
    try:
        response = _plain(failure) if visit is None else _drawn(failure, visit)
    except NotBuilt:
        response = PlainTextResponse(NOT_BUILT, _UNAVAILABLE)
    for name, value in (headers or {}).items():
        response.headers[name] = value
    if failure.status == _UNAVAILABLE:
        response.headers["retry-after"] = "1"
    return response


def _drawn(failure: Failure, visit: Visit) -> Response:
    title, advice = visit.gettext(failure.title), visit.gettext(failure.advice)
    return visit.page("pages/failure.html", status=failure.status, title=title, advice=advice)


def _plain(failure: Failure) -> Response:
    return PlainTextResponse(f"{failure.title}\n{failure.advice}\n", failure.status)
