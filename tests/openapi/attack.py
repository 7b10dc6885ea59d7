"""Rounds of Schemathesis, each of another seed, until a server has answered so many requests."""

import sys
import tempfile
import time
from collections.abc import Collection
from pathlib import Path

from tests.openapi.rounds import CHANCE, PHASES, counted_by_status, run_round
from tests.postgresql import make_postgresql_database
from tests.servers import RunningServer

EXAMPLES = 100
ROUND_SECONDS = 3600


def attack(kind: str, seed: int, requests: int) -> bool:
    """Ask one server that many requests; prints a verdict and returns whether it kept its word."""
    began = time.monotonic()
    failed_seeds = []
    rounds = 0
    with tempfile.TemporaryDirectory(prefix="ticketsonic-schemathesis-") as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'attacked.db'}" if kind == "sqlite" else make_postgresql_database()
        with RunningServer.start(url, folder) as server:
            while (counts := counted_by_status(server)).total() < requests:
                if not _attack_once(server, folder / "report.json", seed + rounds, CHANCE if rounds else PHASES):
                    failed_seeds.append(seed + rounds)
                rounds += 1
                seconds = time.monotonic() - began
                _say(f"{kind}: {rounds} rounds, {counted_by_status(server).total():,} requests in {seconds:.0f} s")
    verdict = "no 5xx, no check failed"
    if failed_seeds:
        verdict = f"A CHECK FAILED in the rounds of seed {', '.join(map(str, failed_seeds))}"
    if any(status >= "500" for status in counts):
        verdict = "A SERVER ERROR"
    by_status = ", ".join(f"{status}: {count:,}" for status, count in sorted(counts.items()))
    _say(
        f"schemathesis, {kind}, seed {seed}: {counts.total():,} requests in {time.monotonic() - began:.0f} s and "
        f"{rounds} rounds ({by_status}): {verdict}"
    )
    return verdict.startswith("no 5xx")


def _attack_once(server: RunningServer, report: Path, seed: int, phases: Collection[str]) -> bool:
    """Make one round, with an account of its own; what it found is printed."""
    try:
        with server.new_tenant("schemathesis") as tenant:
            run_round(
                server, tenant, report, examples=EXAMPLES, seed=seed, phases=phases, timeout_seconds=ROUND_SECONDS
            )
    except AssertionError as failed:
        _say(str(failed))
        return False
    return True


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - a program for people


def attack_alone(kind: str, seed: int, requests: int) -> None:
    """Attack as a process of its own does: its verdict is its exit code."""
    sys.exit(0 if attack(kind, seed, requests) else 1)
