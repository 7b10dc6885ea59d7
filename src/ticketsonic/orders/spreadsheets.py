"""Rows as CSV that a spreadsheet opens right, pure: RFC 4180, UTF-8 with its mark, and no text taken for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, tzinfo

from ticketsonic.identifiers import barcode_bytes

MARK = "\N{ZERO WIDTH NO-BREAK SPACE}".encode()
"""At the start of a file: else Excel takes UTF-8 for the machine's own alphabet."""
_FORMULA = (*"=+-@\t\r\n", "\N{FULLWIDTH EQUALS SIGN}", "\N{FULLWIDTH PLUS SIGN}")
_FORMULA_TOO = ("\N{FULLWIDTH HYPHEN-MINUS}", "\N{FULLWIDTH COMMERCIAL AT}", "\N{MINUS SIGN}")


def spell_rows(rows: Iterable[Sequence[str | int | None]]) -> bytes:
    """Spell rows as lines of CSV. Texts that a spreadsheet would calculate get an apostrophe before them."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerows([_safe(value) for value in row] for row in rows)
    return written.getvalue().encode()


def _safe(value: str | int | None) -> str | int:
    if value is None:
        return ""
    if isinstance(value, str) and value.lstrip(" ").startswith((*_FORMULA, *_FORMULA_TOO)):
        return "'" + value
    return value


def spell_moment(seconds: int | None, zone: tzinfo = UTC) -> str:
    """Spell a moment as spreadsheets read it, in a time zone."""
    return "" if seconds is None else datetime.fromtimestamp(seconds, zone).strftime("%Y-%m-%d %H:%M:%S")


def spell_price(price_minor: int) -> str:
    """Spell an amount with two decimals."""
    return f"{price_minor // 100}.{price_minor % 100:02}"


def spell_barcode(barcode: int) -> str:
    """Spell a barcode in groups of four hex digits, which no spreadsheet takes for a number."""
    return barcode_bytes(barcode).hex(" ", 2)
