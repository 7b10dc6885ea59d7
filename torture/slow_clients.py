"""What slow clients cost the others: order/new at a constant rate, with them and without, in turns.

Many short rounds, since a machine's speed drifts within minutes, and their medians, since one round may meet somebody
else's work. The server waits 5 s for a request here and not 20: each slow client is cut and comes back four times as
often, so that a short round has all that one does in it.
"""

import asyncio
import contextlib
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psutil
from benchmarks.constant_rate import Paced, offer, order_bodies, requests_for

from torture.slow import READY
from torture.world import World, world_folder

MOST_TIMES = 2.0
"""The p99 with slow clients stays within so many times the p99 without (issue 3)."""
STOCK = 1_000_000
WARM_UP_SECONDS = 3.0
SETTLE_SECONDS = 0.5


@dataclass(frozen=True)
class Pace:
    """How long is measured, and how fast."""

    rounds: int
    round_seconds: float
    orders_per_second: float
    request_seconds: int
    """How long the server waits for a request: then it cuts a slow client."""
    coming_seconds: float
    """Within how long the slow clients come: so long as each stays they come evenly, much less is a rush."""


@dataclass(frozen=True)
class Half:
    """Half a round: what came of the orders, and how many cores who took meanwhile."""

    paced: Paced
    served_cores: float
    slow_cores: float
    others_cores: float


@contextlib.contextmanager
def slow_clients(
    port: int, headers: dict[str, str], count: int, coming_seconds: float
) -> Iterator[tuple[psutil.Process, dict[str, Any]]]:
    """Keep that many slow clients at a server; gives their process, and a dictionary of what they saw, afterwards."""
    command = [sys.executable, "-m", "torture.slow", "--port", str(port), "--clients", str(count)]
    command += ["--coming-seconds", str(coming_seconds), "--headers", json.dumps(headers)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    seen: dict[str, Any] = {}
    try:
        assert process.stdout.readline().strip() == READY
        yield psutil.Process(process.pid), seen
        process.stdin.close()
        seen.update(json.loads(process.stdout.readline()))
        process.wait(30)
    finally:
        process.kill()
        process.wait(30)
        process.stdout.close()


def measure(kind: str, clients: int, pace: Pace) -> bool:
    """Measure in turns; prints each round and a verdict, and returns whether the others hardly noticed."""
    with world_folder(kind) as (folder, _):
        world = World(kind, folder, {"TICKETSONIC_REQUEST_SECONDS": str(pace.request_seconds)})
        try:
            asyncio.run(_prepare(world))
            return _measure(world, clients, pace)
        finally:
            world.close()


async def _prepare(world: World) -> None:
    await world.prepare()
    await world.restock(STOCK)


def _measure(world: World, clients: int, pace: Pace) -> bool:
    url = f"http://127.0.0.1:{world.port}"
    account = (world.headers["X-Api-UserID"], world.headers["X-API-Key"])
    make = requests_for(*account, "/v1/order/new", order_bodies(world.skus[0]))
    offer(url, make, pace.orders_per_second, WARM_UP_SECONDS)
    without: list[Half] = []
    among: list[Half] = []
    for number in range(1, pace.rounds + 1):
        without.append(_half(world, url, make, pace, []))
        with slow_clients(world.port, world.headers, clients, pace.coming_seconds) as (process, seen):
            among.append(_half(world, url, make, pace, [process]))
        print(f"round {number}: {_spell(without[-1], among[-1])}", file=sys.stderr, flush=True)
        time.sleep(SETTLE_SECONDS)
    for name, each in seen.items():
        cut = f"cut {each['cut']} times, after {each['longest_seconds']:.1f} s at most"
        print(f"{name:16} came {each['came']} times, {cut}", file=sys.stderr)
    return judge(world.kind, clients, pace, without, among)


def _half(world: World, url: str, make: Callable[[], bytes], pace: Pace, slow: list[psutil.Process]) -> Half:
    """Offer orders, and watch who uses the machine meanwhile."""
    served = [*world.server_processes(), *(world.database_processes() if world.kind == "postgresql" else [])]
    ours = [psutil.Process()]
    began = time.monotonic()
    before = [_cpu_seconds(served), _cpu_seconds(slow), _cpu_seconds(ours), _busy_seconds()]
    paced = offer(url, make, pace.orders_per_second, pace.round_seconds)
    after = [_cpu_seconds(served), _cpu_seconds(slow), _cpu_seconds(ours), _busy_seconds()]
    took = time.monotonic() - began
    by_served, by_slow, by_ours, by_all = ((late - early) / took for early, late in zip(before, after, strict=True))
    return Half(paced, by_served, by_slow, max(0.0, by_all - by_served - by_slow - by_ours))


def _cpu_seconds(processes: list[psutil.Process]) -> float:
    total = 0.0
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system
    return total


def _busy_seconds() -> float:
    times = psutil.cpu_times()
    return float(sum(times[:-2]) - times.idle - getattr(times, "iowait", 0.0))  # the last two are within the first


def _spell(without: Half, among: Half) -> str:
    p99s, p50s, served, others = (
        f"{first:{form}} and {second:{form}}"
        for first, second, form in (
            (without.paced.p99_ms, among.paced.p99_ms, ".1f"),
            (without.paced.p50_ms, among.paced.p50_ms, ".1f"),
            (without.served_cores, among.served_cores, ".0%"),
            (without.others_cores, among.others_cores, ".0%"),
        )
    )
    return (
        f"without and among slow clients: p99 {p99s} ms, p50 {p50s} ms; of a core, server and database took {served}, "
        f"the slow clients {among.slow_cores:.1%}, who has no part in it {others}"
    )


def judge(kind: str, clients: int, pace: Pace, without: list[Half], among: list[Half]) -> bool:
    lone, crowded = (statistics.median(half.paced.p99_ms for half in each) for each in (without, among))
    failed = sum(
        half.paced.unanswered + sum(count for word, count in half.paced.answers.items() if word != "200 success")
        for half in (*without, *among)
    )
    times = crowded / lone
    held = times <= MOST_TIMES and not failed
    print(
        f"slow clients, {kind}: medians of p99 of {pace.rounds} rounds at {pace.orders_per_second:.0f} orders/s: "
        f"{lone:.1f} ms without ({_range(without)}), {crowded:.1f} ms among {clients:,} of them ({_range(among)}): "
        f"{times:.2f} times, the bar is {MOST_TIMES:.2f}; {failed} orders not sold; they took "
        f"{statistics.median(half.slow_cores for half in among):.1%} of a core: {'met' if held else 'NOT MET'}",
        flush=True,
    )
    return held


def _range(halves: list[Half]) -> str:
    each = sorted(half.paced.p99_ms for half in halves)
    return f"{each[0]:.1f} to {each[-1]:.1f}"
