"""One round of Schemathesis' command line against a running server, and what the server counted of it."""

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Collection
from pathlib import Path
from typing import Any

import httpx

from tests.servers import RunningServer, Tenant

CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
PHASES = frozenset({"examples", "coverage", "fuzzing", "stateful"})
CHANCE = frozenset({"fuzzing", "stateful"})
"""The phases that draw: with another seed they ask something else, where the others ask the same again."""
_COUNTED = re.compile(r'^ticketsonic_requests_total\{route="([^"]*)",status="(\d+)"\} (\S+)$', re.MULTILINE)


def run_round(
    server: RunningServer,
    tenant: Tenant,
    report_path: Path,
    *,
    examples: int,
    seed: int,
    phases: Collection[str] = PHASES,
    timeout_seconds: float,
) -> dict[str, Any]:
    """Every check on; returns its report. Raises AssertionError with what it printed where it found something."""
    given = [f"--header={name}:{value}" for name, value in tenant.credentials.items()]
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIGURATION)]
    command += ["run", f"{server.url}/openapi.json", *given, "--checks=all", f"--phases={','.join(sorted(phases))}"]
    command += [f"--max-examples={examples}", f"--seed={seed}", "--generation-database=none", "--continue-on-failure"]
    command += ["--suppress-health-check=too_slow"]  # it judges the machine, not the server
    command += ["--report=json", f"--report-json-path={report_path}", "--no-color"]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=timeout_seconds, check=False)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2000:]
    report: dict[str, Any] = json.loads(report_path.read_text())
    return report


def counted_by_status(server: RunningServer) -> Counter[str]:
    """Requests that the server has answered, by status: its own count, not Schemathesis'."""
    text = httpx.get(f"{server.url}/metrics", timeout=30).text
    counts: Counter[str] = Counter()
    for _, status, count in _COUNTED.findall(text):
        counts[status] += int(float(count))
    return counts
