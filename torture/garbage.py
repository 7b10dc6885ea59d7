"""A flood of garbage, and what it does to a server's memory: nothing that grows with it.

After a warm-up the flood comes in equal parts, and each worker's resident memory is looked at after each of them. What
fills up does so in the first half: the allocator's slack, code that is loaded once, failed sign-ins of the last
minute. In the second half nothing may grow any more.
"""

import asyncio
import base64
import itertools
import random
import sys
from collections.abc import Iterator

from torture.talking import Line, Unanswered
from torture.world import World, world_folder

SENDERS = 32
PARTS = 10
"""Each as large as the warm-up before them."""
MOST_GROWTH_BYTES = 24 << 20
"""What all parts may add: an allocator's slack, and caches that are bounded and not yet full."""
MOST_LATE_GROWTH = 0.02
"""What the second half of the parts may add to a worker, as a share of what it had."""
FORGED_BYTES = 128
LARGE_BYTES = 200_000
TOO_LARGE_BYTES = 1_100_000

Garbage = tuple[str, str, dict[str, str], bytes]
"""Method, path, headers beside the account's own (or instead), body."""


def kinds_of_garbage(world: World, draw: random.Random) -> Iterator[Garbage]:
    """Draw garbage for ever: each kind in turn, each time with new names, keys, paths and codes."""
    mine, sku = world.headers, world.skus[0]

    def new() -> str:
        return f"{draw.getrandbits(128):032x}"

    while True:
        yield "POST", "/v1/order/new", mine, b'{"request_hash": "' + new().encode() + b'", "tickets": ['
        yield "POST", "/v1/order/new", mine, b"[" * 100_000
        yield "POST", "/v1/order/new", mine, b'{"' + new().encode() + b'": 1e999}'
        yield "POST", "/v1/order/new", mine, _order(new(), f"{draw.randrange(1000):03}-{draw.randrange(10**9)}")
        yield "POST", "/v1/order/new", mine, _order(new(), sku, 2_000_000_000)
        yield "POST", "/v1/order/new", mine, _order(new(), sku) + b" " * LARGE_BYTES + b"]"
        yield "POST", "/v1/order/new", mine, bytes(TOO_LARGE_BYTES)
        yield "POST", "/v1/order/new", mine | {"X-API-Key": new()}, b"{}"
        yield "POST", "/v1/order/new", mine | {"X-Api-UserID": f"{new()}@example.com"}, b"{}"
        yield "POST", "/v1/order/new", mine | {"X-Api-UserID": new() + "a" * 30_000}, b"{}"
        yield "GET", "/v1/health", mine | {f"X-{new()}": "a" * 30_000}, b""
        yield "GET", "/v1/health", mine | {f"X-{new()}": "a" * 40_000}, b""
        yield "GET", f"/v1/{new()}/{new()}", mine, b""
        yield "GET", f"/{new()}", {}, b""
        yield new()[:12].upper(), "/v1/order/new", mine, b""
        yield "GET", f"/v1/order/show?request_hash={new()}", mine, b""
        yield "GET", "/v1/ticket/list", mine | {"X-API-EventID": str(draw.randrange(10**18))}, b""
        yield "POST", "/v1/ticket/edit", mine | {"X-API-SKU": new(), "Idempotency-Key": new()}, b"{}"
        yield "POST", "/v1/ticket/validate", mine, _scan(base64.b64encode(draw.randbytes(FORGED_BYTES)))
        yield "POST", "/v1/ticket/validate", mine, _scan(base64.b64encode(draw.randbytes(95)))
        yield "POST", "/v1/ticket/validate", mine, _scan(new().encode() * 4000)
        yield "OPTIONS", "/v1/order/new", {"Origin": f"https://{new()}.example"}, b""


def _order(request_hash: str, sku: str, units: int = 1) -> bytes:
    return f'{{"request_hash": "{request_hash}", "tickets": [{{"sku": "{sku}", "stock": {units}}}]}}'.encode()


