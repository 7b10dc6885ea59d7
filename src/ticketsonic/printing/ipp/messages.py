"""IPP's binary messages: requests spelled, answers read. Pure; an answer may be anything, and is bounded.

Source: RFC 8010 (encoding) and RFC 8011 (operations).
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, NamedTuple

VERSION = (1, 1)
"""What every printer understands; IPP Everywhere's attributes may be asked for by it as well."""
MOST_VALUES = 20_000
DEEPEST = 8


class Tag(IntEnum):
    """Delimiters and value tags, of RFC 8010 §3.5."""

    OPERATION = 0x01
    JOB = 0x02
    END = 0x03
    INTEGER = 0x21
    BOOLEAN = 0x22
    ENUM = 0x23
    RESOLUTION = 0x32
    RANGE = 0x33
    BEGIN_COLLECTION = 0x34
    TEXT_WITH_LANGUAGE = 0x35
    NAME_WITH_LANGUAGE = 0x36
    END_COLLECTION = 0x37
    TEXT = 0x41
    NAME = 0x42
    KEYWORD = 0x44
    URI = 0x45
    CHARSET = 0x47
    LANGUAGE = 0x48
    MEDIA_TYPE = 0x49
    MEMBER_NAME = 0x4A


class Operation(IntEnum):
    """What a printer is asked for."""

    PRINT_JOB = 0x0002
    CREATE_JOB = 0x0005
    SEND_DOCUMENT = 0x0006
    CANCEL_JOB = 0x0008
    GET_JOB_ATTRIBUTES = 0x0009
    GET_JOBS = 0x000A
    GET_PRINTER_ATTRIBUTES = 0x000B


class UnreadableAnswer(ValueError):
    """What a printer answered is no IPP."""


class Value(NamedTuple):
    """One value to send, with its tag; a collection's value is a mapping of members."""

    tag: Tag
    value: Any


Attributes = Mapping[str, Value | Sequence[Value]]


class Resolution(NamedTuple):
    """Dots in each direction; `units` 3 is an inch, 4 a centimetre."""

    across: int
    along: int
    units: int


class Range(NamedTuple):
    """From one number up to another."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Answer:
    """A printer's answer. A value is an int, bool, str, bytes, Range, Resolution, dict (a collection) or None."""

    status: int
    groups: list[tuple[int, dict[str, list[Any]]]]

    def group(self, tag: int) -> list[dict[str, list[Any]]]:
        """Give every group with a delimiter tag: 2 for jobs, 4 for the printer."""
        return [attributes for found, attributes in self.groups if found == tag]


def spell_request(operation: Operation, request_id: int, attributes: Attributes, job: Attributes) -> bytes:
    """Spell a request up to its document, which follows. `attributes` begin with charset and language by themselves."""
    head = struct.pack(">BBHI", *VERSION, operation, request_id)
    standard: Attributes = {
        "attributes-charset": Value(Tag.CHARSET, "utf-8"),
        "attributes-natural-language": Value(Tag.LANGUAGE, "en"),
    }
    spelled = head + bytes([Tag.OPERATION]) + _spell_attributes(standard) + _spell_attributes(attributes)
    if job:
        spelled += bytes([Tag.JOB]) + _spell_attributes(job)
    return spelled + bytes([Tag.END])


def _spell_attributes(attributes: Attributes) -> bytes:
    spelled = b""
    for name, given in attributes.items():
        values = [given] if isinstance(given, Value) else given
        for place, value in enumerate(values):
            spelled += _spell_value("" if place else name, value)
    return spelled


def _spell_value(name: str, value: Value) -> bytes:
    if value.tag is Tag.BEGIN_COLLECTION:
        spelled = _spell_item(Tag.BEGIN_COLLECTION, name, b"")
        for member, below in value.value.items():
            spelled += _spell_item(Tag.MEMBER_NAME, "", member.encode())
            spelled += _spell_value("", below)
        return spelled + _spell_item(Tag.END_COLLECTION, "", b"")
    if value.tag in {Tag.INTEGER, Tag.ENUM}:
        raw = struct.pack(">i", value.value)
    elif value.tag is Tag.BOOLEAN:
        raw = b"\1" if value.value else b"\0"
    else:
        raw = value.value.encode("utf-8")
    return _spell_item(value.tag, name, raw)


