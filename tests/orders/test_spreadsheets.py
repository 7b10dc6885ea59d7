"""A file for a spreadsheet: cells parted and numbers spelled as its language does, and no text that is calculated."""

import csv
import io
from decimal import Decimal

import pytest

from tests.portal.conftest import on_one_database
from tests.portal.visitors import signed_in
from tests.servers import RunningServer, Tenant
from ticketsonic.orders.spreadsheets import Spelling, spell_price, spell_rows, spelling_of


def _read(spelled: bytes, separator: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(spelled.decode(), newline=""), delimiter=separator))


@pytest.mark.parametrize(
    ("language", "line"),
    [("en", '"Ana, Eva",2,"1250.50",""'), ("bg", '"Ana, Eva";2;"1250,50";""'), ("es", '"Ana, Eva";2;"1250,50";""')],
)
def test_cells_and_amounts_are_spelled_as_the_language_s_spreadsheets_read_them(language: str, line: str) -> None:
    assert spell_rows([("Ana, Eva", 2, spell_price(125050), None)], spelling_of(language)) == f"{line}\r\n".encode()
    assert spell_price(5) == Decimal("0.05")


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "  =1",
        "\uff1d1",
        "\u22121",
        "x;=1;y",
        "x; =1",
        "x\t+1",
        "a\r\n=1",
    ],
)
@pytest.mark.parametrize("language", ["en", "bg"])
def test_no_text_begins_a_formula_also_where_cells_are_parted_by_something_else(text: str, language: str) -> None:
    if language == "bg":
        text = text.replace(";", ",")
    spelled = spell_rows([("before", text, "behind")], spelling_of(language))
    for separator in ",;\t":
        cells = [cell.strip(' "\r\n\t') for row in _read(spelled, separator) for cell in row]
        assert [cell for cell in cells if cell[:1] in set("=+-@\uff1d\u2212")] == [], (separator, spelled)


@pytest.mark.parametrize("text", ["Ana; Eva", "O'Hara", "half-time = 45", "12-14", "a\nb", '"quoted"', ""])
@pytest.mark.parametrize("spelling", [Spelling(), Spelling(";", ",")])
def test_every_other_text_stays_as_it_is(text: str, spelling: Spelling) -> None:
    assert _read(spell_rows([(text, "behind")], spelling), spelling.separator) == [[text, "behind"]]


@on_one_database
def test_the_file_is_spelled_for_who_reads_the_page(server: RunningServer, alice: Tenant) -> None:
    _, (sku,) = alice.event({"price": "20.50"})
    alice.codes((sku, 1))
    organiser = signed_in(server, alice.user_id)
    english, bulgarian = (
        organiser.get(f"/account/exports/tickets.csv?locale={language}").content.decode("utf-8-sig").splitlines()
        for language in ("en", "bg")
    )
    assert english[0].replace('","', '";"') == bulgarian[0]
    assert ',"20.50","EUR",' in english[1]
    assert ';"20,50";"EUR";' in bulgarian[1]
