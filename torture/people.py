"""Buyers, gates, and clerks who cancel: they ask, they note what they were told, and they try again as people do."""

import asyncio
from collections.abc import Sequence

from torture.journal import Journal, OrderSeen
from torture.talking import Line, Unanswered

BUYERS = 48
GATES = 8
CLERKS = 2
ORDERS_A_ROUND = 150
LOST_PAUSE_SECONDS = 0.3
BUYER_PAUSE_SECONDS = 0.2
GATE_PAUSE_SECONDS = 0.05
CLERK_PAUSE_SECONDS = 0.3
_SAME_AGAIN = 0.05
_SCAN_AGAIN = 0.2


class Crowd:
    """Everyone at once, until told to stop."""

    def __init__(self, journal: Journal, port: int, headers: dict[str, str], skus: Sequence[str]) -> None:
        self._journal = journal
        self._skus = skus
        self._stop = asyncio.Event()
        self._lines = [Line(port, headers) for _ in range(BUYERS + GATES + CLERKS)]
        self._tasks: list[asyncio.Task[None]] = []
        self._hash_number = 0

    def start(self) -> None:
        """Begin to buy, to scan and to cancel."""
        self._stop.clear()
        self._tasks = [asyncio.create_task(self._buy(line)) for line in self._lines[:BUYERS]]
        self._tasks += [asyncio.create_task(self._scan(line)) for line in self._lines[BUYERS : BUYERS + GATES]]
        self._tasks += [asyncio.create_task(self._cancel(line)) for line in self._lines[BUYERS + GATES :]]

    async def stop(self) -> None:
        """Let everyone end what they are at."""
        self._stop.set()
        await asyncio.gather(*self._tasks)

    async def _buy(self, line: Line) -> None:
        draw = self._journal.random
        while not self._stop.is_set():
            await asyncio.sleep(BUYER_PAUSE_SECONDS * draw.random())
            if len(self._journal.newly_answered) + len(self._journal.unanswered) > ORDERS_A_ROUND:
                continue  # enough for this round: each of them is checked one by one
            again = draw.random() < _SAME_AGAIN and self._journal.newly_answered
            order = draw.choice(self._journal.newly_answered) if again else self._new_order()
            await self._place(line, order)

    def _new_order(self) -> OrderSeen:
        self._hash_number += 1
        units = self._journal.random.choice((1, 1, 1, 2, 3))
        return OrderSeen(f"torture-{self._journal.random.getrandbits(64):016x}-{self._hash_number}", units)

    async def _place(self, line: Line, order: OrderSeen) -> None:
        journal, known = self._journal, order.codes is not None
        if not known:
            journal.unanswered[order.request_hash] = order
        hot, other = self._skus
        lines = [{"sku": hot, "stock": 1}]
        if order.units > 1:
            lines.insert(journal.random.randrange(2), {"sku": other, "stock": order.units - 1})
        body = {"request_hash": order.request_hash, "tickets": lines, "order_details": {"primary_text_pl": "Ada"}}
        try:
            status, answer = await line.ask("POST", "order/new", body)
        except Unanswered:
            journal.statuses["order unanswered"] += 1
            await asyncio.sleep(LOST_PAUSE_SECONDS)
            return
        journal.statuses[f"order {status} {answer.get('message', 'success')}"] += 1
        if status == 200 and known:
            journal.violate(f"order {order.request_hash} was sold twice")
        elif status == 200:
            journal.order_answered(order, [ticket["encrypted_data"] for ticket in answer["tickets"]])
        elif status == 400 and answer["message"] == "invalid stock or sku" and not known:
            journal.unanswered.pop(order.request_hash)  # refused: it did not happen
        elif status != 503 and not (known and answer.get("message") == "duplicated order"):
            journal.violate(f"order {order.request_hash}: unexpected {status} {answer}")

    async def _scan(self, line: Line) -> None:
        journal = self._journal
        while not self._stop.is_set():
            await asyncio.sleep(GATE_PAUSE_SECONDS)
            if not journal.codes:
                continue
            recent = journal.codes[-2000:]
            code = journal.random.choice(recent)
            if journal.admitted[code] and journal.random.random() > _SCAN_AGAIN:
                continue
            await scan(journal, line, code)

    async def _cancel(self, line: Line) -> None:
        journal = self._journal
        while not self._stop.is_set():
            await asyncio.sleep(CLERK_PAUSE_SECONDS * journal.random.random())
            if not journal.codes:
                continue
            code = journal.random.choice(journal.codes[-200:])
            if journal.admitted[code] or code in journal.cancelled or code in journal.cancelling:
                continue
            journal.cancelling[code] = f"cancel-{journal.random.getrandbits(64):016x}"
            await cancel(journal, line, code)


async def cancel(journal: Journal, line: Line, code: str) -> None:
    """Cancel one ticket, by the hash that was drawn for it, and note what came of it."""
    body = {"request_hash": journal.cancelling[code], "ticket_sensitive": code}
    try:
        status, answer = await line.ask("POST", "ticket/cancel", body)
    except Unanswered:
        journal.statuses["cancel unanswered"] += 1
        await asyncio.sleep(LOST_PAUSE_SECONDS)
        return
    journal.statuses[f"cancel {status} {answer.get('message', 'success')}"] += 1
    if status == 200 or answer.get("message") == "duplicated request":  # it happened, now or when no answer came
        journal.ticket_cancelled(code)
    elif status == 400 and answer["message"] == "invalid request":  # admitted by now
        journal.cancelling.pop(code)
    elif status != 503:
        journal.violate(f"cancel: unexpected {status} {answer}")


async def scan(journal: Journal, line: Line, code: str) -> None:
    """Hold one code up at a gate and note what came of it."""
    try:
        status, answer = await line.ask("POST", "ticket/validate", {"ticket_sensitive": code, "print": True})
    except Unanswered:
        journal.statuses["scan unanswered"] += 1
        journal.scans_unanswered.add(code)
        await asyncio.sleep(LOST_PAUSE_SECONDS)
        return
    journal.statuses[f"scan {status} {answer.get('reason', answer['status'])}"] += 1
    if status == 200 and answer["status"] == "success":
        journal.scan_admitted(code)
    elif status == 200 and answer.get("reason") == "already_used":
        if not journal.admitted[code] and code not in journal.scans_unanswered:
            # Another gate's answer may still be on its way: the check afterwards has the last word.
            journal.scans_unanswered.add(code)
    elif status == 200 and answer.get("reason") == "cancelled":
        if code not in journal.cancelled and code not in journal.cancelling:
            journal.violate("a ticket was refused as cancelled that nobody cancelled")
    elif status == 503:
        journal.scans_unanswered.add(code)
    else:
        journal.violate(f"scan: unexpected {status} {answer}")
