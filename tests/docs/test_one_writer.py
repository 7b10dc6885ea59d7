"""Promises 1 and 3 rest on who writes: docs/invariants.md, docs/decisions/0004-hot-tables.md."""

import re

import pytest

from tests.docs.documents import SOURCE

_DIALECTS = {"database/sqlite.py", "database/postgresql_statements.py"}
WRITERS = {
    ("insert", "stocks"): {"events/stock.py"},
    ("update", "stocks"): {"events/stock.py"} | _DIALECTS,
    ("insert", "orders"): _DIALECTS,
    ("update", "orders"): set(),
    ("insert", "tickets"): _DIALECTS,
    ("update", "tickets"): {"orders/cancelling.py"} | _DIALECTS,
}
KEPT_FOR_EVER = ("accounts", "api_keys", "signing_keys", "events", "ticket_types", "stocks", "orders", "tickets")


def _files_with(pattern: str) -> set[str]:
    found = re.compile(pattern, re.IGNORECASE)
    return {
        str(path.relative_to(SOURCE))
        for path in SOURCE.rglob("*.py")
        if "migrations" not in path.parts and found.search(path.read_text("utf-8"))
    }


@pytest.mark.parametrize(("verb", "table"), WRITERS)
def test_only_these_files_write_a_hot_table(verb: str, table: str) -> None:
    spelled_out = rf"\b{verb}(?: into)? {table}\b"
    through_core = rf"\b{verb}\((?:schema\.)?{table}\)"
    assert _files_with(f"{spelled_out}|{through_core}") == WRITERS[verb, table]


@pytest.mark.parametrize("table", KEPT_FOR_EVER)
def test_nothing_deletes_what_is_kept_for_ever(table: str) -> None:
    assert _files_with(rf"\bdelete from {table}\b|\bdelete\((?:schema\.)?{table}\)") == set()


def test_nothing_takes_an_admission_back() -> None:
    assert _files_with(r"admitted_at\s*=\s*(?:NULL|None)") == set()
