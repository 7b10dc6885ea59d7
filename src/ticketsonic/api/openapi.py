"""`/openapi.json`, made from the same route table and structs that parse the requests."""

import http
import re
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from ticketsonic.accounts.api_keys import SCOPES
from ticketsonic.api import examples
from ticketsonic.api.calling import JSON, Route
from ticketsonic.api.glossary import (
    EVENT_ID_OR_EMPTY_PATTERN,
    EVENT_ID_PATTERN,
    FIELDS,
    listed_badge_schema,
    meaning_of,
)
from ticketsonic.errors import (
    ErrorAnswer,
    ErrorFetchingData,
    InvalidRequest,
    MethodNotAllowed,
    NotAllowedForKey,
    Refusal,
    RequestTimedOut,
    RequestTooLarge,
    TemporarilyUnavailable,
    TooManyRequests,
    UnknownKey,
    UnknownUser,
)
from ticketsonic.events.badge import DEFAULTS
from ticketsonic.printing.states import STATES as JOB_STATES
from ticketsonic.wire.kinds import Kind
from ticketsonic.wire.plan import FieldPlan, ListPlan, NestedPlan, plan_of

Schema = dict[str, Any]

_DESCRIPTION = """\
Events, ticket types, orders and admissions.

Bodies are JSON in UTF-8, whatever the Content-Type says; unknown fields are ignored. Numbers may come as texts. For
an optional field `null`, `""` and `false` mean absent, and so does 0 for a time; in the two edits an explicit `null`
clears an optional text, location or date. A header with an empty value counts as absent. A text holds neither NUL nor
lone surrogates, and no key comes twice in one object.

Every error has one shape, on unknown paths (404 `not found`) too. Credentials go in two headers with each request;
where they are missing or wrong the answer is 400 `unknown user` or `unknown key`. Every answer carries an X-Request-ID.
"""
_EVERYWHERE: tuple[type[Refusal], ...] = (
    UnknownUser,
    UnknownKey,
    InvalidRequest,
    MethodNotAllowed,
    RequestTimedOut,
    RequestTooLarge,
    TooManyRequests,
    ErrorFetchingData,
    TemporarilyUnavailable,
)
_WITHOUT_CREDENTIALS = frozenset({"health"})
_ABSENT = "Absent"
_SOURCE = re.compile(r" ?\(contract\.md[^)]*\)")
_CODE_CHARACTER = "[0-9A-Za-z$%*+./:_=-]"
_REQUIRED_HEADERS = frozenset({"X-API-Ticket"})
# A security scheme would promise 401 or 403. v1 answers 400, as to any other header that it must have: so these are
# what they are, required headers.
_HEADERS: dict[str, Schema] = {
    "X-Api-UserID": {"description": "The account's e-mail address, else 400 `unknown user`.", "maxLength": 255},
    "X-API-Key": {"description": "An API key of the account, else 400 `unknown key`.", "maxLength": 255},
    "X-API-EventID": {"description": "An event's id.", "pattern": EVENT_ID_PATTERN},
    "X-API-SKU": {"description": "A ticket type's SKU.", "pattern": "^[1-9][0-9-]{8,9}$"},
    "X-API-RequestHash": {"description": "The `request_hash` of an order.", "maxLength": 255},
    "X-API-Ticket": {
        "description": "A ticket: its barcode as 16 hex digits, or what its QR says.",
        "pattern": f"^{_CODE_CHARACTER}([ ]*{_CODE_CHARACTER}){{0,1023}}$",
    },
    "Idempotency-Key": {
        "description": "The same key with the same body gives the first success again, marked `Idempotent-Replayed`; "
        "with another body 400 `duplicated request`. Kept for 30 days at least.",
        "maxLength": 255,
    },
}
_GUEST_TEXT = {"maxLength": 255, "pattern": r"^[^\u0000]*$"}
_QUERIES: dict[str, Schema] = {
    "request_hash": {
        "description": "The `request_hash` of an order, where it holds what a header cannot. The header goes first."
    },
    "format": {"description": "`pdf`, which it is without one, or `png` at 300 dpi.", "pattern": "^(pdf|png)?$"},
    "primary_text": {"description": "A customer's name to show in place of the test text.", **_GUEST_TEXT},
    "secondary_text": {"description": "A company to show in place of the test text.", **_GUEST_TEXT},
    "state": {
        "description": "Which tickets: `waiting`, `admitted` or `cancelled`; without it, all that are not cancelled.",
        "pattern": "^(waiting|admitted|cancelled)?$",
    },
    "job_state": {
        "description": "Which print jobs, by their state; without it, all.",
        "pattern": f"^({'|'.join(JOB_STATES)})?$",
    },
    "before": {
        "description": "The number of a print job: those before it are listed, to read on where 100 were.",
        "pattern": "^([1-9][0-9]{0,18})?$",
    },
    "part": {
        "description": "Which part, from 1, where there are more badges than one PDF takes (5,000).",
        "pattern": "^([1-9][0-9]{0,5})?$",
    },
}
_ANSWER_HEADERS: dict[str, Schema] = {
    "X-Request-ID": {"description": "Names this answer in the server's log.", "schema": {"type": "string"}},
    "Retry-After": {
        "description": "How many seconds to wait before the next try.",
        "schema": {"type": "integer", "minimum": 1},
    },
    "Allow": {"description": "The methods this path has.", "schema": {"type": "string"}},
    "Idempotent-Replayed": {
        "description": "There where this is the answer to an earlier request with the same Idempotency-Key.",
        "schema": {"const": "true"},
    },
}
_EVENT, _SKU = "header.X-API-EventID", "header.X-API-SKU"
# What an answer is good for next: operation, link's name, and the parameters or fields that take a value from it.
_LINKS: dict[str, tuple[tuple[str, str, Mapping[str, Any], Mapping[str, Any]], ...]] = {
    "event/new": (
        ("event/edit", "edit", {_EVENT: "$response.body#/event_id"}, {}),
        ("ticket/new", "add", {_EVENT: "$response.body#/event_id"}, {}),
        ("ticket/list", "types", {_EVENT: "$response.body#/event_id"}, {}),
        ("badge/preview", "show", {_EVENT: "$response.body#/event_id"}, {}),
        ("event/badges", "draw", {_EVENT: "$response.body#/event_id"}, {}),
    ),
    "event/list": (("event/edit", "edit", {_EVENT: "$response.body#/events/0/event_id"}, {}),),
    "ticket/new": (
        ("ticket/edit", "edit", {_SKU: "$response.body#/sku"}, {}),
        ("order/new", "sell", {}, {"tickets": [{"sku": "$response.body#/sku", "stock": 1}]}),
    ),
    "ticket/list": (
        ("ticket/edit", "edit", {_SKU: "$response.body#/tickets/0/sku"}, {}),
        ("order/new", "sell", {}, {"tickets": [{"sku": "$response.body#/tickets/0/sku", "stock": 1}]}),
    ),
    "order/new": (
        ("order/show", "show", {"query.request_hash": "$response.body#/request_hash"}, {}),
        ("ticket/validate", "admit", {}, {"ticket_sensitive": "$response.body#/tickets/0/encrypted_data"}),
        ("ticket/badge", "draw", {"header.X-API-Ticket": "$response.body#/tickets/0/encrypted_data"}, {}),
        ("ticket/reprint", "reprint", {}, {"ticket_sensitive": "$response.body#/tickets/0/encrypted_data"}),
        ("ticket/cancel", "cancel", {}, {"ticket_sensitive": "$response.body#/tickets/0/encrypted_data"}),
        ("order/cancel", "cancel_all", {}, {"order_request_hash": "$response.body#/request_hash"}),
    ),
}


