"""The payload of the `rsa` code: contract.md §3."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticketsonic.tickets.codes import tlv
from ticketsonic.tickets.codes.payload import CodePayload, UnreadableCode

NUMBERS = st.integers(0, 2**64 - 1)
PAYLOADS = st.builds(
    CodePayload,
    barcode=st.binary(min_size=8, max_size=255),
    event_id=NUMBERS,
    ticket_type_id=NUMBERS,
    price_minor=NUMBERS,
    valid_from=st.none() | NUMBERS,
    valid_until=st.none() | NUMBERS,
)
SEGMENTS = st.lists(
    st.tuples(st.sampled_from([bytes([label]) for label in b"VH$IETFSBRPXZ\0"]), st.binary(max_size=12)), max_size=10
)


@given(PAYLOADS)
def test_it_reads_what_it_writes(payload: CodePayload) -> None:
    assert tlv.decode_payload(tlv.encode_payload(payload)) == payload


def test_it_writes_the_labels_in_the_order_of_the_contract(payload: CodePayload) -> None:
    raw = tlv.encode_payload(payload)
    assert b"".join(tlv.read_segments(raw)) == b"VH$IETF"
    assert raw[-4:-2] == b"C\x02"
    assert int.from_bytes(raw[-2:], "little") == sum(raw[:-4]) % 65_536


@pytest.mark.parametrize(
    ("number", "spelled"),
    [(0, "00"), (1, "01"), (255, "ff"), (256, "0001"), (25_050, "da61"), (4_294_967_296, "0000000001")],
)
def test_an_integer_is_little_endian_and_as_short_as_it_goes(number: int, spelled: str) -> None:
    assert tlv.encode_integer(number).hex() == spelled


@given(st.binary(max_size=120) | SEGMENTS.map(tlv.write_segments))
def test_whatever_bytes_come_they_are_read_to_what_they_say_or_unreadable(raw: bytes) -> None:
    try:
        read = tlv.decode_payload(raw)
    except UnreadableCode:
        return
    assert tlv.read_segments(raw).items() >= tlv.read_segments(tlv.encode_payload(read)).items()


def test_every_truncation_of_a_real_payload_is_unreadable(payload: CodePayload) -> None:
    raw = tlv.encode_payload(payload)
    for size in range(len(raw)):
        with pytest.raises(UnreadableCode):
            tlv.decode_payload(raw[:size])


def test_every_flipped_bit_of_a_real_payload_is_noticed(payload: CodePayload) -> None:
    raw = tlv.encode_payload(payload)
    for bit in range(len(raw) * 8):
        flipped = bytearray(raw)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(UnreadableCode):
            tlv.decode_payload(bytes(flipped))


@pytest.mark.parametrize(
    "odd",
    [
        [(b"V", b"\x02")],
        [(b"V", b"\x01\x00")],
        [(b"V", b"")],
        [(b"H", b"short")],
        [(b"$", b"")],
        [(b"$", b"\x00\x00")],
        [(b"E", bytes(8) + b"\x01")],
        [(b"T", b"")],
        [(b"F", b"\x00\x00")],
        [(b"z", b"\x01")],
    ],
    ids=str,
)
def test_it_refuses_a_payload_with_one_odd_segment(payload: CodePayload, odd: list[tuple[bytes, bytes]]) -> None:
    segments = tlv.read_segments(tlv.encode_payload(payload)) | dict(odd)
    with pytest.raises(UnreadableCode):
        tlv.decode_payload(tlv.write_segments(list(segments.items())))


@pytest.mark.parametrize("label", [b"V", b"H", b"$", b"I", b"E"], ids=str)
def test_it_refuses_a_payload_without_a_field_that_every_ticket_has(payload: CodePayload, label: bytes) -> None:
    segments = tlv.read_segments(tlv.encode_payload(payload))
    del segments[label]
    with pytest.raises(UnreadableCode):
        tlv.decode_payload(tlv.write_segments(list(segments.items())))


def test_it_refuses_a_label_that_comes_twice_and_anything_behind_the_checksum(payload: CodePayload) -> None:
    raw = tlv.encode_payload(payload)
    segments = list(tlv.read_segments(raw).items())
    for spoiled in (tlv.write_segments([*segments, segments[0]]), raw + b"X\x00", raw + raw[-4:]):
        with pytest.raises(UnreadableCode):
            tlv.decode_payload(spoiled)


def test_other_labels_that_clients_know_are_no_obstacle(payload: CodePayload) -> None:
    segments = list(tlv.read_segments(tlv.encode_payload(payload)).items())
    more = [(b"S", b"\x01"), (b"B", b"\x02"), (b"R", b"\x03"), (b"P", b"\x04"), (b"X", b"name=value")]
    assert tlv.decode_payload(tlv.write_segments(segments + more)) == payload
