"""The kinds of value a v1 body may hold: how each is read, and how OpenAPI describes it.

Source: contract.md §1, the table of kinds. Pure: text in, value out, or :class:`RefusedValue`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from ticketsonic.wire.patterns import LONGEST_NUMBER_CHARACTERS, PRICE_PATTERN, whole_number_pattern

LARGEST_INTEGER = 2_147_483_647
LARGEST_PRICE_MINOR = 9_999_999_999
LATEST_TIMESTAMP = 253_402_300_799  # the last second of the year 9999
TITLE_CHARACTERS = 255
DESCRIPTION_CHARACTERS = 10_000
CURRENCIES = ("EUR", "USD", "GBP", "BGN")

_INTEGER = re.compile(r"(-?[0-9]+)(?:\.0+)?")
_PRICE = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
STORABLE_PATTERN = r"^[^\u0000]*$"
"""Lone surrogates, refused as well, are none of the characters that a pattern can name."""


class Number(str):
    """A JSON number as it was written, so that no digit is lost to a binary float."""

    __slots__ = ()


class RefusedValue(ValueError):
    """A value is none of its kind; the one argument is the reason, for the client to read."""


class RefusedField(ValueError):
    """A field does not go with another one of its struct: raised by a struct's `__post_init__`."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


@dataclass(frozen=True, slots=True, eq=False)  # each its own: annotations are compared by hash
class Kind:
    """One kind of value. `read` takes parsed JSON (numbers as :class:`Number`) and returns what is stored."""

    read: Callable[[Any], Any]
    schema: Mapping[str, Any]
    zero_is_absent: bool = False
    """A timestamp of 0 means "no date" (contract.md §1)."""
    names_a_line: bool = False
    """Refused as `invalid stock or sku` and not as `invalid request` (contract.md §1)."""
    takes_anything: bool = False
    """Also null, false and "" count as given: the domain has its own answer to them."""


def may_be_number(value: Any) -> bool:
    """Whether a value is a number or a text that is not too long to hold one."""
    return isinstance(value, str) and len(value) <= LONGEST_NUMBER_CHARACTERS


def read_integer(value: Any, *, low: int, high: int) -> int:
    """Read an integer between two bounds, from `150`, `"150"` or `150.0`."""
    matched = _INTEGER.fullmatch(value) if may_be_number(value) else None
    if matched is None:
        raise RefusedValue("must be a whole number")
    number = int(matched[1])
    if number < low:
        raise RefusedValue(f"must be at least {low}")
    if number > high:
        raise RefusedValue(f"must be at most {high}")
    return number


def read_price_minor(value: Any) -> int:
    """Read a price in minor units (cents) from `250`, `280.50` or `"20.5"`; never by way of a binary float."""
    matched = _PRICE.fullmatch(value) if may_be_number(value) else None
    if matched is None:
        raise RefusedValue("must be an amount such as 250 or 20.50")
    whole, decimals = matched[2], (matched[3] or "").rstrip("0")
    if len(decimals) > 2:  # noqa: PLR2004 - cents
        raise RefusedValue("must have no more than 2 decimals")
    price_minor = int(whole) * 100 + int(decimals.ljust(2, "0"))
    if matched[1] and price_minor:
        raise RefusedValue("must be at least 0")
    if price_minor > LARGEST_PRICE_MINOR:
        raise RefusedValue("must be at most 99999999.99")
    return price_minor


def read_text(value: Any, *, longest: int) -> str:
    """Read any Unicode text, as it is, up to a number of characters; no NUL and no lone surrogate."""
    if not isinstance(value, str) or isinstance(value, Number):
        raise RefusedValue("must be a text")
    if not value:
        raise RefusedValue("must not be empty")
    if len(value) > longest:
        raise RefusedValue(f"must have no more than {longest} characters")
    if _UNSTORABLE.search(value):
        raise RefusedValue("must not hold NUL or a lone surrogate")
    return str(value)


