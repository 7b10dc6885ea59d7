"""Rows as CSV that a spreadsheet opens right, pure: RFC 4180, UTF-8 with its mark, and no text taken for a formula."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, tzinfo
from decimal import Decimal

from msgspec import Struct

from ticketsonic.identifiers import barcode_bytes

MARK = "\N{ZERO WIDTH NO-BREAK SPACE}".encode()
"""At the start of a file: else Excel takes UTF-8 for the machine's own alphabet."""
_SIGNS = "=+@\uff1d\uff0b\uff0d\uff20\u2212-"
_FORMULA = {
    ours: re.compile(rf"^(?=[\t\r\n])|(?:^|[{others}\t\r\n])(?=[ \t\r\n]*[{_SIGNS}])")
    for ours, others in ((",", ";"), (";", ","))
}
"""Where a spreadsheet could begin to calculate, by a file's separator: at the start of a text, and where one of another
language, which parts cells by another sign, would take a new cell to begin."""

Cell = str | int | Decimal | None


class Spelling(Struct, frozen=True):
    """How spreadsheets of a language read numbers and part cells: where 1,5 has a comma, a comma parts none."""

    separator: str = ","
    decimal: str = "."


POINT, COMMA = Spelling(), Spelling(";", ",")


def spelling_of(language: str) -> Spelling:
    """Give the spelling that spreadsheets of a language open right."""
    return POINT if language == "en" else COMMA


def spell_rows(rows: Iterable[Sequence[Cell]], spelling: Spelling = POINT) -> bytes:
    """Spell rows as lines of CSV, texts in quotes. What a spreadsheet would calculate gets an apostrophe before it."""
    written = io.StringIO(newline="")
    writer = csv.writer(
        written, delimiter=spelling.separator, lineterminator="\r\n", quoting=csv.QUOTE_NONNUMERIC, strict=True
    )
    writer.writerows([_safe(value, spelling) for value in row] for row in rows)
    return written.getvalue().encode()


def _safe(value: Cell, spelling: Spelling) -> str | int:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return str(value).replace(".", spelling.decimal)
    return _FORMULA[spelling.separator].sub(lambda found: found[0] + "'", value) if isinstance(value, str) else value


def spell_moment(seconds: int | None, zone: tzinfo = UTC) -> str:
    """Spell a moment as spreadsheets read it, in a time zone."""
    return "" if seconds is None else datetime.fromtimestamp(seconds, zone).strftime("%Y-%m-%d %H:%M:%S")


def spell_price(price_minor: int) -> Decimal:
    """Give an amount with two decimals, which the language of the file spells."""
    return Decimal(price_minor).scaleb(-2)


def spell_barcode(barcode: int) -> str:
    """Spell a barcode in groups of four hex digits, which no spreadsheet takes for a number."""
    return barcode_bytes(barcode).hex(" ", 2)
