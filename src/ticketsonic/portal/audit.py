"""The audit: who did what, when, from where."""

import re

from starlette.responses import Response

from ticketsonic.accounts.audit import list_entries
from ticketsonic.pages.visit import Visit
from ticketsonic.portal.acts import ACTS

ENTRIES_A_PAGE = 50
_NUMBER = re.compile(r"[0-9]{1,18}")


async def home(visit: Visit) -> Response:
    """Begin with the events."""
    return visit.redirect("/account/events")


async def show(visit: Visit) -> Response:
    """List an account's entries, newest first."""
    before = visit.query("before")
    entries = await list_entries(
        visit.engine.database,
        visit.account_id,
        before=int(before) if _NUMBER.fullmatch(before) else None,
        most=ENTRIES_A_PAGE + 1,
    )
    older = f"/account/audit?before={entries[-2].sequence}" if len(entries) > ENTRIES_A_PAGE else None
    return visit.page("portal/audit.html", acts=ACTS, entries=entries[:ENTRIES_A_PAGE], newer=None, older=older)
