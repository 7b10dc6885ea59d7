import importlib
from dataclasses import fields
from typing import Any, get_args

import msgspec
import pytest

from tests.docs.documents import ROOT, rows_of
from ticketsonic.settings import PREFIX, Settings, variable_of

PAGE = ROOT / "docs" / "limits.md"
ROWS = [row for row in rows_of(PAGE.read_text("utf-8")) if row[0] != "bound"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_bound_has_the_figure_that_the_code_has(row: list[str]) -> None:
    _, figure, where = row
    assert int(figure.replace(",", "")) == _figure_in_the_code(where.strip("`"))


def _figure_in_the_code(where: str) -> Any:
    if where.startswith(PREFIX):
        return getattr(Settings(), where.removeprefix(PREFIX).lower())
    module, _, name = where.rpartition(".")
    found = getattr(importlib.import_module(f"ticketsonic.{module}"), name)
    bounds = [extra.max_length for extra in get_args(found) if isinstance(extra, msgspec.Meta)]
    return bounds[0] if bounds else found


def test_every_setting_that_is_a_number_is_listed() -> None:
    numbers = {variable_of(item.name) for item in fields(Settings) if item.type is int} - {
        "TICKETSONIC_PORT",
        "TICKETSONIC_SMTP_PORT",
    }
    listed = {row[2].strip("`") for row in ROWS}
    assert numbers - listed == set()
