"""Orders, edits, admissions and refusals in any order, through the running server, against a small model."""

import json
import time
from dataclasses import dataclass, field
from typing import Any

import httpx
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.servers import RunningServer, Tenant, fresh_hash, ticket_type

FAR = 4_000_000_000
lines = st.lists(st.tuples(st.integers(0, 4), st.integers(1, 4)), min_size=1, max_size=4)
"""(place of the SKU: ours, then another tenant's, then nobody's; units)"""
names = st.integers(0, 5)
keys = st.none() | st.integers(0, 2)


@dataclass
class Type:
    sku: str
    stock: int
    price: int
    start: int | None = None


@dataclass
class Ticket:
    code: str
    type: Type
    price: int
    valid_from: int | None
    used: bool = False


@dataclass
class Model:
    types: list[Type] = field(default_factory=list)
    tickets: list[Ticket] = field(default_factory=list)
    orders: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    edits: set[str] = field(default_factory=set)
    answered: dict[tuple[str, str], tuple[str, bytes]] = field(default_factory=dict)
    """(operation, Idempotency-Key) to the body and the answer."""


class Selling(RuleBasedStateMachine):
    def __init__(self, alice: Tenant, bob: Tenant) -> None:
        super().__init__()
        self.alice, self.bob, self.model, self.run = alice, bob, Model(), fresh_hash()

    @initialize(stocks=st.lists(st.integers(0, 9), min_size=3, max_size=3))
    def begin(self, stocks: list[int]) -> None:
        self.event_id, skus = self.alice.event(*({"stock": stock, "price": 5} for stock in stocks))
        skus = [t["sku"] for t in self.listed()]
        self.model.types = [Type(sku, stock, 5) for sku, stock in zip(skus, stocks, strict=True)]
        _, (self.foreign,) = self.bob.event()

    def listed(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.alice.get("ticket/list", x_api_eventid=str(self.event_id)).json()["tickets"]
        return found

    def post(self, operation: str, body: dict[str, Any], key: int | None, **headers: str) -> httpx.Response | None:
        """Send; where the Idempotency-Key was used before, check that answer and give None."""
        given = {} if key is None else {"idempotency_key": f"{self.run} {key}"}
        answer = self.alice.post(operation, body, **headers, **given)
        if key is None:
            return answer
        name = (operation, given["idempotency_key"])
        asked = json.dumps([body, headers])
        if earlier := self.model.answered.get(name):
            if earlier[0] == asked:
                assert (answer.status_code, answer.content) == (200, earlier[1])
                assert answer.headers["idempotent-replayed"] == "true"
            else:
                assert (answer.status_code, answer.json()["message"]) == (400, "duplicated request")
            return None
        if answer.json()["status"] == "success":
            self.model.answered[name] = (asked, answer.content)
        return answer

    @rule(lines=lines, name=names, key=keys)
    def order(self, lines: list[tuple[int, int]], name: int, key: int | None) -> None:
        skus = [*(t.sku for t in self.model.types[:3]), self.foreign, "999-00001"]
        request_hash = f"{self.run} {name}"
        asked = [{"sku": skus[place], "stock": units} for place, units in lines]
        answer = self.post("order/new", {"request_hash": request_hash, "tickets": asked}, key)
        if answer is None:
            return
        if request_hash in self.model.orders:
            assert (answer.status_code, answer.json()["message"]) == (400, "duplicated order")
            return
        refused, wanted = [], [0, 0, 0]
        for index, (place, units) in enumerate(lines):
            if place >= 3:
                refused.append(f"tickets[{index}].sku")
                continue
            wanted[place] += units
            if wanted[place] > self.model.types[place].stock:
                refused.append(f"tickets[{index}].stock")
        if refused:
            assert (answer.status_code, answer.json()["message"]) == (400, "invalid stock or sku")
            assert [error["field"] for error in answer.json()["errors"]] == refused
            return
        sold = answer.json()["tickets"]
        assert [ticket["sku"] for ticket in sold] == [skus[place] for place, units in lines for _ in range(units)]
        self.model.orders[request_hash] = sold
        by_sku = {found.sku: found for found in self.model.types}
        for ticket in sold:
            found = by_sku[ticket["sku"]]
            found.stock -= 1
            self.model.tickets.append(Ticket(ticket["encrypted_data"], found, found.price, found.start))

    @rule(name=names)
    def show(self, name: int) -> None:
        answer = self.alice.get("order/show", x_api_requesthash=f"{self.run} {name}")
        sold = self.model.orders.get(f"{self.run} {name}")
        assert answer.status_code == (200 if sold else 400)
        assert not sold or answer.json()["tickets"] == sold

    @rule(place=st.integers(0, 2), name=names, key=keys, stock=st.none() | st.integers(0, 9),
          price=st.none() | st.integers(1, 9), start=st.none() | st.sampled_from([1_000_000_000, FAR]))  # fmt: skip
    def edit(
        self, *, place: int, name: int, key: int | None, stock: int | None, price: int | None, start: int | None
    ) -> None:
        given = {"stock": stock, "price": price, "start_datetime": start}
        changes = {field: value for field, value in given.items() if value is not None}
        found, request_hash = self.model.types[place], f"{self.run} {name}"
        answer = self.post("ticket/edit", {"request_hash": request_hash, **changes}, key, x_api_sku=found.sku)
        if answer is None:
            return
        if request_hash in self.model.edits:
            assert answer.json()["message"] == "duplicated request"
            return
        assert answer.status_code == 200
        self.model.edits.add(request_hash)
        found.stock = found.stock if stock is None else stock
        found.price = found.price if price is None else price
        found.start = found.start if start is None else start

    @rule(code=st.sampled_from(["rsa", "ed25519"]))
    def choose_code(self, code: str) -> None:
        body = {"request_hash": fresh_hash(), "ticket_code": code}
        assert self.alice.post("event/edit", body, x_api_eventid=str(self.event_id)).status_code == 200

    @rule()
    def edit_a_foreign_type(self) -> None:
        answer = self.alice.post("ticket/edit", {"request_hash": fresh_hash(), "stock": 0}, x_api_sku=self.foreign)
        assert answer.json()["message"] == "ticket ownership verification failure"

    @rule()
    def add_to_a_foreign_event(self) -> None:
        body = {"request_hash": fresh_hash(), **ticket_type()}
        assert self.bob.post("ticket/new", body, x_api_eventid=str(self.event_id)).status_code == 400

    @precondition(lambda self: self.model.tickets)
    @rule(place=st.integers(0, 1000), key=keys)
    def admit(self, place: int, key: int | None) -> None:
        ticket = self.model.tickets[place % len(self.model.tickets)]
        answer = self.post("ticket/validate", {"ticket_sensitive": ticket.code}, key)
        if answer is None:
            return
        body = answer.json()
        if ticket.used:
            assert body["reason"] == "already_used"
        elif ticket.valid_from and ticket.valid_from > time.time():
            assert body["reason"] == "not_yet_valid"
        else:
            assert body["status"] == "success"
            assert body["message"] == {"event_id": self.event_id, "price": ticket.price}
            ticket.used = True

    @precondition(lambda self: self.model.tickets)
    @rule(place=st.integers(0, 1000))
    def another_tenant_scans(self, place: int) -> None:
        ticket = self.model.tickets[place % len(self.model.tickets)]
        assert self.bob.validate(ticket.code).json()["message"] == "invalid sensitive"

    @invariant()
    def what_is_listed_is_what_is_left(self) -> None:
        if self.model.types:
            listed = {t["sku"]: (t["stock"], t["price"], t["start_datetime"]) for t in self.listed()}
            assert listed == {t.sku: (t.stock, f"{t.price}.00", t.start) for t in self.model.types}


def test_the_server_does_what_the_model_does(server: RunningServer, alice: Tenant, bob: Tenant) -> None:
    run_state_machine_as_test(
        lambda: Selling(alice, bob), settings=settings(max_examples=12, stateful_step_count=25, deadline=None)
    )
