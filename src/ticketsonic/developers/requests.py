"""What a sample asks of the API, in no language yet: made from the route table and the API's examples. Pure.

The examples name an event, a SKU, an order and a ticket; a reader who is signed in gets their own in their place.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from ticketsonic.api import examples
from ticketsonic.api.calling import JSON, Route

KEY_VARIABLE = "TICKETSONIC_API_KEY"
"""The environment variable every sample reads the key from: never is one in its text."""
_HASH = "request_hash"
_LEFT_OUT = frozenset({("event/badges", "X-API-SKU")})
"""Optional headers that a first request does better without."""
_ASKED = {"format": examples.QUERIES["format"]}
"""The only queries a sample carries; the page describes the others."""
_SUFFIXES = {"application/pdf": "pdf", "image/png": "png"}


class FreshHash:
    """Stands in a body where the sample draws a hash of its own."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "FRESH_HASH"


FRESH_HASH = FreshHash()


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads, and what of theirs the samples carry; the examples' own where nothing is known."""

    user_id: str = examples.HEADERS["X-Api-UserID"]
    values: Mapping[str, str] = field(default_factory=dict)
    """What takes the place of an example: `{examples.SKU: "815-46527"}`."""


@dataclass(frozen=True, slots=True)
class SampleRequest:
    """One request, ready to be written in any language."""

    operation: str
    method: str
    base_url: str
    path: str
    """With its queries."""
    headers: tuple[tuple[str, str], ...]
    """Without X-API-Key and Content-Type: each language has its own way to them."""
    queries: tuple[tuple[str, str], ...]
    body: Mapping[str, Any] | None
    file: str | None
    """The name to keep an answer under that is a file, else None."""

    @property
    def url(self) -> str:
        """The whole address."""
        return self.base_url + self.path

    @property
    def name(self) -> str:
        """What a file of this sample is called, without its ending: `order-new`."""
        return self.operation.replace("/", "-")

    @property
    def draws_hash(self) -> bool:
        """Whether the body wants a fresh `request_hash`."""
        return self.body is not None and _HASH in self.body


def sample_request(
    route: Route, base_url: str, reader: Reader, more_headers: tuple[tuple[str, str], ...] = ()
) -> SampleRequest:
    """Describe a good first request to a route. Raises KeyError where the route has no example."""
    values = {examples.HEADERS["X-Api-UserID"]: reader.user_id, **reader.values}
    headers = tuple(
        (name, _replaced(examples.HEADERS[name], values))
        for name in ("X-Api-UserID", *route.headers)
        if (route.operation, name) not in _LEFT_OUT
    )
    queries = {name: value for name, value in _ASKED.items() if name in route.queries}
    media_type = _media_type(route, queries)
    body = None if route.body is None else _replaced(examples.BODIES[route.operation], values)
    return SampleRequest(
        operation=route.operation,
        method=route.method,
        base_url=base_url,
        path=route.path + (f"?{urlencode(queries)}" if queries else ""),
        headers=headers + more_headers,
        queries=tuple(queries.items()),
        body=body,
        file=None if media_type == JSON else f"{route.operation.replace('/', '-')}.{_SUFFIXES[media_type]}",
    )


def _media_type(route: Route, queries: Mapping[str, str]) -> str:
    wanted = queries.get("format")
    return next((kind for kind in route.media_types if _SUFFIXES.get(kind) == wanted), route.media_types[0])


def _replaced(value: Any, values: Mapping[str, str]) -> Any:
    """Put the reader's own in the place of the examples, and a fresh hash where a new request needs one."""
    if isinstance(value, dict):
        return {
            name: FRESH_HASH if name == _HASH else _replaced(inner, values)
            for name, inner in value.items()
            if inner is not None
        }
    if isinstance(value, list):
        return [_replaced(inner, values) for inner in value]
    return values.get(value, value) if isinstance(value, str) else value
