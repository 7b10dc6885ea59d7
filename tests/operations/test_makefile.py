"""The two commands of a newcomer, and what is pinned: `make help`, a Python that will not do, requirements/."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
REQUIREMENTS = ("run", "dev")
EVERY_REQUIREMENTS = (*REQUIREMENTS, "node")


def _make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run make as a person would, also where the suite itself runs under make: that one tells of its folders."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(
        ["make", *arguments], cwd=folder, env=clean, capture_output=True, text=True, timeout=60, check=False
    )


def test_help_lists_every_target_that_the_readers_are_told_of() -> None:
    shown = _make(CHECKOUT, "help").stdout
    for target in ("setup", "run", "test", "check", "help", "lock", "wheel", "format"):
        assert re.search(rf"^  make {target} +\w", shown, re.MULTILINE)


@pytest.fixture
def empty_folder(tmp_path: Path) -> Path:
    """What `make setup` looks at in a fresh clone."""
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(CHECKOUT / name, tmp_path)
    shutil.copytree(CHECKOUT / "requirements", tmp_path / "requirements")
    return tmp_path


def _python(folder: Path, script: str) -> str:
    """A stand-in for another machine's Python."""
    program = folder / "python"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return f"PYTHON={program}"


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (
            "echo SyntaxError >&2; exit 1",
            "TicketSonic needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 setup",
        ),
        (f'case "$2" in *ensurepip*) exit 1;; esac; exec "{sys.executable}" "$@"', "This Python has no venv module."),
    ],
    ids=["too old", "without venv"],
)
def test_a_python_that_will_not_do_is_told_in_one_line(empty_folder: Path, script: str, said: str) -> None:
    done = _make(empty_folder, "setup", _python(empty_folder, script))
    assert done.returncode != 0
    assert done.stdout.startswith(said)
    assert len(done.stdout.splitlines()) == 1
    assert not (empty_folder / ".venv").exists()


def test_no_python_at_all_is_told_the_same_way(empty_folder: Path) -> None:
    done = _make(empty_folder, "setup", "PYTHON=no-such-python")
    assert done.stdout.startswith("TicketSonic needs Python 3.11 or newer")


@pytest.mark.parametrize("name", EVERY_REQUIREMENTS)
def test_every_requirement_is_pinned_by_hash_and_without_an_address(name: str) -> None:
    text = (CHECKOUT / "requirements" / f"{name}.txt").read_text()
    assert "://" not in text
    assert not re.search(r"^\s*(-i|-f|--index|--extra|--find|--trusted)", text, re.MULTILINE)
    entries = re.split(r"\n(?=\S)", re.sub(r"^ *#.*\n?", "", text, flags=re.MULTILINE).strip())
    assert len(entries) > 10 or name == "node"
    for entry in entries:
        assert re.match(r"[a-z0-9.-]+(\[[a-z,]+\])?==[^ ]+ ", entry), entry[:80]
        assert "--hash=sha256:" in entry


def test_what_comes_from_npm_is_pinned_by_hash_and_without_an_address() -> None:
    frontend = CHECKOUT / "frontend"
    wanted = json.loads((frontend / "package.json").read_text())
    for version in (wanted["dependencies"] | wanted["devDependencies"]).values():
        assert re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+", version)
    packages = json.loads((frontend / "package-lock.json").read_text())["packages"]
    assert len(packages) > 5
    for name, package in packages.items():
        assert "resolved" not in package, name
        assert name == "" or package["integrity"].startswith("sha512-"), name


def test_what_runs_is_pinned_alike_in_both_and_holds_every_dependency() -> None:
    pinned = {
        name: dict(
            re.findall(r"^([a-z0-9.-]+)==(\S+)", (CHECKOUT / "requirements" / f"{name}.txt").read_text(), re.MULTILINE)
        )
        for name in REQUIREMENTS
    }
    assert pinned["run"].items() <= pinned["dev"].items()
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
    for wanted in project["project"]["dependencies"]:
        assert re.split(r"[\[>=<~!;]", wanted)[0] in pinned["run"]
