"""A short round of `make fuzz`, and that its judge would notice a parser that is wrong."""

import random
import subprocess
import sys
from pathlib import Path

import pytest
from fuzzing.running import run_block

from fuzzing import codes, judging
from ticketsonic.tickets.codes import reading, tlv
from ticketsonic.tickets.codes.payload import CodePayload

CHECKOUT = Path(__file__).parents[2]


def test_it_reads_or_refuses_whatever_is_held_up_and_raises_nothing_else() -> None:
    command = [sys.executable, "-m", "fuzzing", "--inputs", "12000", "--seed", "3"]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "fuzz, seed 3: 12,000 inputs" in done.stdout
    assert "0 findings: every input is read or refused" in done.stdout
    for kind, _ in judging.KINDS:
        assert f"\n{kind.__name__} " in "\n" + done.stdout


def test_one_block_of_a_run_can_be_repeated_alone() -> None:
    first, again, other = (run_block(block, seed=5, inputs=3000) for block in (2, 2, 1))
    assert first == again
    assert first != other


def test_a_parser_that_raises_something_else_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def check_sum_unchecked(raw: bytes, position: int, value: bytes) -> None:
        assert len(value) == 2

    monkeypatch.setattr(tlv, "_check_sum", check_sum_unchecked)
    _, findings = run_block(0, seed=1, inputs=1000)
    assert any("raised AssertionError" in finding for finding in findings)
    assert any("its segments spell other bytes" in finding for finding in findings)


def test_a_code_that_is_read_though_nobody_signed_it_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def read_unsigned(code: bytes, key: object) -> CodePayload:
        return codes.some_payload(random.Random(1))

    monkeypatch.setattr(reading.ed25519, "read", read_unsigned)
    _, findings = run_block(0, seed=1, inputs=1000)
    assert any("nobody signed it" in finding for finding in findings)
