"""What the people outside saw: the only witness there is of what was answered."""

import random
from collections import Counter
from dataclasses import dataclass, field


@dataclass
class OrderSeen:
    """One order as its buyer knows it. `codes` is None as long as no answer came."""

    request_hash: str
    units: int
    codes: list[str] | None = None


@dataclass
class Journal:
    """Everything that was answered, everything that was not, and every broken promise."""

    random: random.Random
    answered: dict[str, OrderSeen] = field(default_factory=dict)
    unanswered: dict[str, OrderSeen] = field(default_factory=dict)
    newly_answered: list[OrderSeen] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    admitted: Counter[str] = field(default_factory=Counter)
    scans_unanswered: set[str] = field(default_factory=set)
    cancelling: dict[str, str] = field(default_factory=dict)
    """Codes whose cancellation was asked for and not settled, with the request's hash."""
    cancelled: set[str] = field(default_factory=set)
    statuses: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)
    happened_unanswered: int = 0

    def order_answered(self, order: OrderSeen, codes: list[str]) -> None:
        """Keep an order that was answered with success."""
        order.codes = codes
        self.unanswered.pop(order.request_hash, None)
        self.answered[order.request_hash] = order
        self.newly_answered.append(order)
        self.codes.extend(codes)
        if len(codes) != order.units:
            self.violate(f"order {order.request_hash}: {order.units} units asked, {len(codes)} codes answered")

    def scan_admitted(self, code: str) -> None:
        """Keep an admission; the second of one ticket is a broken promise."""
        self.admitted[code] += 1
        if self.admitted[code] > 1:
            self.violate(f"a ticket was admitted {self.admitted[code]} times")

    def ticket_cancelled(self, code: str) -> None:
        """Keep a cancellation that was answered with success."""
        self.cancelled.add(code)
        self.cancelling.pop(code, None)

    def violate(self, what: str) -> None:
        """Keep a broken promise."""
        self.violations.append(what)
        print(f"VIOLATION {what}", flush=True)
