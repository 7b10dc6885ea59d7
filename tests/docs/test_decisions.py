import re
import tomllib
from pathlib import Path

import pytest

from tests.docs.documents import ROOT, SOURCE, name_of

DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))


@pytest.mark.parametrize("page", DECISIONS, ids=name_of)
def test_a_decision_says_context_decision_consequences_and_alternatives(page: Path) -> None:
    text = page.read_text("utf-8")
    assert re.findall(r"^\*\*(\w+)\.\*\*", text, re.MULTILINE) == [
        "Context",
        "Decision",
        "Consequences",
        "Alternatives",
    ]
    assert text.startswith(f"# {page.name[:4]}: ")


def test_decisions_are_numbered_without_gaps() -> None:
    assert [int(page.name[:4]) for page in DECISIONS] == list(range(1, len(DECISIONS) + 1))


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    names = {re.split(r"[\[>=<]", requirement)[0] for requirement in wanted}
    reasons = (ROOT / "docs" / "decisions" / "0002-dependencies.md").read_text("utf-8")
    given = {name for row in re.findall(r"^\|(.+?)\|", reasons, re.MULTILINE) for name in re.findall(r"`(.+?)`", row)}
    assert given == names


@pytest.mark.parametrize("page", DECISIONS, ids=name_of)
def test_every_file_that_a_decision_names_exists(page: Path) -> None:
    named = set(re.findall(r"`((?:[a-z0-9_]+/)*[a-z0-9_]+\.py)`", page.read_text("utf-8")))
    missing = {file for file in named if not _is_somewhere(file)}
    assert missing == set()


def _is_somewhere(file: str) -> bool:
    if "/" not in file:
        return any(SOURCE.rglob(file))
    return (SOURCE / file).is_file() or (ROOT / file).is_file()


@pytest.mark.parametrize("page", DECISIONS, ids=name_of)
def test_every_function_that_a_decision_names_is_in_its_file(page: Path) -> None:
    named = re.findall(r"`(?:\w+\.)?(\w+)`(?:, `\w+`)* in\s+`([\w/]+\.py)`", page.read_text("utf-8"))
    missing = [f"{file}: {name}" for name, file in named if not _stands_in(name, file)]
    assert missing == []


def _stands_in(name: str, file: str) -> bool:
    text = (SOURCE / file).read_text("utf-8")
    return re.search(rf"\b(?:def|class) {name}\b|^{name}\b", text, re.MULTILINE) is not None
