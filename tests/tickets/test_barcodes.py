"""Barcodes are drawn many at once, and none is drawn twice for it."""

import subprocess
import sys

from ticketsonic.identifiers import barcode_bytes, barcode_from_bytes, draw_barcode

_PARENT_AND_CHILD = """
import os
from ticketsonic.identifiers import draw_barcode
draw_barcode()  # the parent has more of them ready when it forks
child = os.fork()
if child:
    os.waitpid(child, 0)  # so that they do not write at once
print(*(draw_barcode() for _ in range(600)), flush=True)
"""


def test_none_comes_twice_and_each_is_read_back_from_its_bytes() -> None:
    drawn = [draw_barcode() for _ in range(5_000)]
    assert len(set(drawn)) == len(drawn)
    assert all(barcode_from_bytes(barcode_bytes(barcode)) == barcode for barcode in drawn)
    assert min(drawn) < -(2**62) < 2**62 < max(drawn)  # of 5,000 a quarter lies beyond either


def test_a_forked_process_draws_its_own() -> None:
    command = [sys.executable, "-c", _PARENT_AND_CHILD]
    said = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout.split()
    assert len(said) == len(set(said)) == 1_200
