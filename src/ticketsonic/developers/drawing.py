"""Drawing what a page says, apart from its frame: a chapter or a request, in one language, for one reader."""

import functools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ticketsonic.api import examples
from ticketsonic.developers.changes import RELEASES
from ticketsonic.developers.chapters import Part, chapters_of
from ticketsonic.developers.highlighting import highlighted
from ticketsonic.developers.limits import Limit
from ticketsonic.developers.offline import offline_samples
from ticketsonic.developers.reference import Field, Operation, Reference
from ticketsonic.developers.requests import KEY_VARIABLE, Reader, SampleRequest, sample_request
from ticketsonic.developers.samples import BY_NAME, LANGUAGES, Language
from ticketsonic.developers.samples.http import HASH_PLACE
from ticketsonic.developers.samples.literals import Signs, spell
from ticketsonic.developers.sentences import said
from ticketsonic.developers.summing_up import answer_headers_of, errors_of, fields_of, headers_of
from ticketsonic.pages.languages import translations_of
from ticketsonic.pages.rendering import render

FIRST_REQUEST = "health"
REPEATED_REQUEST = "order/new"
_BODY_SIGNS = Signs(fresh_hash=f'"{HASH_PLACE}"', trailing_comma=False, indent="  ")


class Asked(NamedTuple):
    """Which page, how."""

    operation: str
    """"" for a chapter."""
    chapter: str
    language: str
    code: str
    base_url: str


@dataclass(frozen=True, slots=True)
class About:
    """Whom a page is for, and what it tells of them and of this server."""

    reader: Reader
    public_key: str
    """As event/list gives it."""
    ticket_code: str
    limits: Sequence[Limit]


@dataclass(frozen=True, slots=True)
class ShownSample:
    """A sample, ready for a template."""

    language: Language
    request: SampleRequest
    text: str

    @property
    def marked_up(self) -> Any:
        """The text in colours."""
        return highlighted(self.text, self.language.lexer)

    @property
    def file(self) -> str:
        """What to save it as."""
        return self.language.file(self.request)

    @property
    def command(self) -> str:
        """How to run it."""
        return self.language.command(self.request)


@dataclass(frozen=True, slots=True)
class TryingOut:
    """What the form that sends a request begins with."""

    method: str
    path: str
    headers: tuple[tuple[Field, str], ...]
    queries: tuple[tuple[Field, str], ...]
    body: str


def draw(reference: Reference, parts: Sequence[Part], asked: Asked, about: About) -> str:
    """Draw a page's contents."""
    values: dict[str, Any] = {
        "asked": asked,
        "about": about,
        "parts": parts,
        "code_languages": LANGUAGES,
        "chosen": BY_NAME[asked.code],
        "key_variable": KEY_VARIABLE,
        "chapter": chapters_of(parts)[asked.chapter],
        "operation": reference.operation(asked.operation),
        "sample": lambda name, *more: _sample(_found(reference, name), asked, about, more),
        "answer": _answer,
        "highlighted": highlighted,
        "trying": lambda operation: _trying(operation, about.reader),
        "said": functools.partial(said, translations_of(asked.language).gettext, asked.language),
        "user_id": about.reader.user_id,
        "headers": lambda: headers_of(reference),
        "answer_headers": lambda: answer_headers_of(reference),
        "fields": lambda: fields_of(reference),
        "errors": lambda: errors_of(reference),
        "releases": RELEASES,
        "known": {operation.name for operation in reference.operations},
        "offline": lambda: offline_samples(about.public_key, about.ticket_code or examples.CODE),
        "first_request": FIRST_REQUEST,
        "repeated_request": REPEATED_REQUEST,
    }
    template = "operation" if asked.operation else _template_of(values["chapter"].operations, asked.chapter)
    return render(f"developers/{template}.html", asked.language, values)


def _template_of(operations: Sequence[Operation], chapter: str) -> str:
    return "requests" if operations else chapter.replace("-", "_")


def _found(reference: Reference, name: str) -> Operation:
    operation = reference.operation(name)
    if operation is None:
        raise KeyError(name)
    return operation


def _sample(operation: Operation, asked: Asked, about: About, more: tuple[tuple[str, str], ...]) -> ShownSample:
    """Write a request's sample in the chosen language, with more headers where a chapter wants them."""
    request = sample_request(operation.route, asked.base_url, about.reader, more)
    language = BY_NAME[asked.code]
    return ShownSample(language, request, language.write(request))


def _answer(operation: Operation) -> Any:
    """Spell the answer that the samples got."""
    return highlighted(json.dumps(operation.example, indent=2, ensure_ascii=False), "json")


def _trying(operation: Operation, reader: Reader) -> TryingOut:
    request = sample_request(operation.route, "", reader)
    given = dict(request.headers)
    queries = dict(request.queries)
    return TryingOut(
        method=request.method,
        path=operation.route.path,
        headers=tuple((field, given.get(field.name, "")) for field in operation.headers if field.name != "X-API-Key"),
        queries=tuple((field, queries.get(field.name, "")) for field in operation.queries),
        body="" if request.body is None else spell(request.body, _BODY_SIGNS),
    )
