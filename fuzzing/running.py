"""Running blocks of inputs on several processes, each block from the seed and its own number."""

import concurrent.futures
import multiprocessing
import random
import sys
import time
from collections import Counter
from functools import partial

from fuzzing.judging import KINDS, Finding

BLOCK_INPUTS = 1000
MOST_SHOWN = 10
PROGRESS_SECONDS = 5.0

Outcomes = Counter[tuple[str, str]]


def run_block(block: int, *, seed: int, inputs: int) -> tuple[Outcomes, list[str]]:
    """Judge one block of inputs. A block draws from the seed and its own number: it can be repeated alone."""
    draw = random.Random(f"{seed} {block}")
    kinds, weights = zip(*KINDS, strict=True)
    outcomes: Outcomes = Counter()
    findings = []
    for number in range(min(BLOCK_INPUTS, inputs - block * BLOCK_INPUTS)):
        kind = draw.choices(kinds, weights)[0]
        try:
            outcomes[kind.__name__, kind(draw)] += 1
        except Finding as found:
            outcomes[kind.__name__, "a finding"] += 1
            findings.append(f"block {block}, input {number}, {kind.__name__}: {found}")
    return outcomes, findings


def fuzz(seed: int, inputs: int, blocks: range, processes: int) -> tuple[Outcomes, list[str]]:
    """Judge the blocks on several processes; shows progress and rate on standard error."""
    outcomes: Outcomes = Counter()
    findings: list[str] = []
    began = shown = time.monotonic()
    spawning = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(processes, mp_context=spawning) as pool:
        for of_block, found in pool.map(partial(run_block, seed=seed, inputs=inputs), blocks):
            outcomes += of_block
            for finding in found[: max(0, MOST_SHOWN - len(findings))]:
                print(f"FINDING {finding}", flush=True)
            findings += found
            if (now := time.monotonic()) - shown >= PROGRESS_SECONDS:
                shown = now
                done = outcomes.total()
                print(f"{done:,} inputs, {done / (now - began):,.0f} a second", file=sys.stderr, flush=True)
    return outcomes, findings
