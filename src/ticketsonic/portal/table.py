"""Every page of the portal, on one screen: its address, what answers GET and POST, and whether everybody may come."""

from ticketsonic.pages.serving import Page
from ticketsonic.portal import audit, badge_editor, entering, events, exports, now, orders, ticket_types, tickets

# fmt: off
PAGES = (
    # signing in and out
    Page("/account/enter", entering.show, entering.submit, open=True),
    Page("/account/sign-out", submit=entering.leave),
    # the account
    Page("/account", audit.home),
    Page("/account/audit", audit.show),
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
         body_bytes=badge_editor.BODY_BYTES),
    Page("/account/events/{event_id:int}/badge/preview.png", badge_editor.preview),
    # orders and tickets
    Page("/account/orders", orders.show),
    Page("/account/orders/{order_id:int}", tickets.show),
    Page("/account/orders/{order_id:int}/cancel", tickets.confirm, tickets.cancel),
    Page("/account/orders/{order_id:int}/tickets/{position:int}/qr.svg", tickets.qr_code),
    Page("/account/exports/{kind:str}.csv", exports.show),
)
# fmt: on