def read_choice(value: Any, *, choices: tuple[str, ...]) -> str:
    """Read one of a few words."""
    if not isinstance(value, str) or isinstance(value, Number) or value not in choices:
        raise RefusedValue("must be one of " + ", ".join(choices))
    return value


def integer(low: int, high: int = LARGEST_INTEGER, **traits: bool) -> Kind:
    """Make the kind of an integer within bounds."""
    return Kind(
        read=lambda value: read_integer(value, low=low, high=high),
        schema={
            "anyOf": [
                {"type": "integer", "minimum": low, "maximum": high},
                _number_as_text(whole_number_pattern(low, high)),
            ]
        },
        **traits,
    )


def text(longest: int, **traits: bool) -> Kind:
    """Make the kind of a text of 1 to `longest` characters."""
    return Kind(
        read=lambda value: read_text(value, longest=longest),
        schema={"type": "string", "minLength": 1, "maxLength": longest, "pattern": STORABLE_PATTERN},
        **traits,
    )


def choice(*choices: str) -> Kind:
    """Make the kind of one word out of a few."""
    return Kind(
        read=lambda value: read_choice(value, choices=choices),
        schema={"type": "string", "enum": list(choices)},
    )


_FLAGS = {"1": True, "true": True, "0": False, "false": False}


def read_flag(value: Any) -> bool | UnsetType:
    """Read yes or no, from `true`, `1` or `"1"`. Here `false` says no; null and "" alone mean absent."""
    if isinstance(value, bool):
        return value
    if value is None or value == "":
        return UNSET
    found = None
    if isinstance(value, Number):
        whole = _INTEGER.fullmatch(value) if may_be_number(value) else None
        found = _FLAGS.get(str(int(whole[1]))) if whole else None
    elif isinstance(value, str):
        found = _FLAGS.get(value)
    if found is None:
        raise RefusedValue("must be true or false")
    return found


def flag() -> Kind:
    """Make the kind of yes or no, where no is worth saying: `false` counts as given (other than contract.md §1)."""
    schema = {"anyOf": [{"type": "boolean"}, {"enum": [0, 1, *_FLAGS]}]}
    return Kind(read=read_flag, schema=schema, takes_anything=True)


def anything() -> Kind:
    """Make the kind that refuses nothing, where the domain has its own answer to nonsense."""
    return Kind(read=lambda value: value, schema={"type": "string"}, takes_anything=True)


def _number_as_text(pattern: str) -> dict[str, Any]:
    return {"type": "string", "maxLength": LONGEST_NUMBER_CHARACTERS, "pattern": pattern}


# The names below are what request structs are written in. The msgspec bounds repeat the kind's own, for
# the fast typed pass; tests/wire holds the two passes against each other.
RequestHash = Annotated[str, Meta(min_length=1, max_length=255), text(255)]
Title = Annotated[str, text(TITLE_CHARACTERS)]
Description = Annotated[str, text(DESCRIPTION_CHARACTERS)]
GuestText = Annotated[str, Meta(min_length=1, max_length=TITLE_CHARACTERS), text(TITLE_CHARACTERS)]
PriceMinor = Annotated[
    int,
    Kind(
        read=read_price_minor,
        schema={
            "anyOf": [
                {"type": "number", "minimum": 0, "maximum": 99999999.99, "multipleOf": 0.01},
                _number_as_text(PRICE_PATTERN),
            ]
        },
    ),
]
Currency = Annotated[str, choice(*CURRENCIES)]
Stock = Annotated[int, integer(0)]
Flag = Annotated[bool, flag()]
StockChange = Annotated[int, integer(-LARGEST_INTEGER)]
Timestamp = Annotated[int, Meta(ge=1, le=LATEST_TIMESTAMP), integer(0, LATEST_TIMESTAMP, zero_is_absent=True)]
LineSku = Annotated[str, Meta(min_length=1, max_length=255), text(255, names_a_line=True)]
LineUnits = Annotated[int, Meta(ge=1, le=LARGEST_INTEGER), integer(1, names_a_line=True)]
