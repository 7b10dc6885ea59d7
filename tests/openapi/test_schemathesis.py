"""Schemathesis, every check on and through every phase, against the running server. A long run: `make schemathesis`."""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.openapi.rounds import PHASES, counted_by_status, run_round
from tests.servers import RunningServer, Tenant
from ticketsonic.app import ROUTES

EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "5"))
SEED = int(os.environ.get("SCHEMATHESIS_SEED", "9507"))
SECONDS = 180 + 4 * EXAMPLES


@pytest.fixture
def report(server: RunningServer, alice: Tenant, tmp_path: Path) -> dict[str, Any]:
    path = tmp_path / "report.json"
    return run_round(server, alice, path, examples=EXAMPLES, seed=SEED, timeout_seconds=SECONDS)


def test_it_finds_nothing_in_any_phase(report: dict[str, Any], server: RunningServer) -> None:
    assert {name: phase["status"] for name, phase in report["phases"].items()} == dict.fromkeys(PHASES, "success")
    assert report["failures"] == report["errors"] == []
    assert report["complete"] is True
    assert report["operations"]["tested"] == len(ROUTES)
    assert report["test_cases"]["errored"] == 0
    assert report["test_cases"]["generated"] > 1500
    assert counted_by_status(server).total() > 1500
