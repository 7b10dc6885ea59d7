"""Schemathesis, every check on and through every phase, against the running server.

`SCHEMATHESIS_EXAMPLES=300 pytest tests/openapi` makes the round a long one, of more than 5,000 requests a database.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.servers import RunningServer, Tenant
from ticketsonic.app import ROUTES

EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "5"))
SEED = int(os.environ.get("SCHEMATHESIS_SEED", "9507"))
SECONDS = 180 + 4 * EXAMPLES
CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
PHASES = {"examples", "coverage", "fuzzing", "stateful"}


@pytest.fixture
def report(server: RunningServer, alice: Tenant, tmp_path: Path) -> dict[str, Any]:
    """One round of its command line; what it printed stands in the failure's message."""
    path = tmp_path / "report.json"
    given = [f"--header={name}:{value}" for name, value in alice.credentials.items()]
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIGURATION)]
    command += ["run", f"{server.url}/openapi.json", *given, "--checks=all", f"--phases={','.join(sorted(PHASES))}"]
    command += [f"--max-examples={EXAMPLES}", f"--seed={SEED}", "--generation-database=none", "--continue-on-failure"]
    command += ["--report=json", f"--report-json-path={path}", "--no-color"]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2000:]
    report: dict[str, Any] = json.loads(path.read_text())
    return report


def test_it_finds_nothing_in_any_phase(report: dict[str, Any]) -> None:
    assert {name: phase["status"] for name, phase in report["phases"].items()} == dict.fromkeys(PHASES, "success")
    assert report["failures"] == report["errors"] == []
    assert report["complete"] is True
    assert report["operations"]["tested"] == len(ROUTES)
    assert report["test_cases"]["errored"] == 0
    assert report["test_cases"]["generated"] > 1500