def describe(routes: tuple[Route, ...], version: str) -> bytes:
    """Spell the document, as JSON. Raises KeyError where a field or route lacks its description or example."""
    schemas = _answer_schemas(routes)
    document = {
        "openapi": "3.1.0",
        "info": {"title": "TicketSonic API", "version": version, "description": _DESCRIPTION},
        "paths": {route.path: {route.method.lower(): _operation(route, schemas)} for route in routes},
        "components": {"schemas": schemas, "headers": _ANSWER_HEADERS},
    }
    return msgspec.json.encode(document)


def _operation(route: Route, schemas: dict[str, Schema]) -> Schema:
    operation: Schema = {
        "operationId": _operation_id(route.operation),
        "tags": [route.operation.split("/")[0]],
        "summary": route.summary,
        "description": _description(route),
        "parameters": _parameters(route),
        "responses": _responses(route),
    }
    if route.body is not None:
        content = {"schema": _body_schema(route.body, schemas), "example": examples.BODIES[route.operation]}
        operation["requestBody"] = {"required": True, "content": {"application/json": content}}
    return operation


def _operation_id(operation: str) -> str:
    return operation.replace("/", "_")


def _description(route: Route) -> str:
    scopes = ", ".join(f"`{scope}`" for scope in sorted(route.scopes))
    return f"{_said(route.handle)} The key's scope must be one of {scopes}; else 403 `not allowed for this key`."


