"""IPP's messages: what is spelled can be read by another's reader, and whatever comes is read or refused, at once."""

import contextlib
import struct
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticketsonic.printing.ipp.messages import (
    MOST_VALUES,
    Operation,
    Range,
    Resolution,
    Tag,
    UnreadableAnswer,
    Value,
    read_answer,
    spell_request,
)

names = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20)
plain = st.one_of(
    st.integers(-(2**31), 2**31 - 1).map(lambda number: Value(Tag.INTEGER, number)),
    st.booleans().map(lambda said: Value(Tag.BOOLEAN, said)),
    st.text(st.characters(codec="utf-8"), max_size=50).map(lambda text: Value(Tag.TEXT, text)),
    st.sampled_from(["iso_a6_105x148mm", "none"]).map(lambda word: Value(Tag.KEYWORD, word)),
)
values = st.recursive(
    plain,
    lambda inner: st.dictionaries(names, inner, max_size=3).map(lambda found: Value(Tag.BEGIN_COLLECTION, found)),
    max_leaves=5,
)


def read_back(value: Value) -> Any:
    if value.tag is Tag.BEGIN_COLLECTION:
        return {name: [read_back(inner)] for name, inner in value.value.items()}
    return value.value


@given(attributes=st.dictionaries(names, st.lists(values, min_size=1, max_size=3), max_size=4))
def test_what_is_spelled_is_read_back(attributes: dict[str, list[Value]]) -> None:
    attributes = {f"x-{name}": given for name, given in attributes.items()}
    answer = read_answer(spell_request(Operation.GET_JOBS, 7, attributes, {}))
    ((tag, found),) = answer.groups
    assert (tag, answer.status) == (Tag.OPERATION, Operation.GET_JOBS)
    assert found.pop("attributes-charset") == ["utf-8"]
    assert found.pop("attributes-natural-language") == ["en"]
    assert found == {name: [read_back(value) for value in given] for name, given in attributes.items()}


def test_it_begins_as_the_standard_says() -> None:
    spelled = spell_request(Operation.PRINT_JOB, 1, {}, {"copies": Value(Tag.INTEGER, 1)})
    assert spelled[:9] == b"\x01\x01\x00\x02\x00\x00\x00\x01\x01"
    assert spelled[9:30] == b"\x47\x00\x12attributes-charset"
    assert spelled.endswith(b"\x02\x21\x00\x06copies\x00\x04\x00\x00\x00\x01\x03")


@given(st.binary(max_size=400))
def test_noise_is_read_or_refused_and_raises_nothing_else(noise: bytes) -> None:
    for content in (noise, b"\x01\x01\x00\x00\x00\x00\x00\x01\x04" + noise):
        with contextlib.suppress(UnreadableAnswer):
            read_answer(content)


@given(st.binary(min_size=1, max_size=6), st.integers(0, 200), st.booleans())
def test_a_broken_answer_is_read_or_refused(noise: bytes, where: int, replaces: bool) -> None:
    size = Value(Tag.BEGIN_COLLECTION, {"x-dimension": Value(Tag.INTEGER, 10500)})
    good = spell_request(Operation.GET_JOBS, 1, {"media-size": size, "a": [Value(Tag.BOOLEAN, True)] * 3}, {})
    broken = good[:where] + noise + good[where + len(noise) * replaces :]
    with contextlib.suppress(UnreadableAnswer):
        read_answer(broken)


def test_ranges_resolutions_languages_and_what_is_unknown_are_read() -> None:
    def item(tag: int, name: bytes, raw: bytes) -> bytes:
        return struct.pack(">BH", tag, len(name)) + name + struct.pack(">H", len(raw)) + raw

    language = struct.pack(">H", 2) + b"en" + struct.pack(">H", 3) + b"Hi!"
    body = item(0x33, b"r", struct.pack(">ii", 1, 9)) + item(0x32, b"d", struct.pack(">iib", 300, 300, 3))
    body += item(0x35, b"t", language) + item(0x12, b"u", b"") + item(0x31, b"w", b"\x07" * 11)
    ((_, found),) = read_answer(b"\x02\x00\x00\x00\x00\x00\x00\x01\x04" + body + b"\x03").groups
    assert found == {
        "r": [Range(1, 9)],
        "d": [Resolution(300, 300, 3)],
        "t": ["Hi!"],
        "u": [None],
        "w": [b"\x07" * 11],
    }


@pytest.mark.parametrize(
    "bomb",
    [
        b"\x34\x00\x01a\x00\x00" + b"\x4a\x00\x00\x00\x01m\x34\x00\x00\x00\x00" * 100_000,
        b"\x21\x00\x01a\x00\x04\x00\x00\x00\x01" + b"\x21\x00\x00\x00\x04\x00\x00\x00\x01" * (MOST_VALUES + 1),
    ],
    ids=["nested", "many"],
)
def test_a_bomb_is_refused_before_it_goes_off(bomb: bytes) -> None:
    began = time.process_time()
    with pytest.raises(UnreadableAnswer):
        read_answer(b"\x01\x01\x00\x00\x00\x00\x00\x01\x04" + bomb + b"\x03")
    assert time.process_time() - began < 2
