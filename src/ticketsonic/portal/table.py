"""Every page of the portal, on one screen: its address, what answers GET and POST, and whether everybody may come."""

from ticketsonic.pages.serving import Page
from ticketsonic.portal import (
    audit,
    badge_editor,
    credentials,
    entering,
    events,
    exports,
    new_password,
    now,
    orders,
    printers,
    registering,
    second_factor,
    security,
    signing_in,
    signing_keys,
    ticket_types,
    tickets,
)

# fmt: off
PAGES = (
    # signing in and out
    Page("/", audit.home, open=True),
    Page("/account/sign-in", signing_in.show, signing_in.submit, open=True),
    Page("/account/sign-in/code", submit=signing_in.submit_code, open=True),
    Page("/account/enter", entering.show, entering.submit, open=True),
    Page("/account/register", registering.show, registering.submit, open=True),
    Page("/account/confirm", registering.show_confirm, registering.submit_confirm, open=True),
    Page("/account/invited", registering.show_invited, registering.submit_invited, open=True),
    Page("/account/forgotten", new_password.show_forgotten, new_password.submit_forgotten, open=True),
    Page("/account/new-password", new_password.show, new_password.submit, open=True),
    Page("/account/sign-out", submit=signing_in.leave),
    # the account
    Page("/account", audit.home),
    Page("/account/audit", audit.show),
    Page("/account/security", security.show),
    Page("/account/security/password", submit=security.set_new_password),
    Page("/account/security/language", submit=security.set_language),
    Page("/account/security/sessions/end-others", submit=security.end_other_sessions),
    Page("/account/security/sessions/{session_id:int}/end", submit=security.end_one_session),
    Page("/account/security/second-factor", second_factor.show, second_factor.turn_on),
    Page("/account/security/second-factor/codes", submit=second_factor.make_codes),
    Page("/account/security/second-factor/off", submit=second_factor.turn_off),
    # credentials
    Page("/account/credentials", credentials.show),
    Page("/account/credentials/keys", submit=credentials.make),
    Page("/account/credentials/keys/{key_id:int}/revoke", credentials.ask_revoke, credentials.revoke),
    Page("/account/credentials/rotate/{code:str}", signing_keys.ask_rotate, signing_keys.rotate),
    Page("/account/credentials/signing-keys/{number:int}/revoke", signing_keys.ask_revoke, signing_keys.revoke),
    # events
    Page("/account/events", events.show),
    Page("/account/events/new", events.show_new, events.create),
    Page("/account/events/{event_id:int}", now.show),
    Page("/account/events/{event_id:int}/stream", now.stream),
    Page("/account/events/{event_id:int}/details", events.show_details, events.change),
    Page("/account/events/{event_id:int}/types", ticket_types.show),
    Page("/account/events/{event_id:int}/types/new", ticket_types.show_new, ticket_types.create),
    Page("/account/events/{event_id:int}/types/{sku:str}", ticket_types.show_one, ticket_types.change),
    Page("/account/events/{event_id:int}/badge", badge_editor.show, badge_editor.submit,
         body_bytes=badge_editor.BODY_BYTES, allow=(("img-src", "blob:"),)),
    Page("/account/events/{event_id:int}/badge/preview.png", badge_editor.preview, badge_editor.preview_picture,
         body_bytes=badge_editor.BODY_BYTES),
    Page("/account/events/{event_id:int}/printers", printers.show, printers.add),
    Page("/account/events/{event_id:int}/printers/printing", submit=printers.choose_printing),
    Page("/account/events/{event_id:int}/printers/jobs/{job_id:int}", submit=printers.settle),
    Page("/account/events/{event_id:int}/printers/{printer_id:int}/remove", printers.ask_remove, printers.remove),
    Page("/account/events/{event_id:int}/printers/{printer_id:int}/link", submit=printers.renew),
    # orders and tickets
    Page("/account/orders", orders.show),
    Page("/account/orders/{order_id:int}", tickets.show),
    Page("/account/orders/{order_id:int}/cancel", tickets.confirm, tickets.cancel),
    Page("/account/orders/{order_id:int}/tickets/{position:int}/qr.svg", tickets.qr_code),
    Page("/account/exports/{kind:str}.csv", exports.show),
)
# fmt: on