def _said(by: object) -> str:
    """Give a docstring as a sentence for those who know nothing of our contract's paragraphs."""
    return _SOURCE.sub("", " ".join((by.__doc__ or "").split()))


def _parameters(route: Route) -> list[Schema]:
    given = route.operation not in _WITHOUT_CREDENTIALS
    needed = [
        ("X-Api-UserID", given),
        ("X-API-Key", given),
        *((name, route.body is not None or name in _REQUIRED_HEADERS) for name in route.headers),
    ]
    if route.body is not None:
        needed.append(("Idempotency-Key", False))
    parameters = [_parameter("header", name, _HEADERS[name], required=required) for name, required in needed]
    return parameters + [_parameter("query", name, _QUERIES[name], required=False) for name in route.queries]


def _parameter(place: str, name: str, said: Schema, *, required: bool) -> Schema:
    schema = {"type": "string", **{key: value for key, value in said.items() if key != "description"}}
    if not required and schema.get("pattern") == EVENT_ID_PATTERN:
        schema["pattern"] = EVENT_ID_OR_EMPTY_PATTERN
    example = (examples.HEADERS | examples.QUERIES)[name]
    described = {"name": name, "in": place, "required": required, "description": said["description"]}
    return {**described, "schema": schema, "example": example}


def _responses(route: Route) -> Schema:
    success: Schema = {
        "description": "Success.",
        "headers": _headers("X-Request-ID", *(["Idempotent-Replayed"] if route.body is not None else [])),
        "content": _success_content(route),
    }
    if links := _LINKS.get(route.operation):
        success["links"] = {name + _operation_id(target).title(): _link(target, *how) for target, name, *how in links}
    by_status: dict[int, list[type[Refusal]]] = {}
    scoped = () if route.scopes.issuperset(SCOPES) else (NotAllowedForKey,)
    for refusal in (*_EVERYWHERE, *scoped, *route.refusals):
        by_status.setdefault(refusal.status, []).append(refusal)
    return {"200": success, **{str(status): _refused(by_status[status]) for status in sorted(by_status)}}


def _success_content(route: Route) -> Schema:
    if route.media_types != (JSON,):
        return {media_type: {"schema": {"contentMediaType": media_type}} for media_type in route.media_types}
    answer = {"$ref": _reference(_answer_name(route.answer))}
    return {JSON: {"schema": answer, "example": examples.ANSWERS[route.operation]}}


def _link(target: str, parameters: Mapping[str, Any], body: Mapping[str, Any]) -> Schema:
    link: Schema = {"operationId": _operation_id(target)}
    if parameters:
        link["parameters"] = parameters
    if body:
        link["requestBody"] = body
    return link


def _refused(refusals: list[type[Refusal]]) -> Schema:
    status = refusals[0].status
    messages = sorted({refusal.message for refusal in refusals})
    reasons = [f"- `{refusal.message}`: {(refusal.__doc__ or '').split(':')[-1].strip()}" for refusal in refusals]
    names = ["X-Request-ID"]
    if any(refusal.retry_after_seconds is not None for refusal in refusals):
        names.append("Retry-After")
    if MethodNotAllowed in refusals:
        names.append("Allow")
    narrowed = {"properties": {"message": {"enum": messages}}}
    return {
        "description": "\n".join([http.HTTPStatus(status).phrase + ".", "", *reasons]),
        "headers": _headers(*names),
        "content": {
            "application/json": {
                "schema": {"allOf": [{"$ref": _reference("ErrorAnswer")}, narrowed]},
                "example": {"status": "error", "message": messages[0]},
            }
        },
    }


