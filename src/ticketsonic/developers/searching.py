"""The search: one list of entries for the browser, which searches without the server, and for pages without script."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from ticketsonic.developers.chapters import Part, chapter_of, chapters_of
from ticketsonic.developers.reference import Reference
from ticketsonic.developers.sentences import translated
from ticketsonic.developers.summing_up import errors_of
from ticketsonic.pages.languages import translations_of

MOST_FOUND = 30


class Entry(Struct, frozen=True):
    """One thing that can be found."""

    id: int
    title: str
    url: str
    place: str
    """The chapter it stands in."""
    text: str


def entries_of(reference: Reference, parts: Sequence[Part], language: str) -> list[Entry]:
    """List every chapter, request, field and error, the chapters' words in the reader's language."""
    gettext = translations_of(language).gettext
    titles = {name: gettext(chapter.title) for name, chapter in chapters_of(parts).items()}

    def found() -> Iterator[tuple[str, str, str, str]]:
        for part in parts:
            for chapter in part.chapters:
                yield titles[chapter.name], chapter.path, gettext(part.title), gettext(chapter.summary)
        for operation in reference.operations:
            place = titles[chapter_of(operation.name)]
            path = f"/developer/{operation.name}"
            yield (
                operation.name,
                path,
                place,
                f"{gettext(operation.summary)}. {translated(gettext, operation.description)}",
            )
            for field in operation.fields:
                yield field.name, f"{path}#{field.name}", operation.name, translated(gettext, field.meaning)
            for field in (field for shape in operation.answers for field in shape):
                yield field.name, f"{path}#answer", operation.name, translated(gettext, field.meaning)
        for used in errors_of(reference):
            title = f"{used.error.status} {used.error.message}"
            yield title, "/developer/errors", titles["errors"], translated(gettext, used.error.reason)

    return [Entry(number, *entry) for number, entry in enumerate(dict.fromkeys(found()))]


def matching(entries: Sequence[Entry], query: str) -> list[Entry]:
    """Find the entries that hold every word, those first that have one in their title."""
    words = query.casefold().split()
    hits = [
        entry
        for entry in entries
        if all(word in f"{entry.title} {entry.place} {entry.text}".casefold() for word in words)
    ]
    hits.sort(key=lambda entry: not any(word in entry.title.casefold() for word in words))
    return hits[:MOST_FOUND]
