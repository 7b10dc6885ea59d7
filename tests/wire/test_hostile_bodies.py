"""A hostile body is refused by name, and soon: while one is read, nobody else is served."""

import gc
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ticketsonic.api.orders import NewOrder
from ticketsonic.api.tickets import ScannedCode
from ticketsonic.events.events import NewEvent
from ticketsonic.wire.reading import MOST_COMMAS, MOST_PROBLEMS, UnreadableBody, reader

MEGABYTE = 1024 * 1024
HASH = b'"request_hash":"h"'
LINE = b'{"sku":"1","stock":1}'
SLOWEST_SECONDS = 0.5

read_order: Callable[[bytes], Any] = reader(NewOrder, fast=True)
read_code: Callable[[bytes], Any] = reader(ScannedCode, fast=True)
read_event: Callable[[bytes], Any] = reader(NewEvent)


@pytest.fixture(autouse=True, scope="module")
def no_heap_but_its_own() -> Iterator[None]:
    """Keep the collector from what thousands of other tests left: a server's heap is frozen too (`app.py`)."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


REFUSED = {
    "10 MB of [": (b"[" * 10_000_000, "is nested too deeply"),
    "10 MB of [ in an ignored field": (b'{"x":' + b"[" * 10_000_000, "is nested too deeply"),
    "deep objects": (b'{"x":' * 200_000, "is nested too deeply"),
    "deep and closed": (b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "is nested too deeply"),
    "16 MB of numbers": (b'{"x":[' + b"1," * (8 * MEGABYTE) + b"1]}", "holds too many values"),
    "16 MB of objects": (b"[" + b"{}," * (5 * MEGABYTE) + b"{}]", "holds too many values"),
    "100,000 lines": (b'{"tickets":[' + LINE + (b"," + LINE) * 99_999 + b"]}", "holds too many values"),
    "broken UTF-8": (b'{"x":"\xff"}', "must be UTF-8"),
    "an overlong NUL": (b'{"x":"\xc0\x80"}', "must be UTF-8"),
    "a surrogate in UTF-8": (b'{"x":"\xed\xa0\x80"}', "must be UTF-8"),
    "UTF-16": ("{}".encode("utf-16"), "must be UTF-8"),
    "NaN": (b'{"x":NaN}', "must be JSON"),
    "Infinity": (b'{"x":-Infinity}', "must be JSON"),
    "nothing": (b"", "must be JSON"),
    "a megabyte of blanks": (b" " * MEGABYTE, "must be JSON"),
    "two values": (b"{}{}", "must be JSON"),
    "a bare control character": (b'{"x":"\x01"}', "must be JSON"),
    "a NUL byte": (b'{"x":1}\x00', "must be JSON"),
    "a key twice": (b'{"x":1,"x":1}', "comes twice in one object"),
    "a key twice, deep in an ignored field": (b'{"y":[{"z":{"x":1,"x":1}}]}', "comes twice in one object"),
    "a key twice, spelled in two ways": (b'{"x":1,"\\u0078":1}', "comes twice in one object"),
    "a lone surrogate as a key, twice": (b'{"\\ud800":1,"\\ud800":1}', "comes twice in one object"),
}


@pytest.mark.parametrize("read", [read_order, read_code, read_event], ids=["order", "scan", "event"])
@pytest.mark.parametrize(("body", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_it_is_refused_with_one_clear_reason(read: Callable[[bytes], Any], body: bytes, reason: str) -> None:
    began = time.process_time()
    with pytest.raises(UnreadableBody) as refused:
        read(body)
    assert time.process_time() - began < SLOWEST_SECONDS
    assert [problem.reason for problem in refused.value.problems] == [reason]


VALUES = {
    "1e999": (b"1e999", "must be a whole number"),
    "1e3 as text": (b'"1e3"', "must be a whole number"),
    "1e3": (b"1e3", "must be a whole number"),
    "150.5": (b"150.5", "must be a whole number"),
    "true": (b"true", "must be a whole number"),
    "a list": (b"[1]", "must be a whole number"),
    "other digits": ('"١٢"'.encode(), "must be a whole number"),
    "a blank around": (b'" 1"', "must be a whole number"),
    "an underscore": (b'"1_0"', "must be a whole number"),
    "5,000 digits": (b"1" * 5000, "must be a whole number"),
    "a megabyte of digits": (b"9" * MEGABYTE, "must be a whole number"),
    "20 digits": (b"1" * 20, "must be at most 2147483647"),
    "-1": (b"-1", "must be at least 1"),
    "0": (b"0", "must be at least 1"),
}


@pytest.mark.parametrize(("value", "reason"), VALUES.values(), ids=VALUES.keys())
def test_a_stock_that_is_none_names_its_line(value: bytes, reason: str) -> None:
    began = time.process_time()
    with pytest.raises(UnreadableBody) as refused:
        read_order(b'{%s,"tickets":[%s,{"sku":"1","stock":%s}]}' % (HASH, LINE, value))
    assert time.process_time() - began < SLOWEST_SECONDS
    assert [tuple(problem) for problem in refused.value.problems] == [("tickets[1].stock", reason, True)]


@pytest.mark.parametrize("text", [b"\\u0000", b"a\\u0000b", b"\\ud800", b"\\udc00\\ud800", b"x" * 256])
def test_a_text_that_cannot_be_kept_is_refused(text: bytes) -> None:
    with pytest.raises(UnreadableBody) as refused:
        read_order(b'{"request_hash":"%s","tickets":[%s]}' % (text, LINE))
    assert [problem.field for problem in refused.value.problems] == ["request_hash"]


def test_a_pair_of_surrogates_is_one_character() -> None:
    read = read_order(b'{"request_hash":"\\ud83d\\ude00","tickets":[%s]}' % LINE)
    assert read.request_hash == "😀"


def test_it_names_no_more_than_a_hundred_fields() -> None:
    with pytest.raises(UnreadableBody) as refused:
        read_order(b'{%s,"tickets":[%s]}' % (HASH, b",".join([b"{}"] * 10_000)))
    assert len(refused.value.problems) == MOST_PROBLEMS


MOST_LINES = MOST_COMMAS // 2 - 1
NUMBERED = b",".join(b'"%020d":%s' % (key, LINE) for key in range(MOST_LINES, 0, -1))

SLOW_TO_READ = {
    "as many lines as fit": b'{%s,"tickets":[%s]}' % (HASH, b",".join([LINE] * 47_000)),
    "as many values as may be": b'{%s,"x":[%s],"tickets":[%s]}' % (HASH, b",".join([b"1"] * 19_000), LINE),
    "as many objects as may be": b'{%s,"x":[%s],"tickets":[%s]}' % (HASH, b",".join([b'{"":1}'] * 19_000), LINE),
    "as many lines as are read with care": b'{%s,"x":1,"tickets":[%s]}' % (HASH, b",".join([LINE] * MOST_LINES)),
    "a form with numeric keys, backwards": b'{%s,"tickets":{%s}}' % (HASH, NUMBERED),
    "a megabyte of escapes": b'{%s,"x":"%s","tickets":[%s]}' % (HASH, b"\\n" * 500_000, LINE),
}


@pytest.mark.parametrize("body", SLOW_TO_READ.values(), ids=SLOW_TO_READ.keys())
def test_even_what_is_accepted_is_read_soon(body: bytes) -> None:
    assert len(body) <= MEGABYTE
    began = time.process_time()
    assert read_order(body).tickets
    assert time.process_time() - began < SLOWEST_SECONDS


def test_numeric_keys_give_their_values_in_key_order() -> None:
    lines = b'"10":{"sku":"d","stock":1},"9":{"sku":"c","stock":1},"0":{"sku":"a","stock":1},"02":{"sku":"b","stock":1}'
    assert [line.sku for line in read_order(b'{%s,"tickets":{%s}}' % (HASH, lines)).tickets] == ["a", "b", "c", "d"]
