"""The decision on orders, pure: a batch of any size gives what one after the other would give (promise 8)."""

from hypothesis import given
from hypothesis import strategies as st

from ticketsonic.ledger import IdempotencyKey, SaleFacts, SaleView
from ticketsonic.orders.decision import (
    KEY_REUSED,
    SOLD,
    OrderLine,
    OrderRequest,
    Outcome,
    Unservable,
    decide,
)

ACCOUNTS = (1, 2)
TYPES = {10: 1, 11: 1, 12: 2}

lines = st.builds(
    OrderLine,
    ticket_type_id=st.sampled_from([10, 11, 12, 99, None]),
    units=st.integers(1, 4),
    valid_from=st.none(),
    valid_until=st.none(),
)
requests = st.builds(
    OrderRequest,
    account_id=st.sampled_from(ACCOUNTS),
    request_hash=st.sampled_from("abcd"),
    customer=st.none(),
    company=st.none(),
    lines=st.lists(lines, min_size=1, max_size=4).map(tuple),
    rsa_key_number=st.just(1),
    ed25519_key_number=st.just(2),
    idempotency=st.none()
    | st.builds(IdempotencyKey, st.just("order/new"), st.sampled_from("xy"), st.sampled_from([b"1", b"2"])),
)
batches = st.lists(requests, max_size=12)


@st.composite
def views(draw: st.DrawFn) -> SaleView:
    pairs = st.tuples(st.sampled_from(ACCOUNTS), st.sampled_from("abcd"))
    keys = st.tuples(st.sampled_from(ACCOUNTS), st.sampled_from("xy"))
    return SaleView(
        facts={number: SaleFacts(account, 7, 100, None, "rsa", 1) for number, account in TYPES.items()},
        available={number: draw(st.integers(0, 12)) for number in TYPES},
        used_hashes=draw(st.sets(pairs, max_size=2)),
        idempotency=draw(st.dictionaries(keys, st.sampled_from([b"1", b"2"]), max_size=2)),
    )


def one_by_one(batch: list[OrderRequest], view: SaleView) -> tuple[list[Outcome], SaleView]:
    """Decide on each alone, and write what it does into the view before the next."""
    now = SaleView(dict(view.facts), dict(view.available), set(view.used_hashes), dict(view.idempotency))
    outcomes = []
    for request in batch:
        decision = decide([request], now)
        outcomes += decision.outcomes
        for number, units in decision.units.items():
            now.available[number] -= units
        if decision.outcomes == [SOLD]:
            now.used_hashes.add((request.account_id, request.request_hash))
            if request.idempotency:
                now.idempotency[request.account_id, request.idempotency.key] = request.idempotency.body_sha256
    return outcomes, now


@given(batches, views())
def test_a_batch_is_decided_as_one_by_one(batch: list[OrderRequest], view: SaleView) -> None:
    decision = decide(batch, view)
    outcomes, after = one_by_one(batch, view)
    assert decision.outcomes == outcomes
    assert {number: view.available[number] - decision.units.get(number, 0) for number in TYPES} == after.available


@given(batches, views())
def test_nothing_is_sold_that_is_not_there_nor_anothers(batch: list[OrderRequest], view: SaleView) -> None:
    decision = decide(batch, view)
    assert all(units <= view.available[number] for number, units in decision.units.items())
    for request, outcome in zip(batch, decision.outcomes, strict=True):
        if outcome == SOLD:
            assert {TYPES.get(line.ticket_type_id or 0) for line in request.lines} == {request.account_id}


@given(batches, views())
def test_a_hash_and_a_key_are_sold_once(batch: list[OrderRequest], view: SaleView) -> None:
    outcomes = decide(batch, view).outcomes
    sold = [request for request, outcome in zip(batch, outcomes, strict=True) if outcome == SOLD]
    hashes = [(request.account_id, request.request_hash) for request in sold]
    keys = [(request.account_id, request.idempotency.key) for request in sold if request.idempotency]
    assert len(set(hashes)) == len(hashes)
    assert not view.used_hashes & set(hashes)
    assert len(set(keys)) == len(keys)
    assert not view.idempotency.keys() & set(keys)


@given(batches, views())
def test_the_key_goes_before_the_hash_and_the_hash_before_stock(batch: list[OrderRequest], view: SaleView) -> None:
    for request, outcome in zip(batch, decide(batch, view).outcomes, strict=True):
        key = request.idempotency and (request.account_id, request.idempotency.key)
        if key in view.idempotency:
            assert (outcome == KEY_REUSED) == (view.idempotency[key] != request.idempotency.body_sha256)
        elif (request.account_id, request.request_hash) in view.used_hashes:
            assert not isinstance(outcome, Unservable)
            assert outcome != SOLD
        if isinstance(outcome, Unservable):
            places = [place for place, _ in outcome.lines]
            assert places == sorted(set(places))
            assert set(places) <= set(range(len(request.lines)))
