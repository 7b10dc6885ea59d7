"""The acts of the audit, as a person reads them. An act that is not listed is shown by its name."""

from ticketsonic.pages.languages import N_

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
}
