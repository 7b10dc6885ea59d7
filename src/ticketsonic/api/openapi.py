"""`/openapi.json`, made from the same route table and structs that parse the requests."""

import http
from typing import Any

import msgspec

from ticketsonic.api.calling import Route
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
from ticketsonic.wire.kinds import Kind
from ticketsonic.wire.plan import FieldPlan, ListPlan, NestedPlan, plan_of

_REFERENCE = "#/components/schemas/{name}"
_EVERYWHERE: tuple[type[Refusal], ...] = (
    UnknownUser,
    UnknownKey,
    NotAllowedForKey,
    InvalidRequest,
    MethodNotAllowed,
    RequestTimedOut,
    RequestTooLarge,
    TooManyRequests,
    ErrorFetchingData,
    TemporarilyUnavailable,
)
_NOT_REQUIRED_CREDENTIALS = frozenset({"health"})
_HEADER_SCHEMAS: dict[str, dict[str, Any]] = {
    "X-Api-UserID": {"type": "string", "maxLength": 255, "description": "The account's e-mail address."},
    "X-API-Key": {"type": "string", "maxLength": 255, "description": "An API key of the account."},
    "X-API-EventID": {"type": "string", "description": "An event's id. Empty counts as absent."},
    "X-API-SKU": {"type": "string", "description": "A ticket type's SKU."},
    "X-API-RequestHash": {"type": "string", "description": "The request_hash of an order."},
    "Idempotency-Key": {
        "type": "string",
        "maxLength": 255,
        "description": "The same key with the same body gives the first success again.",
    },
}


def describe(routes: tuple[Route, ...], version: str) -> bytes:
    """Spell the document, as JSON."""
    answers = [route.answer for route in routes if route.answer is not None]
    _, schemas = msgspec.json.schema_components([*answers, ErrorAnswer], ref_template=_REFERENCE)
    schemas["ErrorAnswer"]["properties"]["status"] = {"const": "error"}
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": "TicketSonic API",
            "version": version,
            "description": "Events, ticket types, orders and admissions. Every error has one shape.",
        },
        "paths": {route.path: {route.method.lower(): _operation(route, schemas)} for route in routes},
        "components": {"schemas": schemas},
    }
    return msgspec.json.encode(document)


def _operation(route: Route, schemas: dict[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.operation.replace("/", "_"),
        "summary": route.summary,
        "description": "Scopes of the key: " + ", ".join(sorted(route.scopes)) + ".",
        "parameters": _parameters(route),
        "responses": _responses(route),
    }
    if route.body is not None:
        schema = _body_schema(route.body, schemas)
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return operation


def _parameters(route: Route) -> list[dict[str, Any]]:
    with_credentials = route.operation not in _NOT_REQUIRED_CREDENTIALS
    needed = ["X-Api-UserID", "X-API-Key"]
    optional = [*route.headers, *(["Idempotency-Key"] if route.method == "POST" else [])]
    parameters = [
        {"name": name, "in": "header", "required": with_credentials, "schema": _HEADER_SCHEMAS[name]} for name in needed
    ]
    # An event or SKU that is missing has its own message, so for OpenAPI it is optional, not required.
    parameters += [
        {"name": name, "in": "header", "required": False, "schema": _HEADER_SCHEMAS[name]} for name in optional
    ]
    parameters += [
        {"name": name, "in": "query", "required": False, "schema": {"type": "string"}} for name in route.queries
    ]
    return parameters


def _responses(route: Route) -> dict[str, Any]:
    (answer,), _ = msgspec.json.schema_components([route.answer], ref_template=_REFERENCE)
    headers = {"X-Request-ID": {"schema": {"type": "string"}, "required": True}}
    responses: dict[str, Any] = {
        "200": {
            "description": "Success",
            "headers": headers,
            "content": {"application/json": {"schema": answer}},
        }
    }
    by_status: dict[int, list[str]] = {}
    for refusal in (*_EVERYWHERE, *route.refusals):
        by_status.setdefault(refusal.status, []).append(refusal.message)
    for status, messages in sorted(by_status.items()):
        schema = {
            "allOf": [
                {"$ref": _REFERENCE.format(name="ErrorAnswer")},
                {"properties": {"message": {"enum": sorted(set(messages))}}},
            ]
        }
        responses[str(status)] = {
            "description": http.HTTPStatus(status).phrase + ": " + ", ".join(sorted(set(messages))),
            "headers": headers,
            "content": {"application/json": {"schema": schema}},
        }
    return responses


def _body_schema(struct_type: type[msgspec.Struct], schemas: dict[str, Any]) -> dict[str, Any]:
    """Describe a request struct; nested ones become components. Unknown fields are ignored, so allowed."""
    name = struct_type.__name__
    if name not in schemas:
        plans = plan_of(struct_type)
        schemas[name] = {
            "type": "object",
            "title": name,
            "description": (struct_type.__doc__ or "").strip(),
            "properties": {plan.name: _field_schema(plan, schemas) for plan in plans},
            "required": [plan.name for plan in plans if plan.required],
        }
    return {"$ref": _REFERENCE.format(name=name)}


def _field_schema(plan: FieldPlan, schemas: dict[str, Any]) -> dict[str, Any]:
    schema = _shape_schema(plan.shape, schemas)
    if plan.required or plan.takes_anything:
        return schema
    absent: list[Any] = [None, False, ""]
    if plan.zero_is_absent:
        absent.append(0)
    return {"anyOf": [schema, {"enum": absent}]}


def _shape_schema(shape: Kind | NestedPlan | ListPlan, schemas: dict[str, Any]) -> dict[str, Any]:
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