def _spell_item(tag: Tag, name: str, raw: bytes) -> bytes:
    encoded = name.encode("utf-8")
    return struct.pack(">BH", tag, len(encoded)) + encoded + struct.pack(">H", len(raw)) + raw


def read_answer(content: bytes) -> Answer:
    """Read an answer; raises :class:`UnreadableAnswer` for whatever is none, at once."""
    reader = _Reader(content)
    _, status, _ = reader.head()
    groups: list[tuple[int, dict[str, list[Any]]]] = []
    while (tag := reader.tag()) != Tag.END:
        if tag < 0x10:  # noqa: PLR2004 - a delimiter
            groups.append((tag, {}))
            continue
        if not groups:
            raise UnreadableAnswer("an attribute outside every group")
        reader.attribute(tag, groups[-1][1])
    return Answer(status, groups)


class _Reader:
    """Reads from the front; every read is checked against the end, and values are counted."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._place = 0
        self._values = 0
        self._last: list[Any] | None = None

    def head(self) -> tuple[int, int, int]:
        version, status, request_id = struct.unpack(">HHI", self._take(8))
        return version, status, request_id

    def tag(self) -> int:
        return self._take(1)[0]

    def attribute(self, tag: int, into: dict[str, list[Any]]) -> None:
        """Read one value: of a new attribute, or, without a name, one more of the last."""
        name = self._sized().decode("utf-8", "replace")
        if name:
            self._last = into.setdefault(name, [])
        elif not into or self._last is None:
            raise UnreadableAnswer("a value without an attribute")
        value = self._value(tag, 0)
        if self._last is not None:
            self._last.append(value)

    def _value(self, tag: int, depth: int) -> Any:
        self._values += 1
        if self._values > MOST_VALUES:
            raise UnreadableAnswer("too many values")
        raw = self._sized()
        if tag == Tag.BEGIN_COLLECTION:
            return self._collection(depth + 1)
        return _value_of(tag, raw)

    def _collection(self, depth: int) -> dict[str, list[Any]]:
        if depth > DEEPEST:
            raise UnreadableAnswer("nested too deeply")
        members: dict[str, list[Any]] = {}
        member: list[Any] | None = None
        while True:
            tag = self.tag()
            self._sized()  # a member's name stands in a value of its own
            if tag == Tag.END_COLLECTION:
                self._sized()
                return members
            if tag == Tag.MEMBER_NAME:
                member = members.setdefault(self._sized().decode("utf-8", "replace"), [])
                self._values += 1
            elif member is None or tag < 0x10:  # noqa: PLR2004 - a delimiter
                raise UnreadableAnswer("a collection that is none")
            else:
                member.append(self._value(tag, depth))

    def _sized(self) -> bytes:
        (length,) = struct.unpack(">H", self._take(2))
        return self._take(length)

    def _take(self, length: int) -> bytes:
        end = self._place + length
        if end > len(self._content):
            raise UnreadableAnswer("it ends early")
        taken = self._content[self._place : end]
        self._place = end
        return taken


_FORMATS = {Tag.INTEGER: ">i", Tag.ENUM: ">i", Tag.BOOLEAN: ">?"}
_OUT_OF_BAND = range(0x10, 0x20)
_CHARACTERS = range(0x40, 0x60)


def _value_of(tag: int, raw: bytes) -> Any:
    try:
        if tag in _FORMATS:
            return struct.unpack(_FORMATS[Tag(tag)], raw)[0]
        if tag == Tag.RANGE:
            return Range(*struct.unpack(">ii", raw))
        if tag == Tag.RESOLUTION:
            return Resolution(*struct.unpack(">iib", raw))
    except struct.error:
        raise UnreadableAnswer("a value of another length") from None
    if tag in _OUT_OF_BAND:
        return None
    if tag in {Tag.TEXT_WITH_LANGUAGE, Tag.NAME_WITH_LANGUAGE}:
        return _without_language(raw)
    return raw.decode("utf-8", "replace") if tag in _CHARACTERS else raw


def _without_language(raw: bytes) -> str:
    inner = _Reader(raw)
    inner._sized()  # noqa: SLF001 - its own kind
    return inner._sized().decode("utf-8", "replace")  # noqa: SLF001
