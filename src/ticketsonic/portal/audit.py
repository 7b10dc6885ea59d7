"""The audit: who did what, when, from where."""

import functools
import re
from urllib.parse import urlencode

from starlette.responses import Response

from ticketsonic.accounts.audit import list_entries
from ticketsonic.pages.visit import Visit
from ticketsonic.portal.acts import ACTS, say

ENTRIES_A_PAGE = 50
_NUMBER = re.compile(r"[0-9]{1,18}")


async def home(visit: Visit) -> Response:
    """Begin with the events."""
    return visit.redirect("/account/events")


async def show(visit: Visit) -> Response:
    """List an account's entries, newest first."""
    before, about = visit.query("before"), visit.query("about")
    entries = await list_entries(
        visit.engine.database,
        visit.account_id,
        before=int(before) if _NUMBER.fullmatch(before) else None,
        subject=about or None,
        most=ENTRIES_A_PAGE + 1,
    )
    further = {"about": about} if about else {}
    older = urlencode(further | {"before": str(entries[-2].sequence)}) if len(entries) > ENTRIES_A_PAGE else None
    return visit.page(
        "portal/audit.html",
        acts=ACTS,
        say=functools.partial(say, visit),
        about=about,
        entries=entries[:ENTRIES_A_PAGE],
        newer=f"/account/audit?{urlencode(further)}" if before else None,
        older=f"/account/audit?{older}" if older else None,
    )
