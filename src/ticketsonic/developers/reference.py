"""The specification as the pages show it: read from the very document that /openapi.json is. Pure.

So a page cannot say another thing than the document, nor the document another than the structs that read a request.
"""

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from ticketsonic.api import openapi
from ticketsonic.api.calling import JSON, Route
from ticketsonic.pages.languages import N_

Schema = Mapping[str, Any]

_REASON = re.compile(r"^- `(?P<message>[^`]+)`: (?P<reason>.+)$", re.MULTILINE)
_ABSENT = "#/components/schemas/Absent"
_WORDS = re.compile(r"\^\(([a-z0-9|]+)\)\?\$")
"""A pattern that is no more than a choice of words."""
_MANY_VALUES = 8
KINDS = (
    N_("text"),
    N_("whole number"),
    N_("number"),
    N_("true or false"),
    N_("object"),
    N_("list"),
    N_("list of objects"),
)
_DEEPEST = 6
_CHANGING = "/edit"


@dataclass(frozen=True, slots=True)
class Field:
    """A header, a parameter or a field of a body or answer."""

    name: str
    """With where it is: `tickets[].sku`."""
    kind: str
    """One of `KINDS`, shown translated."""
    required: bool
    meaning: str
    allowed: str
    """What it may be, as `0 … 2147483647` or `1 … 255`; "" where there is nothing to say."""
    choices: tuple[str, ...]
    default: str
    nullable: bool
    depth: int
    example: str = ""

    @property
    def own_name(self) -> str:
        """The name alone, without where it is."""
        return self.name.rpartition(".")[2].removesuffix("[]")

    @property
    def has_many_choices(self) -> bool:
        """Whether the choices are better shown when asked for."""
        return len(self.choices) > _MANY_VALUES


@dataclass(frozen=True, slots=True)
class Error:
    """One error that a request may get."""

    status: int
    message: str
    reason: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One request of the API."""

    route: Route
    summary: str
    description: str
    headers: tuple[Field, ...]
    queries: tuple[Field, ...]
    body: tuple[Field, ...]
    answers: tuple[tuple[Field, ...], ...]
    """The fields of each shape that a success may have."""
    answer_headers: tuple[Field, ...]
    media_types: tuple[str, ...]
    errors: tuple[Error, ...]
    example: Any
    """The answer that a sample got, None where that is a file."""

    @property
    def name(self) -> str:
        """The operation's name, as in its address: `order/new`."""
        return self.route.operation

    @property
    def fields(self) -> Iterator[Field]:
        """Everything a client sends."""
        yield from (*self.headers, *self.queries, *self.body)


@dataclass(frozen=True, slots=True)
class Reference:
    """The whole API."""

    version: str
    description: str
    operations: tuple[Operation, ...]

    def operation(self, name: str) -> Operation | None:
        """Find an operation by its name."""
        return next((operation for operation in self.operations if operation.name == name), None)


def read_reference(routes: Sequence[Route], version: str) -> Reference:
    """Read the document of these routes."""
    document = msgspec.json.decode(openapi.describe(tuple(routes), version))
    return Reference(
        version=document["info"]["version"],
        description=document["info"]["description"],
        operations=tuple(_operation(route, document) for route in routes),
    )


def _operation(route: Route, document: Schema) -> Operation:
    described = document["paths"][route.path][route.method.lower()]
    parameters = [(given["in"], _parameter(given)) for given in described["parameters"]]
    success = described["responses"]["200"]
    answer = success["content"].get(JSON)
    return Operation(
        route=route,
        summary=described["summary"],
        description=described["description"].removeprefix(f"{described['summary']}. "),
        headers=tuple(field for place, field in parameters if place == "header"),
        queries=tuple(field for place, field in parameters if place == "query"),
        body=tuple(_body(route, described, document)),
        answers=tuple(tuple(_fields(shape, document)) for shape in _shapes(answer, document)),
        answer_headers=tuple(_answer_header(name, said, document) for name, said in success["headers"].items()),
        media_types=tuple(success["content"]),
        errors=tuple(_errors(described["responses"])),
        example=None if answer is None else answer["example"],
    )


def _parameter(given: Schema) -> Field:
    schema = given["schema"]
    return _field(given["name"], {**schema, "description": given["description"]}, required=given["required"])


def _answer_header(name: str, said: Schema, document: Schema) -> Field:
    header = _followed(said, document)
    schema = {**header["schema"], "description": header["description"]}
    return _field(name, schema, required=said.get("required", False))


