"""The reference's prose in the reader's language, sentence by sentence: many sentences stand in several texts. Pure.

What has no translation yet stays English, and is marked as such for those who have pages read to them.
"""

import re
from collections.abc import Callable, Iterator

from markupsafe import Markup, escape

from ticketsonic.developers.reference import Reference
from ticketsonic.pages.languages import DEFAULT

_END = re.compile(r"(?<=[.:]) (?=[A-Z`])(?![A-Z]\d)")
_SCOPES = re.compile(r"(?<=^The key's scope must be one of )(.+)(?=; else 403)")
_SCOPES_PLACE = "%(scopes)s"
_CODE = re.compile(r"`([^`]+)`")


def sentences_of(text: str) -> list[str]:
    """Split a text into sentences."""
    return _END.split(text) if text else []


def phrase_of(sentence: str) -> tuple[str, str]:
    """Give what a catalogue knows a sentence by, and the scopes that stand in it."""
    found = _SCOPES.search(sentence)
    return (_SCOPES.sub(_SCOPES_PLACE, sentence), found[1]) if found else (sentence, "")


def said(gettext: Callable[[str], str], language: str, text: str) -> Markup:
    """Translate a text, and set what is in backquotes as code."""
    return Markup(" ").join(_said(gettext, language, sentence) for sentence in sentences_of(text))


def _said(gettext: Callable[[str], str], language: str, sentence: str) -> Markup:
    phrase, scopes = phrase_of(sentence)
    translated = gettext(phrase)
    shown = str(escape(translated.replace(_SCOPES_PLACE, scopes)))
    marked = Markup(_CODE.sub(r"<code>\1</code>", shown))  # noqa: S704 - escaped before
    if translated == phrase and language != DEFAULT:
        return Markup('<span lang="{}">{}</span>').format(DEFAULT, marked)
    return marked


def translated(gettext: Callable[[str], str], text: str) -> str:
    """Translate a text as plain words, for the search."""
    phrases = (phrase_of(sentence) for sentence in sentences_of(text))
    return " ".join(gettext(phrase).replace(_SCOPES_PLACE, scopes) for phrase, scopes in phrases)


def phrases_of(reference: Reference) -> Iterator[str]:
    """Give every sentence of the reference, for the catalogues."""
    for text in _texts_of(reference):
        for sentence in sentences_of(text):
            yield phrase_of(sentence)[0]


def _texts_of(reference: Reference) -> Iterator[str]:
    for operation in reference.operations:
        yield operation.summary
        yield operation.description
        yield from (field.meaning for field in operation.fields)
        yield from (field.meaning for shape in operation.answers for field in shape)
        yield from (field.meaning for field in operation.answer_headers)
        yield from (error.reason for error in operation.errors)
