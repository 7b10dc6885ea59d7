"""A flood of garbage leaves a server's memory where it was. With figures, and longer: `make garbage`."""

import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]


def test_memory_stays_flat_and_the_sale_goes_on() -> None:
    command = [sys.executable, "-m", "torture", "--garbage", "400", "--database", "sqlite", "--seed", "7"]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "after 4,000 more" in done.stdout
    assert "memory stays flat" in done.stdout
