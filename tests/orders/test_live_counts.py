"""An event's counts at this moment: right with several processes, since each reads the database."""

from tests.orders.asking import ask
from tests.servers import RunningServer, Tenant, fresh_hash
from ticketsonic.accounts.signing_keys import Keyring
from ticketsonic.database import Database
from ticketsonic.orders.live_counts import LiveBoard, LiveCounts


def count(server: RunningServer, tenant: Tenant, event_id: int) -> LiveCounts | None:
    async def work(database: Database, _: Keyring, account_id: int) -> LiveCounts | None:
        return await LiveBoard(database).counts(account_id, event_id)

    return ask(server, tenant, work)


def test_sold_left_and_admitted_follow_every_sale_cancellation_and_admission(
    server: RunningServer, alice: Tenant
) -> None:
    event_id, skus = alice.event({"stock": 10}, {"stock": 3})
    alice.event({"stock": 7})
    codes = alice.codes((skus[0], 4), (skus[1], 2))
    for code in (codes[0], codes[5]):
        alice.validate(code)
    alice.post("ticket/cancel", {"request_hash": fresh_hash(), "ticket_sensitive": codes[1]})
    counts = count(server, alice, event_id)
    assert counts is not None
    assert [(kind.sold, kind.left, kind.admitted) for kind in counts.types] == [(3, 7, 1), (2, 1, 1)]
    assert sum(counts.orders_by_minute.values()) == 1  # what was placed then, whatever became of it
    assert sum(counts.admitted_by_minute.values()) == 2
    assert all(0 <= counts.at // 60 - minute < 5 for minute in (*counts.orders_by_minute, *counts.admitted_by_minute))


def test_a_board_that_looked_before_sees_what_another_process_sold_since(server: RunningServer, alice: Tenant) -> None:
    event_id, (sku,) = alice.event({"stock": 10})

    async def work(database: Database, _: Keyring, account_id: int) -> tuple[int, int, int]:
        board = LiveBoard(database)
        before = await board.counts(account_id, event_id)
        for code in alice.codes((sku, 2)):  # by the server, which is another process
            alice.validate(code)
        for watched in board._watched.values():
            watched.fresh_until = watched.admitted_until = 0.0  # as if time had passed
        after = await board.counts(account_id, event_id)
        assert before is not None
        assert after is not None
        return before.types[0].sold, after.types[0].sold, after.types[0].admitted

    assert ask(server, alice, work) == (0, 2, 2)


def test_nothing_of_another_s_event_is_counted(server: RunningServer, alice: Tenant, bob: Tenant) -> None:
    event_id, _ = alice.event()
    assert count(server, bob, event_id) is None
    assert count(server, alice, 1_000_000_000_000) is None
