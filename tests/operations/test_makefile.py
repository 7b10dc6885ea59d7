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


def _make(folder: Path, *arguments: str, path: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run make as a person would, also where the suite itself runs under make: that one tells of its folders."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    clean |= {"PATH": path} if path else {}
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


def _python(folder: Path, script: str, name: str = "python") -> Path:
    """A stand-in for another machine's Python."""
    program = folder / name
    program.parent.mkdir(exist_ok=True)
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return program


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
    # Nor does the PATH's have a pip, which could fill an environment for it.
    path = f"{_python(empty_folder, 'exit 1', 'bin/python3').parent}:{os.environ['PATH']}"
    done = _make(empty_folder, "setup", f"PYTHON={_python(empty_folder, script)}", path=path)
    assert done.returncode != 0
    assert done.stdout.startswith(said)
    assert len(done.stdout.splitlines()) == 1
    assert not (empty_folder / ".venv").exists()


def test_a_pip_that_could_fill_an_environment_does_not_make_one(empty_folder: Path) -> None:
    path = f"{_python(empty_folder, 'exit 0', 'bin/python3').parent}:{os.environ['PATH']}"
    bare = _python(empty_folder, f'case "$2" in *venv*|*ensurepip*) exit 1;; esac; exec "{sys.executable}" "$@"')
    done = _make(empty_folder, "setup", f"PYTHON={bare}", path=path)
    assert done.returncode != 0
    assert done.stdout.startswith("This Python has no venv module.")


def test_no_python_at_all_is_told_the_same_way(empty_folder: Path) -> None:
    done = _make(empty_folder, "setup", "PYTHON=no-such-python")
    assert done.stdout.startswith("TicketSonic needs Python 3.11 or newer")


WILL_DO = "exit 0"
IS_SLOW = 'case "$2" in *optimizations*) exit 1;; esac'
IS_OLD = 'case "$2" in *version*) exit 1;; esac'


@pytest.mark.parametrize(
    ("on_the_path", "the_systems", "taken"),
    [
        (WILL_DO, WILL_DO, "python3"),
        (IS_SLOW, WILL_DO, "system"),
        (IS_OLD, WILL_DO, "system"),
        (IS_SLOW, IS_OLD, "python3"),
        (IS_OLD, IS_OLD, "python3"),  # which `make setup` then says is too old
        ("exit 1", 'case "$2" in *ensurepip*) exit 1;; esac', "python3"),  # nor has any of them a pip
    ],
)
def test_the_fastest_python_that_will_do_is_taken(
    empty_folder: Path, on_the_path: str, the_systems: str, taken: str
) -> None:
    path = f"{_python(empty_folder, on_the_path, 'bin/python3').parent}:{os.environ['PATH']}"
    system = _python(empty_folder, the_systems, "system")
    command = [empty_folder / "requirements" / "find-python", system]
    found = subprocess.run(
        command, env=os.environ | {"PATH": path}, capture_output=True, text=True, check=True, timeout=60
    )
    assert found.stdout == f"{system if taken == 'system' else taken}\n"


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
