import re

import pytest

from tests.docs.documents import ROOT, SOURCE, prose_of

PAGE = prose_of(ROOT / "docs" / "invariants.md")
_NAMED = re.compile(r"`([\w/]+\.py)`: ((?:`\w+`(?:,\s|\sand\s)?)+)")
NAMED = [(file, name) for file, names in _NAMED.findall(PAGE) for name in re.findall(r"`(\w+)`", names)]


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_what_the_page_names_exists(file: str, name: str) -> None:
    path = ROOT / file if file.startswith("tests/") else SOURCE / file
    text = path.read_text("utf-8")
    assert re.search(rf"^\s*(?:(?:async )?def|class) {name}\b|^{name}(?:: [^=\n]+)? = ", text, re.MULTILINE)


def test_every_file_is_named_with_what_is_meant_in_it() -> None:
    assert set(re.findall(r"`([\w/]+\.py)`", PAGE)) == {file for file, _ in NAMED}


def test_every_test_that_is_named_stands_behind_its_file() -> None:
    assert set(re.findall(r"`(test_\w+)`", PAGE)) == {name for _, name in NAMED if name.startswith("test_")}


def test_every_promise_says_what_prevents_and_what_tries_it() -> None:
    promises = PAGE.split("\n## ")[1:]
    assert [promise.partition(".")[0] for promise in promises] == [str(number) for number in range(1, 10)]
    for promise in promises:
        assert "\n- " in promise
        assert re.search(r"Tried by `tests/", promise), promise.partition("\n")[0]
