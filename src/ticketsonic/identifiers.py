"""The numbers that name things: event ids, ticket types and their SKUs, barcodes, and numbers in time's order.

An event id or SKU is drawn at random, so that neither tells how many there are (contract.md §2). Where two are
drawn alike the primary key objects and the transaction is tried again with fresh ones.
"""

import os
import random
import re
import secrets
import struct
import threading
import time

BARCODE_BYTES = 8
_SKU = re.compile(r"([1-9][0-9]{2})-([0-9]{5,6})")
_DIGITS = re.compile(r"[0-9]{1,20}")
_BARCODES = ">256q"
_drawn_barcodes: list[int] = []
os.register_at_fork(after_in_child=_drawn_barcodes.clear)  # a parent's draws are not a child's
_EPOCH_SECONDS = 1_704_067_200  # 2024-01-01, so that microseconds and 12 random bits fit 63 bits until 2095


def draw_event_id() -> int:
    """Draw an event id: 7 to 9 digits."""
    return 1_000_000 + secrets.randbelow(999_000_000)


def draw_ticket_type_id() -> int:
    """Draw a ticket type's number: 9 digits, so that a SKU and a ticket code hold it in 32 bits."""
    return 100_000_000 + secrets.randbelow(900_000_000)


def draw_barcode() -> int:
    """Draw a ticket's barcode: 64 bits from the system's CSPRNG, as the signed integer a database keeps.

    Many are drawn at once: asking the system lets go of the interpreter's lock, and while tickets are signed on other
    threads, every single draw would wait its turn to get it back.
    """
    while True:
        try:
            return _drawn_barcodes.pop()
        except IndexError:
            _drawn_barcodes.extend(struct.unpack(_BARCODES, secrets.token_bytes(struct.calcsize(_BARCODES))))


def barcode_bytes(barcode: int) -> bytes:
    """Spell a barcode as its 8 bytes, as a ticket code carries it."""
    return barcode.to_bytes(BARCODE_BYTES, "big", signed=True)


def barcode_from_bytes(raw: bytes) -> int:
    """Read a barcode from 8 bytes."""
    return int.from_bytes(raw, "big", signed=True)


def sku_of(ticket_type_id: int) -> str:
    """Spell a ticket type's number as its SKU: three digits, a dash, the rest (contract.md §2)."""
    digits = str(ticket_type_id)
    return f"{digits[:3]}-{digits[3:]}"


def ticket_type_id_of(sku: str) -> int | None:
    """Read the ticket type's number from a SKU; None where the text is none."""
    matched = _SKU.fullmatch(sku)
    return int(matched[1] + matched[2]) if matched else None


def event_id_of(text: str) -> int | None:
    """Read an event id from a header; None where it is no number that a database could hold."""
    if not _DIGITS.fullmatch(text):
        return None
    event_id = int(text)
    return event_id if event_id < 2**63 else None


class Clockwork:
    """Gives out numbers that grow with time and are not given twice: microseconds, then 12 random bits.

    Two processes may draw the same microsecond and bits; the unique index they go into has the last word. A
    clock that jumps back does not make this process repeat itself.
    """

    def __init__(self) -> None:
        self._last = 0
        self._turn = threading.Lock()  # whoever draws, in whichever thread

    def next_id(self) -> int:
        """Draw the next number, above every one this clockwork gave before."""
        microseconds = time.time_ns() // 1000 - _EPOCH_SECONDS * 1_000_000
        drawn = (microseconds << 12) | random.getrandbits(12)
        with self._turn:
            self._last = max(self._last + 1, drawn)
            return self._last


def moment_of(number: int) -> float:
    """Give the moment at which a clockwork drew a number, in unix seconds."""
    return (number >> 12) / 1e6 + _EPOCH_SECONDS


def first_number_at(seconds: float) -> int:
    """Give the least number that a clockwork could have drawn at a moment in unix seconds, or 0 before its epoch."""
    return max(0, int((seconds - _EPOCH_SECONDS) * 1_000_000) << 12)


clockwork = Clockwork()
"""The process's own."""
