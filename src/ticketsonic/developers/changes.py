"""What the API has learnt since it was published; nothing was ever taken away."""

from dataclasses import dataclass

from ticketsonic.pages.languages import N_


@dataclass(frozen=True, slots=True)
class Change:
    """One addition, and the requests it is about."""

    text: str
    operations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Release:
    """What came together."""

    title: str
    changes: tuple[Change, ...]


RELEASES = (
    Release(
        N_("Unreleased"),
        (
            Change(
                N_("Tickets and orders can be cancelled; their places go back on sale."),
                ("ticket/cancel", "order/cancel"),
            ),
            Change(
                N_("Badges can be printed at the gate, by network printers or in a browser."),
                ("printer/new", "printer/list", "printer/remove", "ticket/validate", "ticket/reprint", "print/jobs"),
            ),
            Change(
                N_("Stock can be changed by a difference, so that a sale in between is not undone."), ("ticket/edit",)
            ),
            Change(N_("An event has a time zone."), ("event/new", "event/edit", "event/list")),
            Change(N_("A badge's background can be taken away again."), ("event/edit",)),
        ),
    ),
    Release(
        "0.1",
        (
            Change(
                N_("Badges as PDF and PNG: one, all of an event, or a preview."),
                ("ticket/badge", "event/badges", "badge/preview"),
            ),
            Change(N_("A lost answer can be had again, the same tickets byte for byte."), ("order/show",)),
            Change(
                N_("The Idempotency-Key header on every POST."), ("order/new", "event/new", "ticket/new", "ticket/edit")
            ),
            Change(
                N_("A second kind of ticket code, ed25519, with small QR codes."),
                ("event/new", "event/edit"),
            ),
            Change(N_("A new ticket type's SKU is answered at once."), ("ticket/new",)),
            Change(N_("An answer at the door says why, and whose ticket it is."), ("ticket/validate",)),
            Change(N_("Errors name the fields that are wrong.")),
            Change(N_("API keys with a scope: read, sales, door or full.")),
            Change(N_("A status page for shops."), ("health",)),
        ),
    ),
    Release(
        N_("As published"),
        (
            Change(
                N_("Events, ticket types, orders and admissions."),
                (
                    "event/new",
                    "event/edit",
                    "event/list",
                    "ticket/new",
                    "ticket/edit",
                    "ticket/list",
                    "order/new",
                    "ticket/validate",
                ),
            ),
        ),
    ),
)