def _headers(*names: str) -> Schema:
    return {
        name: {**_ANSWER_HEADERS[name], "required": True}
        if name != "Idempotent-Replayed"
        else {"$ref": f"#/components/headers/{name}"}
        for name in names
    }


def _reference(name: str) -> str:
    return f"#/components/schemas/{name}"


def _answer_name(answer: Any) -> str:
    return answer.__name__ if isinstance(answer, type) else "Admission"


def _answer_schemas(routes: tuple[Route, ...]) -> dict[str, Schema]:
    """Describe every answer struct; msgspec knows the types, the glossary the rest."""
    answers = [route.answer for route in routes if route.answer is not None]
    described, schemas = msgspec.json.schema_components([*answers, ErrorAnswer], ref_template=_reference("{name}"))
    for struct_type in _structs_below(FIELDS):
        if struct_type.__name__ in schemas:
            schemas[struct_type.__name__]["description"] = _said(struct_type)
        for name, schema in schemas.get(struct_type.__name__, {}).get("properties", {}).items():
            meaning = meaning_of(struct_type, name)
            schema.update(_within(schema, meaning.bounds), description=meaning.text)
    schemas["ErrorAnswer"]["properties"]["errors"] = {
        **meaning_of(ErrorAnswer, "errors").bounds,
        "description": meaning_of(ErrorAnswer, "errors").text,
        "type": "array",
        "items": {"$ref": _reference("FieldError")},
    }
    schemas["ListedBadge"] = listed_badge_schema()
    schemas["ListedEvent"]["properties"]["badge"] = {"$ref": _reference("ListedBadge")}
    for answer, schema in zip(answers, described, strict=False):
        schemas.setdefault(_answer_name(answer), schema)
    schemas[_ABSENT] = {
        "title": _ABSENT,
        "description": "What counts as absent, for an optional field.",
        "enum": [None, False, ""],
    }
    return schemas


def _structs_below(known: Mapping[type[Struct], Any]) -> set[type[Struct]]:
    return {*known, *(below for struct_type in known for below in struct_type.__subclasses__())}


def _within(schema: Schema, bounds: Mapping[str, Any]) -> Schema:
    """Put bounds where they belong in a schema that may allow null as well."""
    if "enum" in bounds and "anyOf" in schema:
        return {"enum": [*bounds["enum"], None]}
    return dict(bounds)


def _body_schema(struct_type: type[Struct], schemas: dict[str, Schema]) -> Schema:
    """Describe a request struct; nested ones become components. Unknown fields are ignored, so allowed."""
    name = struct_type.__name__
    if name not in schemas:
        plans = plan_of(struct_type)
        schemas[name] = {
            "type": "object",
            "title": name,
            "description": _said(struct_type),
            "properties": {plan.name: _field_schema(struct_type, plan, schemas) for plan in plans},
            "required": [plan.name for plan in plans if plan.required],
        }
    return {"$ref": _reference(name)}


def _field_schema(struct_type: type[Struct], plan: FieldPlan, schemas: dict[str, Schema]) -> Schema:
    schema = _shape_schema(plan.shape, schemas)
    text = meaning_of(struct_type, plan.name).text
    if not plan.required:
        alternatives = schema["anyOf"] if set(schema) == {"anyOf"} else [schema]
        schema = {"anyOf": [*alternatives, {"$ref": _reference(_ABSENT)}]}
        if plan.clearable:
            text += " `null` clears it." if "Changes" in struct_type.__name__ else ""
        default = {**DEFAULTS, "ticket_code": "rsa"}.get(plan.name)
        if default is not None and "Changes" not in struct_type.__name__:
            schema["default"] = default
    return {**schema, "description": text}


def _shape_schema(shape: Kind | NestedPlan | ListPlan, schemas: dict[str, Schema]) -> Schema:
    if isinstance(shape, Kind):
        return dict(shape.schema)
    reference = _body_schema(shape.struct_type, schemas)
    if isinstance(shape, NestedPlan):
        return {"anyOf": [reference, {"type": "array", "maxItems": 0}]}
    numbered = {
        "type": "object",
        "minProperties": 1,
        "patternProperties": {"^[0-9]+$": reference},
        "additionalProperties": False,
    }
    return {"anyOf": [{"type": "array", "minItems": 1, "items": reference}, numbered]}
