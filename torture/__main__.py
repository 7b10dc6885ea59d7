"""`python -m torture`: fault after fault under a sale, checks after each, one line of verdict."""

import argparse
import asyncio
import math
import os
import random
import sys
import time
from collections import Counter

from torture.checks import check_all
from torture.faults import Fault, faults_for
from torture.garbage import measure_memory
from torture.journal import Journal
from torture.people import Crowd
from torture.proxy import Proxy
from torture.slow_clients import Pace, measure
from torture.talking import Line
from torture.world import World, world_folder

LOW_STOCK_EVERY = 3


async def torture(kind: str, seed: int, faults: int, seconds: float | None) -> bool:
    """Torture one kind of database; prints the verdict and returns whether every promise held."""
    with world_folder(kind) as (folder, small_disk):
        world = World(kind, folder)
        journal = Journal(random.Random(seed))
        done: Counter[str] = Counter()
        try:
            await world.prepare()
            await _run(world, journal, done, small_disk=small_disk, faults=faults, seconds=seconds)
        except AssertionError as error:
            journal.violate(str(error))
        finally:
            world.close()
        if journal.violations:
            log = (folder / "server.log").read_text(errors="replace")
            print(log[-4000:], file=sys.stderr)
    print(_verdict(kind, seed, journal, done))
    return not journal.violations


async def _run(
    world: World, journal: Journal, done: Counter[str], *, small_disk: bool, faults: int, seconds: float | None
) -> None:
    draw = random.Random(journal.random.random())
    possible = faults_for(world, small_disk=small_disk)
    proxy = Proxy()
    proxy.target_port = world.port
    await proxy.start()
    crowd = Crowd(journal, proxy.port, world.headers, world.skus)
    end = math.inf if seconds is None else time.monotonic() + seconds
    order: list[Fault] = []
    while sum(done.values()) < faults and time.monotonic() < end and not journal.violations:
        if not order:  # every fault once, in random order, before any comes again
            order = draw.sample(possible, len(possible))
        fault = order.pop()
        began = time.monotonic()
        crowd.start()
        await asyncio.sleep(draw.uniform(0.2, 0.6))
        try:
            await fault(world, proxy, draw)
            await asyncio.sleep(0.1)
            await crowd.stop()
            await world.wait_until_healthy()
        except AssertionError as error:
            raise AssertionError(f"{fault.__name__}, fault {sum(done.values()) + 1}: {error}") from error
        recovered = time.monotonic()
        line = Line(world.port, world.headers)
        await check_all(journal, line, world.database_url)
        line.hang_up()
        done[fault.__name__] += 1
        low = sum(done.values()) % LOW_STOCK_EVERY == 0
        await world.restock(30 if low else 3000)
        count = sum(done.values())
        print(
            f"{world.kind:10} {count:4} {fault.__name__:20} {recovered - began:5.1f} s, "
            f"checked in {time.monotonic() - recovered:4.1f} s, {len(journal.answered)} orders",
            file=sys.stderr,
            flush=True,
        )
    await proxy.stop()


async def _torture_at_once(kinds: list[str], seed: int, faults: int, seconds: float | None) -> list[bool]:
    """Torture all at once: most of the time goes to waiting for what was killed."""
    return await asyncio.gather(*(torture(kind, seed, faults, seconds) for kind in kinds))


def _verdict(kind: str, seed: int, journal: Journal, done: Counter[str]) -> str:
    each = ", ".join(f"{name} {count}" for name, count in sorted(done.items()))
    statuses = ", ".join(f"{name}: {count}" for name, count in sorted(journal.statuses.items()))
    verdict = "nothing lost" if not journal.violations else "PROMISES BROKEN"
    return (
        f"{each}\n{statuses}\n"
        f"{kind}, seed {seed}: {sum(done.values())} faults, {len(journal.answered)} orders "
        f"({journal.happened_unanswered} of them unanswered at first), {sum(journal.admitted.values())} admissions, "
        f"{len(journal.cancelled)} cancellations, "
        f"{len(journal.violations)} violations: {verdict}"
    )


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(prog="make torture", description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--faults", type=int, default=300, help="faults on each database (default: 300)")
    parser.add_argument("--seconds", type=float, default=None, help="stop after so long (default: no end)")
    parser.add_argument("--seed", type=int, default=None, help="repeat a run's order of faults and moments")
    parser.add_argument("--slow-clients", type=int, default=0, help="no faults: so many slow clients beside the buyers")
    parser.add_argument("--rounds", type=int, default=7, help="with and without slow clients (default: 7)")
    parser.add_argument("--round-seconds", type=float, default=7, help="of each half of a round (default: 7)")
    parser.add_argument("--rate", type=float, default=300, help="orders a second beside slow clients (default: 300)")
    parser.add_argument("--request-seconds", type=int, default=5, help="until slow clients are cut (default: 5)")
    parser.add_argument("--coming-seconds", type=float, default=5, help="until slow clients are there (default: 5)")
    parser.add_argument("--garbage", type=int, default=0, help="no faults: so many requests of garbage, then ten times")
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else int.from_bytes(os.urandom(4))
    kinds = ["sqlite", "postgresql"] if options.database == "both" else [options.database]
    if options.garbage:
        held = [asyncio.run(measure_memory(kind, options.garbage, seed)) for kind in kinds]
    elif options.slow_clients:
        lengths = (options.request_seconds, options.coming_seconds)
        pace = Pace(options.rounds, options.round_seconds, options.rate, *lengths)
        held = [measure(kind, options.slow_clients, pace) for kind in kinds]
    else:
        held = asyncio.run(_torture_at_once(kinds, seed, options.faults, options.seconds))
    sys.exit(0 if all(held) else 1)


if __name__ == "__main__":
    main()
