"""The chapters of the developer centre, in reading order; those of the requests come from the route table. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ticketsonic.developers.reference import Operation, Reference
from ticketsonic.pages.languages import N_

START = "start"


@dataclass(frozen=True, slots=True)
class Chapter:
    """One chapter: its name in addresses, its title, a line on what is in it, and its requests."""

    name: str
    title: str
    summary: str
    operations: tuple[Operation, ...] = ()

    @property
    def path(self) -> str:
        """Where it is."""
        return "/developer" if self.name == START else f"/developer/{self.name}"


@dataclass(frozen=True, slots=True)
class Part:
    """Chapters that stand together."""

    title: str
    chapters: tuple[Chapter, ...]


_BEGINNING = (
    Chapter(START, N_("Getting started"), N_("From an account to the first sale, in five steps.")),
    Chapter("headers", N_("Request headers"), N_("What goes with every request, and what with some.")),
    Chapter("fields", N_("Body fields"), N_("Every field of a request's body: type, allowed values, default.")),
    Chapter("errors", N_("Error codes"), N_("Every message an error may have, and what to do about it.")),
)
_REQUESTS: Mapping[str, tuple[str, str]] = {
    "tickets": (N_("Tickets"), N_("Ticket types and their stock; admitting and cancelling a ticket.")),
    "events": (N_("Events"), N_("Events with their ticket types and badges.")),
    "orders": (N_("Orders"), N_("Selling, showing an order again, cancelling one.")),
    "badges": (N_("Badges"), N_("Badges as PDF and PNG, and where their texts stand.")),
    "printing": (N_("Printing"), N_("Printers, print stations and the badges that wait for them.")),
    "server": (N_("Server"), N_("Is it there, and are my user id and key right?")),
}
_CHAPTER_OF_AREA = {
    "ticket": "tickets",
    "event": "events",
    "order": "orders",
    "badge": "badges",
    "printer": "printing",
    "print": "printing",
    "health": "server",
}
_CHAPTER_OF_VERB = {"badge": "badges", "badges": "badges", "reprint": "printing"}
_BEYOND = (
    Chapter("ticket-codes", N_("Ticket codes"), N_("What is in a QR code, and how to verify one offline.")),
    Chapter("idempotency", N_("Lost answers"), N_("Sending a request again without doing it twice.")),
    Chapter("limits", N_("Limits"), N_("How long, how large, how many.")),
    Chapter("changes", N_("Changes"), N_("What the API has learnt since it was published.")),
)


def chapter_of(operation: str) -> str:
    """Say in which chapter an operation stands; one of an area that is new here gets a chapter of that name."""
    area, _, verb = operation.partition("/")
    return _CHAPTER_OF_VERB.get(verb) or _CHAPTER_OF_AREA.get(area, area)


def arrange(reference: Reference) -> tuple[Part, ...]:
    """Put everything into chapters, and the chapters into parts."""
    found: dict[str, list[Operation]] = {name: [] for name in _REQUESTS}
    for operation in reference.operations:
        found.setdefault(chapter_of(operation.name), []).append(operation)
    requests = [
        Chapter(name, *_REQUESTS.get(name, (name.capitalize(), "")), tuple(operations))
        for name, operations in found.items()
        if operations
    ]
    return (
        Part(N_("Begin"), _BEGINNING),
        Part(N_("Requests"), tuple(requests)),
        Part(N_("Good to know"), _BEYOND),
    )


def chapters_of(parts: Sequence[Part]) -> dict[str, Chapter]:
    """Give every chapter by its name."""
    return {chapter.name: chapter for part in parts for chapter in part.chapters}
