"""A flood of garbage leaves a server's memory where it was. With figures, and longer: `make garbage`."""

import subprocess
import sys
from pathlib import Path

from torture.garbage import PARTS, judge

CHECKOUT = Path(__file__).parents[2]


def test_memory_stays_flat_and_the_sale_goes_on() -> None:
    command = [sys.executable, "-m", "torture", "--garbage", "400", "--database", "sqlite", "--seed", "7"]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "after 4,000 more" in done.stdout
    assert "memory stays flat" in done.stdout


def test_memory_that_fills_up_and_stays_is_flat() -> None:
    filling = [90, 104, *(min(104 + 2 * part, 110) for part in range(1, PARTS + 1))]
    assert judge("sqlite", 5000, [[size << 20] for size in filling], faults=0, sold=True)


def test_memory_that_goes_on_growing_in_one_worker_is_not() -> None:
    growing = [[100 << 20, (100 + part) << 20] for part in range(PARTS + 2)]
    assert not judge("postgresql", 5000, growing, faults=0, sold=True)


def test_a_server_that_fails_or_sells_no_more_has_not_withstood_it() -> None:
    flat = [[100 << 20]] * (PARTS + 2)
    assert judge("sqlite", 5000, flat, faults=0, sold=True)
    assert not judge("sqlite", 5000, flat, faults=1, sold=True)
    assert not judge("sqlite", 5000, flat, faults=0, sold=False)