def _scan(code: bytes) -> bytes:
    return b'{"ticket_sensitive": "' + code + b'"}'


async def flood(world: World, count: int, seed: int) -> tuple[dict[str, int], int]:
    """Send that much garbage; returns the answers by status, and how much was not answered."""
    garbage = itertools.islice(kinds_of_garbage(world, random.Random(seed)), count)
    statuses: dict[str, int] = {}
    unanswered = 0

    async def send() -> None:
        nonlocal unanswered
        line = Line(world.port, {})
        for method, path, headers, body in garbage:
            try:
                status = await line.send(method, path, headers, body)
            except Unanswered:
                unanswered += 1
                continue
            statuses[str(status)] = statuses.get(str(status), 0) + 1
        line.hang_up()

    await asyncio.gather(*(send() for _ in range(SENDERS)))
    return statuses, unanswered


def resident_bytes(world: World) -> list[int]:
    """What each serving process holds in memory."""
    return [process.memory_info().rss for process in world.serving_processes()]


async def measure_memory(kind: str, count: int, seed: int) -> bool:
    """Flood a server, then ten times as much; prints figures and a verdict, and returns whether memory stayed flat."""
    statuses: dict[str, int] = {}
    unanswered = 0
    with world_folder(kind) as (folder, _):
        world = World(kind, folder)
        try:
            await world.prepare()
            series = [resident_bytes(world)]
            for part in range(1 + PARTS):
                more, lost = await flood(world, count, seed + part)
                statuses = {status: statuses.get(status, 0) + more.get(status, 0) for status in {*statuses, *more}}
                unanswered += lost
                series.append(resident_bytes(world))
                words = f"{kind}: {(part + 1) * count:,} sent, {_megabytes(series[-1])} MB"
                print(words, file=sys.stderr, flush=True)
            sold = await _sells(world)
        finally:
            world.close()
    by_status = ", ".join(f"{status}: {number:,}" for status, number in sorted(statuses.items()))
    print(f"{kind}, seed {seed}: answers {by_status}; {unanswered} not answered", file=sys.stderr)
    faults = sum(number for status, number in statuses.items() if status >= "500")
    return judge(kind, count, series, faults=faults, sold=sold)


def judge(kind: str, count: int, series: list[list[int]], *, faults: int, sold: bool) -> bool:
    """Print the verdict on what each worker held: at the start, after the warm-up and after each part."""
    start, warm, middle, end = series[0], series[1], series[1 + PARTS // 2], series[-1]
    growth = max((late - early for early, late in zip(warm, end, strict=True)), default=0)
    late_growth = max((late / early - 1 for early, late in zip(middle, end, strict=True)), default=0.0)
    held = growth <= MOST_GROWTH_BYTES and late_growth <= MOST_LATE_GROWTH and sold and not faults
    print(
        f"garbage, {kind}: a worker held {_megabytes(start)} MB at the start, {_megabytes(warm)} after {count:,} "
        f"requests, {_megabytes(middle)} after {PARTS // 2 * count:,} more, {_megabytes(end)} after "
        f"{PARTS * count:,} more; the second half added {late_growth:+.1%}, the bar is {MOST_LATE_GROWTH:.0%}; "
        f"{faults} faults: {'memory stays flat' if held else 'MEMORY GROWS, OR SALES STOPPED'}",
        flush=True,
    )
    return held


def _megabytes(workers: list[int]) -> str:
    return " and ".join(f"{each / 1e6:.1f}" for each in workers)


async def _sells(world: World) -> bool:
    """Whether an order goes through after all of it."""
    line = Line(world.port, world.headers)
    body = {"request_hash": "after the flood", "tickets": [{"sku": world.skus[0], "stock": 1}]}
    status, _ = await line.ask("POST", "order/new", body)
    line.hang_up()
    return status == 200
