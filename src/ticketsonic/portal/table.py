"""Every page of the portal, on one screen: its address, what answers GET and POST, and whether everybody may come."""

from ticketsonic.pages.serving import Page
from ticketsonic.portal import audit, entering

# fmt: off
PAGES = (
    # signing in and out
    Page("/account/enter", entering.show, entering.submit, open=True),
    Page("/account/sign-out", submit=entering.leave),
    # the account
    Page("/account", audit.home),
    Page("/account/audit", audit.show),
)
# fmt: on
