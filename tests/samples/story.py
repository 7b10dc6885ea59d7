"""The story that every language's samples tell: an event is made, a ticket sold, and then each request is sent once."""

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from tests.servers import Tenant, fresh_hash
from ticketsonic.api import examples
from ticketsonic.api.calling import Route
from ticketsonic.app import ROUTES
from ticketsonic.developers.requests import Reader, SampleRequest, sample_request
from ticketsonic.tickets.codes import rsa

MASK = "…"
Answer = Mapping[str, Any]


@dataclass
class Story:
    """One tenant's event and order, and what the samples say of them."""

    tenant: Tenant
    values: dict[str, str] = field(default_factory=dict)

    @property
    def reader(self) -> Reader:
        return Reader(self.tenant.user_id, self.values)

    def request(self, route: Route) -> SampleRequest:
        return sample_request(route, self.tenant.url, self.reader)

    def request_of(self, operation: str) -> SampleRequest:
        return self.request(route_of(operation))

    def requests(self) -> Iterator[tuple[Route, SampleRequest]]:
        """Every request, in the order of the table."""
        return ((route, self.request(route)) for route in ROUTES)

    def prepare(self) -> None:
        """Make by plain HTTP what the samples need to be there: they can then be written all at once."""
        made = self.send("event/new")
        self.learn("event/new", made)
        for _ in range(3):
            self.sell()
        self.add_printer()
        self.reprint()

    def sell(self) -> None:
        """Place an order by plain HTTP."""
        self.learn("order/new", self.send("order/new"))

    def add_printer(self) -> None:
        """Add a print station by plain HTTP."""
        self.learn("printer/new", self.send("printer/new"))

    def reprint(self) -> None:
        """Print a badge again by plain HTTP: it waits, since no page of a station is open."""
        self.learn("ticket/reprint", self.send("ticket/reprint"))

    def send(self, operation: str) -> Answer:
        """Send a sample's request by plain HTTP; returns its answer."""
        request = self.request(route_of(operation))
        assert request.body is not None
        headers = {name.replace("-", "_"): value for name, value in request.headers}
        answer = self.tenant.post(operation, {**request.body, "request_hash": fresh_hash()}, **headers)
        assert answer.status_code == 200, answer.text
        told: Answer = answer.json()
        return told

    def learn(self, operation: str, answer: Answer) -> None:
        """Remember what later requests need of an answer: of the first order, and of two more to cancel."""
        if operation == "event/new" and examples.EVENT_ID not in self.values:
            self.values[examples.EVENT_ID] = str(answer["event_id"])
            listed = self.tenant.get("ticket/list", x_api_eventid=str(answer["event_id"])).json()
            self.values[examples.SKU] = listed["tickets"][0]["sku"]
        if operation == "printer/new":
            self.values.setdefault(examples.PRINTER_ID, str(answer["printer_id"]))
        if operation == "ticket/reprint":
            self.values.setdefault(examples.PRINT_JOB_ID, answer["print_job_id"])
        if operation == "order/new":
            code = answer["tickets"][0]["encrypted_data"]
            if examples.CODE not in self.values:
                self.values |= {
                    examples.CODE: code,
                    examples.BARCODE: self.barcode(code),
                    examples.REQUEST_HASH: answer["request_hash"],
                }
            elif examples.CANCELLED_BARCODE not in self.values:
                self.values[examples.CANCELLED_BARCODE] = self.barcode(code)
            else:
                self.values.setdefault(examples.CANCELLED_HASH, answer["request_hash"])

    def barcode(self, code: str) -> str:
        """Open a code as anyone can who has the public key."""
        der = base64.b64decode(self.tenant.get("event/list").json()["user_public_key"])
        key = load_der_public_key(der)
        assert isinstance(key, RSAPublicKey)
        return rsa.read(base64.b64decode(code), key).barcode.hex()


def route_of(operation: str) -> Route:
    return next(route for route in ROUTES if route.operation == operation)


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of an answer with its path, places in lists left out: `tickets[].sku`."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner, f"{path}[]")
    else:
        yield path, value


def masked(answer: Any, varies: list[str], path: str = "") -> Any:
    """An answer with everything masked that is another one in each run."""
    if isinstance(answer, dict):
        return {name: masked(inner, varies, f"{path}.{name}" if path else name) for name, inner in answer.items()}
    if isinstance(answer, list):
        return [masked(inner, varies, f"{path}[]") for inner in answer]
    return MASK if path in varies else answer


def assert_as_recorded(route: Route, content: bytes) -> None:
    """Hold an answer to what the pages show of it; a file to its kind."""
    if route.answer is None:
        assert content.startswith((b"%PDF-", b"\x89PNG\r\n")), content[:200]
        return
    varies = examples.RECORDED["varies"][route.operation]
    assert masked(json.loads(content), varies) == masked(examples.ANSWERS[route.operation], varies)
