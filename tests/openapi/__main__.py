"""`python -m tests.openapi`: rounds of Schemathesis, each of another seed, until so many requests were answered.

The first round goes through every phase; those after it through the two that draw.
"""

import argparse
import multiprocessing
import os
import sys

from tests.openapi.attack import attack_alone


def main() -> None:
    """Read the arguments and attack both databases at once: each keeps a core busy."""
    parser = argparse.ArgumentParser(prog="make schemathesis", description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--requests", type=int, default=20_000, help="on each database, at least (default: 20000)")
    parser.add_argument("--seed", type=int, default=None, help="repeat a run's draws")
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else int.from_bytes(os.urandom(3))
    kinds = ["sqlite", "postgresql"] if options.database == "both" else [options.database]
    spawning = multiprocessing.get_context("spawn")
    running = [spawning.Process(target=attack_alone, args=(kind, seed, options.requests)) for kind in kinds]
    for process in running:
        process.start()
    for process in running:
        process.join()
    sys.exit(max(process.exitcode or 0 for process in running))


if __name__ == "__main__":
    main()
