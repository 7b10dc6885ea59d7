"""What a batch sold is signed before anybody is answered: the codes that each order would get by itself."""

import base64
from pathlib import Path

import pytest

from tests.tickets.signing import Sign, tickets_of, with_issuer
from ticketsonic.ledger import TicketRow
from ticketsonic.tickets.issuing import MOST_OF_A_BATCH, Issuer


def test_its_codes_are_those_of_each_order_by_itself(tmp_path: Path) -> None:
    async def work(issuer: Issuer, sign: Sign, account_id: int) -> None:
        orders = [tickets_of(account_id, units) for units in (1, 3, 2)]
        signed = [await sign(issuer, tickets) for tickets in orders]
        codes: list[dict[int, bytes]] = [{}, {orders[1][1].barcode: b"minted"}, {}]
        issuer.sign_batch(zip(orders, codes, strict=True))
        assert codes[1].pop(orders[1][1].barcode) == b"minted"
        signed[1].pop(1)
        assert [[base64.b64encode(code).decode() for code in each.values()] for each in codes] == signed

    with_issuer(tmp_path, 0, work)


def test_who_is_answered_first_waits_for_so_many_signatures_at_the_most(tmp_path: Path) -> None:
    async def work(issuer: Issuer, sign: Sign, account_id: int) -> None:
        await sign(issuer, tickets_of(account_id, 1))  # the key is open now
        orders = [tickets_of(account_id, units) for units in (2, MOST_OF_A_BATCH - 1, MOST_OF_A_BATCH - 2, 1)]
        codes: list[dict[int, bytes]] = [{} for _ in orders]
        issuer.sign_batch(zip(orders, codes, strict=True))
        assert list(map(len, codes)) == [2, 0, MOST_OF_A_BATCH - 2, 0]

    with_issuer(tmp_path, 0, work)


def test_a_key_that_is_not_open_and_what_cannot_be_signed_are_left_to_the_orders_own_answer(tmp_path: Path) -> None:
    async def work(issuer: Issuer, sign: Sign, account_id: int) -> None:
        (good,) = tickets_of(account_id, 1)
        bad = TicketRow(account_id, 1, 0, 2**70, 123456789, 1234567, 250, None, None, key_number=1)
        codes: list[dict[int, bytes]] = [{}, {}]
        issuer.sign_batch(zip([[bad], [good]], codes, strict=True))
        assert codes == [{}, {}]
        await sign(issuer, [good])  # the key is open now
        issuer.sign_batch(zip([[bad], [good]], codes, strict=True))
        assert list(map(len, codes)) == [0, 1]
        with pytest.raises(OverflowError):  # its barcode has more than 8 bytes
            await sign(issuer, [bad])

    with_issuer(tmp_path, 0, work)


def test_where_threads_sign_the_next_batch_is_not_kept_waiting(tmp_path: Path) -> None:
    async def work(issuer: Issuer, sign: Sign, account_id: int) -> None:
        orders = [tickets_of(account_id, 1)]
        await sign(issuer, orders[0])
        codes: dict[int, bytes] = {}
        issuer.sign_batch([(orders[0], codes)])
        assert codes == {}

    with_issuer(tmp_path, 1, work)
