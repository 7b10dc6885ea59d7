"""What slow clients cost the others: order/new at a constant rate, with them and without, in turns."""

import asyncio
import contextlib
import json
import statistics
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from benchmarks.constant_rate import Paced, offer, order_bodies, requests_for

from torture.slow import READY
from torture.world import World, world_folder

MOST_TIMES = 2.0
"""The p99 with slow clients stays within so many times the p99 without (issue 3)."""
STOCK = 1_000_000
WARM_UP_SECONDS = 3.0


@contextlib.contextmanager
def slow_clients(port: int, headers: dict[str, str], count: int) -> Iterator[dict[str, Any]]:
    """Keep that many slow clients at a server; what they saw is in the dictionary afterwards."""
    command = [sys.executable, "-m", "torture.slow", "--port", str(port), "--clients", str(count)]
    process = subprocess.Popen(
        [*command, "--headers", json.dumps(headers)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    seen: dict[str, Any] = {}
    try:
        assert process.stdout.readline().strip() == READY
        yield seen
        process.stdin.close()
        seen.update(json.loads(process.stdout.readline()))
        process.wait(30)
    finally:
        process.kill()
        process.wait(30)
        process.stdout.close()


def measure(kind: str, clients: int, rounds: int, seconds: float, per_second: float) -> bool:
    """Measure in turns; prints each round and a verdict, and returns whether the others hardly noticed."""
    with world_folder(kind) as (folder, _):
        world = World(kind, folder)
        try:
            asyncio.run(_prepare(world))
            return _measure(world, clients, rounds, seconds, per_second)
        finally:
            world.close()


async def _prepare(world: World) -> None:
    await world.prepare()
    await world.restock(STOCK)


def _measure(world: World, clients: int, rounds: int, seconds: float, per_second: float) -> bool:
    url = f"http://127.0.0.1:{world.port}"
    account = (world.headers["X-Api-UserID"], world.headers["X-API-Key"])
    make = requests_for(*account, "/v1/order/new", order_bodies(world.skus[0]))
    offer(url, make, per_second, WARM_UP_SECONDS)
    without: list[Paced] = []
    among: list[Paced] = []
    for number in range(1, rounds + 1):
        without.append(offer(url, make, per_second, seconds))
        with slow_clients(world.port, world.headers, clients) as seen:
            among.append(offer(url, make, per_second, seconds))
        print(
            f"round {number}: p99 {without[-1].p99_ms:.1f} ms without, {among[-1].p99_ms:.1f} ms among {clients} "
            f"slow clients (p50 {without[-1].p50_ms:.1f} and {among[-1].p50_ms:.1f} ms)",
            file=sys.stderr,
            flush=True,
        )
    for kind, each in seen.items():
        cut = f"cut {each['cut']} times, after {each['longest_seconds']:.1f} s at most"
        print(f"{kind:16} came {each['came']} times, {cut}")
    return _judge(world.kind, clients, per_second, without, among)


def _judge(kind: str, clients: int, per_second: float, without: list[Paced], among: list[Paced]) -> bool:
    lone, crowded = (statistics.median(paced.p99_ms for paced in each) for each in (without, among))
    failed = sum(
        paced.unanswered + sum(count for word, count in paced.answers.items() if word != "200 success")
        for paced in (*without, *among)
    )
    times = crowded / lone
    held = times <= MOST_TIMES and not failed
    print(
        f"slow clients, {kind}: {len(among)} rounds at {per_second:.0f} orders/s; p99 {lone:.1f} ms without and "
        f"{crowded:.1f} ms with {clients} of them, {times:.2f} times; {failed} orders not sold: "
        f"{'the others hardly notice' if held else 'THE OTHERS NOTICE'}"
    )
    return held
