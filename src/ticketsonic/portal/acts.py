"""The acts of the audit, as a person reads them. An act that is not listed is shown by its name."""

import re

from ticketsonic.pages.languages import N_
from ticketsonic.pages.visit import Visit

ACTS = {
    "account.made": N_("Account made"),
    "session.opened": N_("Signed in"),
    "session.refused": N_("Sign-in refused"),
    "session.ended": N_("Session ended"),
    "link.made": N_("One-time link made"),
    "password.set": N_("Password set"),
    "second_factor.on": N_("Second factor turned on"),
    "second_factor.off": N_("Second factor turned off"),
    "recovery_codes.made": N_("Recovery codes made"),
    "key.made": N_("API key made"),
    "key.revoked": N_("API key revoked"),
    "signing_key.rotated": N_("Signing key rotated"),
    "signing_key.revoked": N_("Signing key revoked"),
    "event.made": N_("Event made"),
    "event.changed": N_("Event changed"),
    "ticket_type.made": N_("Ticket type made"),
    "ticket_type.changed": N_("Ticket type changed"),
    "ticket.cancelled": N_("Ticket cancelled"),
    "order.cancelled": N_("Order cancelled"),
    "order.shown": N_("Order shown again"),
    "orders.exported": N_("Orders exported"),
    "tickets.exported": N_("Tickets exported"),
    "admissions.exported": N_("Admissions exported"),
    "badges.drawn": N_("Badges drawn as a PDF"),
    "printer.added": N_("Printer added"),
    "printer.removed": N_("Printer removed"),
    "printer.link_renewed": N_("Print station's link renewed"),
    "badge.reprinted": N_("Badge printed again"),
    "badge.resolved": N_("Uncertain badge settled"),
}

WORDS = {
    "portal": N_("portal"),
    "command line": N_("command line"),
    "by": N_("by"),
    "for": N_("for"),
    "wrong": N_("wrong"),
    "code": N_("code"),
    "password": N_("password"),
    "second factor": N_("second factor"),
    "app": N_("app"),
    "recovery": N_("recovery code"),
    "one-time link": N_("one-time link"),
    "link": N_("link"),
    "form": N_("form"),
    "registration": N_("registration"),
    "confirm": N_("confirmed by mail"),
    "invite": N_("invitation"),
    "sign_in": N_("sign-in"),
    "reset": N_("new password"),
    "name": N_("name"),
    "scope": N_("scope"),
    "bits": N_("bits"),
    "count": N_("count"),
    "sessions ended": N_("sessions ended"),
    "tickets": N_("tickets"),
    "fields": N_("fields"),
    "badge": N_("badge"),
    "printer": N_("printer"),
    "kind": N_("kind"),
    "station": N_("print station"),
    "print_job_id": N_("print job"),
    "outcome": N_("outcome"),
    "primary_text_pl": N_("title"),
    "primary_text_sl": N_("title in the second language"),
    "secondary_text_pl": N_("description"),
    "secondary_text_sl": N_("description in the second language"),
    "start_datetime": N_("beginning"),
    "location": N_("location"),
    "time_zone": N_("time zone"),
    "ticket_code": N_("what QR codes hold"),
    "price": N_("price"),
    "currency": N_("currency"),
    "stock": N_("left"),
    "stock_change": N_("added to what is left"),
}
"""Who acted, and what an entry's details are made of, where it is one of ours."""

_NUMBERED = {
    "key": N_("key %(number)s"),
    "signing key": N_("signing key %(number)s"),
    "station": N_("print station %(number)s"),
}
_NUMBERED_NAME = re.compile(r"([a-z ]+) ([0-9]+)")


def say(visit: Visit, text: str) -> str:
    """Say in the visitor's language what the audit keeps in English; a text of somebody's own stays as it is."""
    if text in WORDS:
        return visit.gettext(WORDS[text])
    if (found := _NUMBERED_NAME.fullmatch(text)) and found[1] in _NUMBERED:
        return visit.gettext(_NUMBERED[found[1]], number=found[2])
    return text
