"""Whatever the fast pass accepts, the careful one reads the same: it alone says what a body means."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ticketsonic.api.orders import NewOrder
from ticketsonic.api.tickets import ScannedCode
from ticketsonic.wire.reading import UnreadableBody, read_leniently, reader

FIELDS = ("request_hash", "tickets", "order_details", "sku", "stock", "start_time", "end_time", "primary_text_pl")
ODD_NUMBERS = ("1.0", "1.00", "1e3", "1E0", "1e999", "-0", "0", "-1", "0.5", "1" * 30, "2147483648", "253402300800")
ODD_TEXTS = ("\0", "a:b", "ä", "\u2028", "😀", "150", "", "1e3", "x" * 255, "x" * 256, "😀" * 256, "\ud800")


class Raw(str):
    """JSON as it stands."""

    __slots__ = ()


numbers = st.one_of(st.integers(-5, 2**33), st.sampled_from(ODD_NUMBERS).map(Raw))
scalars = st.one_of(
    numbers, st.none(), st.booleans(), st.sampled_from(ODD_TEXTS), st.text(max_size=6), st.integers(1, 9).map(str)
)
nonsense = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.lists(st.tuples(st.sampled_from(FIELDS), inner), max_size=3),
    max_leaves=6,
)


def objects(*fields: tuple[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[list[tuple[str, Any]]]:
    """An object as its members: mostly right, sometimes with one too many, twice, or missing."""
    right = st.tuples(*(st.tuples(st.just(name), value) for name, value in fields)).map(list)
    more = st.lists(st.tuples(st.sampled_from(FIELDS), nonsense), max_size=1)
    return st.builds(
        lambda given, extra, left_out: given[left_out:] + extra, right, more, st.sampled_from((0, 0, 0, 1))
    )


texts = st.one_of(st.text(min_size=1, max_size=8), st.sampled_from(ODD_TEXTS))
times = st.one_of(st.none(), st.just(False), st.just(""), numbers)
line = objects(
    ("sku", texts), ("stock", st.one_of(st.integers(1, 9), numbers)), ("start_time", times), ("end_time", times)
)
order = objects(
    ("request_hash", texts),
    ("tickets", st.lists(line, max_size=3) | nonsense),
    ("order_details", objects(("primary_text_pl", texts | st.none()), ("secondary_text_pl", texts)) | nonsense),
)


def spell(value: Any, *, ascii_only: bool) -> str:
    """JSON, with objects as their members, so that a key may come twice."""
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, list) and value and all(isinstance(item, tuple) for item in value):
        return "{" + ",".join(f"{json.dumps(k)}:{spell(v, ascii_only=ascii_only)}" for k, v in value) + "}"
    if isinstance(value, list):
        return "[" + ",".join(spell(item, ascii_only=ascii_only) for item in value) + "]"
    return json.dumps(value, ensure_ascii=ascii_only)


def plain(value: Any) -> Any:
    """A struct as its values; what is absent, null or unset is the same nothing."""
    if isinstance(value, msgspec.Struct):
        found = {name: plain(getattr(value, name)) for name in value.__struct_fields__}
        return {name: item for name, item in found.items() if item is not None} or None
    if isinstance(value, list):
        return [plain(item) for item in value]
    return None if value is msgspec.UNSET else value


def read_both_ways(struct_type: type[msgspec.Struct], body: bytes) -> bool:
    """Hold the two against each other; returns whether the body was accepted."""
    try:
        careful = plain(read_leniently(struct_type, body))
    except UnreadableBody as unreadable:
        careful = unreadable.problems
    try:
        quick = plain(reader(struct_type, fast=True)(body))
    except UnreadableBody as unreadable:
        quick = unreadable.problems
    assert quick == careful
    return not (isinstance(careful, list) and careful and isinstance(careful[0], tuple))


@given(members=order, ascii_only=st.booleans())
@example(members=[("request_hash", "h"), ("tickets", [])], ascii_only=True)
@example(members=[("request_hash", "h"), ("tickets", [[("sku", "1"), ("stock", Raw("1e0"))]])], ascii_only=True)
@example(members=[("request_hash", "h"), ("tickets", [[("sku", "1"), ("stock", Raw("1.0"))]])], ascii_only=True)
@example(members=[("request_hash", "h"), ("tickets", [[("sku", "1"), ("stock", Raw("1" * 5000))]])], ascii_only=True)
@example(
    members=[("request_hash", "h"), ("request_hash", "i"), ("tickets", [[("sku", "1"), ("stock", 1)]])], ascii_only=True
)
def test_an_order_is_read_the_same_both_ways(members: Any, ascii_only: bool) -> None:
    read_both_ways(NewOrder, spell(members, ascii_only=ascii_only).encode("utf-8", "surrogatepass"))


@given(members=objects(("ticket_sensitive", nonsense)) | nonsense, ascii_only=st.booleans())
def test_a_scan_is_read_the_same_both_ways(members: Any, ascii_only: bool) -> None:
    read_both_ways(ScannedCode, spell(members, ascii_only=ascii_only).encode("utf-8", "surrogatepass"))


@given(st.binary(max_size=40), st.integers(0, 200))
def test_broken_bytes_are_read_the_same_both_ways(noise: bytes, where: int) -> None:
    good = '{"request_hash":"hä","tickets":[{"sku":"1","stock":1,"start_time":null}],"order_details":{}}'.encode()
    read_both_ways(NewOrder, good[:where] + noise + good[where:])
    read_both_ways(NewOrder, good[:where] + noise + good[where + len(noise) :])


@pytest.mark.parametrize(
    "body",
    [
        '{"request_hash":"h","tickets":[{"sku":"1","stock":1}]}',
        '{"request_hash":"ä😀","tickets":[{"sku":"1","stock":1,"start_time":null,"end_time":5}],"order_details":null}',
        '{"request_hash":"h","tickets":[{"sku":"1","stock":"1","start_time":false}],"order_details":[]}',
        '\ufeff{"request_hash":"a:b","tickets":{"0":{"sku":"1","stock":1.0}},"unknown":{"a":[{}]}}',
    ],
)
def test_both_accept_what_is_right(body: str) -> None:
    assert read_both_ways(NewOrder, body.encode())


@pytest.mark.parametrize("colon", ["\\u003a", "\\u003A", ":"])
def test_an_escaped_colon_does_not_hide_a_key_that_comes_twice(colon: str) -> None:
    line = '[{"sku":"1","stock":1}]'
    twice = f'{{"request_hash":"h","request_hash":"a{colon}b","tickets":{line}}}'
    once = f'{{"request_hash":"a{colon}b","tickets":{line}}}'
    assert not read_both_ways(NewOrder, twice.encode())
    assert read_both_ways(NewOrder, once.encode())
