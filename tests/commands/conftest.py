"""`ticketsonic …` as an operator types it."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.servers import environment_for

PROGRAM = str(Path(sys.executable).with_name("ticketsonic"))


@dataclass
class Finished:
    """What a command left behind."""

    code: int
    printed: str
    said: str

    @property
    def error(self) -> str:
        """The one line that an error is."""
        assert self.code != 0
        assert "Traceback" not in self.said, self.said
        lines = [line for line in self.said.splitlines() if not line.startswith(("Usage:", "Try ")) and line]
        assert len(lines) == 1, self.said
        return lines[0]


Run = Callable[..., Finished]


def run_program(*arguments: str, environment: dict[str, str], program: tuple[str, ...] = (PROGRAM,)) -> Finished:
    done = subprocess.run(
        [*program, *arguments], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    return Finished(done.returncode, done.stdout, done.stderr)


_ONE_PROCESS = """
import json, sys
from click.testing import CliRunner
from ticketsonic.__main__ import main
finished = []
for arguments in json.load(sys.stdin):
    done = CliRunner().invoke(main, arguments, prog_name="ticketsonic")
    fault = "" if done.exception is None or isinstance(done.exception, SystemExit) else f"Traceback {done.exception!r}"
    finished.append([done.exit_code, done.stdout, done.stderr + fault])
json.dump(finished, sys.stdout)
"""


@pytest.fixture
def run_in_turn(tmp_path: Path) -> Callable[..., list[Finished]]:
    """Run many command lines in one process, one after the other: starting Python is most of what each costs."""

    def _run(*lines: list[str]) -> list[Finished]:
        environment = environment_for(f"sqlite:///{tmp_path / 'data' / 'own.db'}", tmp_path / "data")
        done = subprocess.run(
            [sys.executable, "-c", _ONE_PROCESS],
            input=json.dumps(lines),
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return [Finished(*each) for each in json.loads(done.stdout)]

    return _run


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run `ticketsonic …` on a SQLite database of the test's own; settings are given by their short names."""

    def _run(*arguments: str, **settings: str) -> Finished:
        more = {f"TICKETSONIC_{name.upper()}": value for name, value in settings.items()}
        environment = environment_for(f"sqlite:///{tmp_path / 'data' / 'own.db'}", tmp_path / "data", **more)
        return run_program(*arguments, environment={k: v for k, v in environment.items() if v})

    return _run


def soon(happened: Callable[[], bool], seconds: float = 5) -> bool:
    """Whether it happens in time; commands take effect beside a running server within 5 s."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if happened():
            return True
        time.sleep(0.1)
    return happened()
