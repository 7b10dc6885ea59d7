"""A short round of `make torture`: some faults of each kind, and not one broken promise."""

import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_no_fault_loses_or_doubles_a_ticket(database: str) -> None:
    command = [sys.executable, "-m", "torture", "--database", database, "--faults", "6", "--seed", "7"]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "6 faults" in done.stdout
    assert "0 violations: nothing lost" in done.stdout
