"""A wall clock that a file moves: Python loads this by its name at the start of each server process of the torture.

It is the clock as our code reads it that jumps, forwards or back, and the database's does not: as where the two are on
two machines and one was set wrong. The machine's own clock belongs to others, and a library under the C library's
calls (libfaketime) stalled whole servers.
"""

import contextlib
import os
import time
from pathlib import Path

LOOK_AGAIN_SECONDS = 0.1
_file = Path(os.environ["TORTURE_CLOCK"])
_real_seconds, _real_nanoseconds = time.time, time.time_ns
_offset_seconds = 0
_looked_at = float("-inf")


def _offset() -> int:
    global _offset_seconds, _looked_at  # noqa: PLW0603 - a clock is one for its process
    now = time.monotonic()
    if now - _looked_at >= LOOK_AGAIN_SECONDS:
        _looked_at = now
        with contextlib.suppress(OSError, ValueError):  # being written, or the disk is full
            _offset_seconds = int(_file.read_text())
    return _offset_seconds


def _time() -> float:
    return _real_seconds() + _offset()


def _time_ns() -> int:
    return _real_nanoseconds() + _offset() * 1_000_000_000


time.time, time.time_ns = _time, _time_ns
