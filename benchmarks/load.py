"""Load at full speed, from wrk: as many requests as so many connections can have answered, one after the other."""

import re
import secrets
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import msgspec

SCRIPT = Path(__file__).with_name("load.lua")
ANSWER_SECONDS = 10
"""After which wrk takes an answer for lost."""


class WrkMissing(Exception):
    """The load generator is not installed."""


class Load(msgspec.Struct, frozen=True):
    """What is asked of a server, by whom. `lines` is a file of SKUs or codes, one a line."""

    kind: str
    url: str
    user_id: str
    key: str
    lines: Path | None = None


class Answered(msgspec.Struct, frozen=True):
    """What came back: answers by "<HTTP status> <status in the JSON>"."""

    answers: dict[str, int]
    seconds: float
    p50_ms: float
    p99_ms: float
    broken: int

    @property
    def count(self) -> int:
        return sum(self.answers.values())

    @property
    def per_second(self) -> float:
        return self.count / self.seconds if self.seconds > 0 else 0.0


def wrk_path() -> str:
    """Find wrk; raises :class:`WrkMissing`."""
    path = shutil.which("wrk")
    if path is None:
        raise WrkMissing("wrk is not installed: on Debian, apt-get install wrk (needs root)")
    return path


def wrk_version() -> str:
    shown = subprocess.run([wrk_path(), "-v"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"wrk (\S+)", shown)
    return found[1] if found else "unknown"


def run(load: Load, connections: int, seconds: float) -> Answered:
    """Load a server for so long. wrk knows whole seconds only."""
    whole_seconds = max(1, round(seconds))
    command = [wrk_path(), "-t1", f"-c{connections}", f"-d{whole_seconds}s", f"--timeout={ANSWER_SECONDS}s"]
    command += ["-s", str(SCRIPT), load.url, "--", load.kind, load.user_id, load.key, secrets.token_hex(8)]
    command.append(str(load.lines) if load.lines else "-")
    done = subprocess.run(command, capture_output=True, text=True, timeout=whole_seconds + 60, check=False)
    found = re.search(r"^RESULT (\{.*\})$", done.stdout, re.MULTILINE)
    if found is None:
        raise RuntimeError(f"wrk told nothing: {done.stdout[-500:]} {done.stderr[-500:]}")
    return msgspec.json.decode(found[1], type=Answered)


def write_lines(path: Path, lines: Sequence[str]) -> Path:
    """Write what a load takes its SKUs or codes from."""
    path.write_text("".join(f"{line}\n" for line in lines))
    return path