def _body(route: Route, described: Schema, document: Schema) -> Iterator[Field]:
    """Give what a body may hold. Where something is changed, what is absent stays: there is no default."""
    if "requestBody" in described:
        for field in _fields(described["requestBody"]["content"][JSON]["schema"], document):
            yield dataclasses.replace(field, default="") if route.operation.endswith(_CHANGING) else field


def _shapes(answer: Schema | None, document: Schema) -> list[Schema]:
    if answer is None:
        return []
    shape = _followed(answer["schema"], document)
    return [_followed(each, document) for each in shape.get("anyOf", [shape])]


def _errors(responses: Schema) -> Iterator[Error]:
    for status, response in responses.items():
        for found in _REASON.finditer(response["description"]):
            reason = found["reason"][0].upper() + found["reason"][1:]
            yield Error(int(status), found["message"], reason)


def _fields(schema: Schema, document: Schema, prefix: str = "", depth: int = 0) -> Iterator[Field]:
    """Give an object's fields, each followed by those within it."""
    shape = _followed(schema, document)
    required = shape.get("required", ())
    for name, said in shape.get("properties", {}).items():
        inner, is_list = _inner(said, document)
        field = _field(prefix + name, said, required=name in required, depth=depth, inner=inner, is_list=is_list)
        yield field
        if inner is not None and depth < _DEEPEST:
            yield from _fields(inner, document, f"{prefix}{name}{'[]' if is_list else ''}.", depth + 1)


def _inner(schema: Schema, document: Schema) -> tuple[Schema | None, bool]:
    """Find the object that a field is, or is a list of."""
    for each in schema.get("anyOf", [schema]):
        if each.get("$ref") == _ABSENT:
            continue
        if "$ref" in each and "properties" in _followed(each, document):
            return each, False
        if "items" in each and "$ref" in each["items"]:
            return each["items"], True
    return None, False


def _followed(schema: Schema, document: Schema) -> Schema:
    while "$ref" in schema:
        found: Any = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        schema = found
    return schema


def _field(
    name: str, said: Schema, *, required: bool, depth: int = 0, inner: Schema | None = None, is_list: bool = False
) -> Field:
    alternatives = [each for each in said.get("anyOf", [said]) if each.get("$ref") != _ABSENT]
    kinds = _kinds(alternatives)
    plain = {**said, **next((each for each in alternatives if _says_something(each)), {})}
    kind = _kind(kinds, plain) if inner is None else ("list of objects" if is_list else "object")
    choices = ("true", "false") if kind == "true or false" else _choices(plain)
    return Field(
        name=name,
        kind=kind,
        required=required,
        meaning=said.get("description", ""),
        allowed="" if choices or inner is not None else _allowed(plain),
        choices=choices,
        default="" if said.get("default") is None else str(said["default"]),
        nullable="null" in kinds,
        depth=depth,
    )


def _choices(schema: Schema) -> tuple[str, ...]:
    if "const" in schema:
        return (str(schema["const"]),)
    if words := _WORDS.fullmatch(schema.get("pattern", "")):
        return tuple(words[1].split("|"))
    return tuple(str(choice) for choice in schema.get("enum", ()) if choice is not None)


def _kinds(alternatives: Sequence[Schema]) -> set[str]:
    kinds: set[str] = set()
    for each in alternatives:
        given = each.get("type", ())
        kinds |= {given} if isinstance(given, str) else set(given)
    return kinds


def _says_something(schema: Schema) -> bool:
    return any(name in schema for name in ("minimum", "exclusiveMinimum", "maxLength", "enum", "const"))


def _kind(kinds: set[str], plain: Schema) -> str:
    if "boolean" in kinds:
        return "true or false"
    if "number" in kinds:
        return "number"
    if "integer" in kinds:
        return "whole number"
    if "array" in kinds:
        return "list"
    return "text" if "string" in kinds or "enum" in plain or "const" in plain else "object"


def _allowed(schema: Schema) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if "exclusiveMinimum" in schema:
        return f"> {schema['exclusiveMinimum']}" + ("" if high is None else f", ≤ {high}")
    if low is not None and high is not None:
        return f"{low} … {high}"
    if low is not None:
        return f"≥ {low}"
    if "maxLength" in schema:
        return f"{schema.get('minLength', 0)} … {schema['maxLength']}"
    return ""
