"""A large order is signed part by part: the same codes in the same order, on every thread, and nobody waits for all."""

import asyncio
import threading
from pathlib import Path

import pytest

from tests.tickets.signing import LARGE, Sign, tickets_of, with_issuer
from ticketsonic.ledger import TicketRow
from ticketsonic.tickets.issuing import LONGEST_JOB, Issuer


@pytest.mark.parametrize("units", [LONGEST_JOB, LONGEST_JOB + 1, LARGE - 1, LARGE])
@pytest.mark.parametrize("threads", [0, 1, 3])
def test_its_codes_are_those_of_its_tickets_one_by_one(tmp_path: Path, threads: int, units: int) -> None:
    async def work(issuer: Issuer, sign: Sign, account_id: int) -> None:
        tickets = tickets_of(account_id, units)
        codes = await sign(issuer, tickets)
        first = 1 if units == LARGE else 0  # that one was minted
        assert len(codes) == len(set(codes)) == units
        assert codes[first:] == [(await sign(issuer, [ticket]))[0] for ticket in tickets[first:]]

    with_issuer(tmp_path, threads, work)


@pytest.mark.parametrize("threads", [0, 1])
def test_who_comes_after_it_has_begun_is_answered_before_it_ends(tmp_path: Path, threads: int) -> None:
    async def work(issuer: Issuer, sign: Sign, account_id: int) -> None:
        await sign(issuer, tickets_of(account_id, 1))  # the key is open now
        large = asyncio.ensure_future(sign(issuer, tickets_of(account_id, LARGE)))
        await asyncio.sleep(0)
        await sign(issuer, tickets_of(account_id, 8))
        assert not large.done()
        assert len(await large) == LARGE

    with_issuer(tmp_path, threads, work)


def test_it_keeps_every_thread_at_work(tmp_path: Path) -> None:
    before = set(threading.enumerate())

    async def work(issuer: Issuer, sign: Sign, account_id: int) -> None:
        await sign(issuer, tickets_of(account_id, LARGE))
        signers = [thread for thread in set(threading.enumerate()) - before if thread.name.startswith("signer")]
        assert len(signers) == 2

    with_issuer(tmp_path, 2, work)


def test_what_cannot_be_signed_fails_as_a_whole(tmp_path: Path) -> None:
    async def work(issuer: Issuer, sign: Sign, account_id: int) -> None:
        tickets = tickets_of(account_id, LARGE)
        tickets[-2] = TicketRow(account_id, 1, 0, 2**70, 123456789, 1234567, 250, None, None, key_number=1)
        with pytest.raises(OverflowError):  # its barcode has more than 8 bytes
            await sign(issuer, tickets)
        assert len(await sign(issuer, tickets[:8])) == 8

    with_issuer(tmp_path, 2, work)
