"""`python -m fuzzing`: so many inputs from one seed, on every core; one line of verdict, and a seed that repeats it."""

import argparse
import os
import sys
import time

from fuzzing.running import BLOCK_INPUTS, fuzz


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=1_000_000, help="how many (default: 1000000)")
    parser.add_argument("--seed", type=int, default=None, help="repeat a run")
    parser.add_argument("--block", type=int, default=None, help="one block of a run alone, as a finding names it")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="default: one a core")
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else int.from_bytes(os.urandom(4))
    blocks = range(-(-options.inputs // BLOCK_INPUTS))
    if options.block is not None:
        blocks = range(options.block, min(options.block + 1, blocks.stop))
    began = time.monotonic()
    outcomes, findings = fuzz(seed, options.inputs, blocks, options.processes)
    for (kind, outcome), count in sorted(outcomes.items()):
        print(f"{kind:17} {count:9,} {outcome}")
    read = sum(count for (_, outcome), count in outcomes.items() if outcome == "read")
    refused = outcomes.total() - read - len(findings)
    verdict = "NOT EVERY INPUT IS READ OR REFUSED" if findings else "every input is read or refused"
    seconds = time.monotonic() - began
    print(
        f"fuzz, seed {seed}: {outcomes.total():,} inputs in {seconds:.0f} s, {read:,} read, {refused:,} refused, "
        f"{len(findings):,} findings: {verdict}"
    )
    sys.exit(1 if findings or not outcomes else 0)


if __name__ == "__main__":
    main()
