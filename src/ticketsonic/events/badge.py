"""A badge's settings: which fields there are, their defaults, how a request merges into what is stored, pure.

Source: contract.md §4. What is stored is sparse: only what was ever given.
"""

import base64
import binascii
import re
from decimal import Decimal
from typing import Annotated, Any

from msgspec import UNSET, Struct, UnsetType

from ticketsonic.events.jpeg import check_jpeg
from ticketsonic.wire.kinds import Flag, Kind, Number, RefusedValue, choice, may_be_number, text
from ticketsonic.wire.patterns import LONGEST_NUMBER_CHARACTERS, decimal_pattern

SIZES = ("A4", "A5", "A6", "A7", "A8", "A9", "A10")
LARGEST_FONT_SIZE = 1000
LARGEST_OFFSET = 1000
_COLOUR = re.compile(r"#(?:[0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})")
_DECIMAL = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_JSON_DECIMAL = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]{1,3})?")
_FINEST = Decimal("0.000001")
_DATA_URL = re.compile(r"data:image/jpe?g;base64,")


def read_decimal(value: Any, *, low: int, high: int, above_low: bool) -> str:
    """Read a decimal within bounds, spelled as lists show it: `"45"`, `"30.5"`; rounded to six decimals."""
    spelling = _JSON_DECIMAL if isinstance(value, Number) else _DECIMAL
    if not may_be_number(value) or not spelling.fullmatch(value):
        raise RefusedValue("must be a number such as 30 or 30.5")
    number = Decimal(value)
    if number > high or number < low or (above_low and number == low):
        raise RefusedValue(f"must be {'above' if above_low else 'at least'} {low} and at most {high}")
    rounded = number.quantize(_FINEST) + 0  # + 0: no "-0"
    if above_low:
        rounded = max(rounded, low + _FINEST)
    return f"{rounded:f}".rstrip("0").rstrip(".")


def read_colour(value: Any) -> str:
    """Read a colour, as given: `#444` or `#0A0b0C`."""
    if not isinstance(value, str) or not _COLOUR.fullmatch(value):
        raise RefusedValue("must be a colour such as #444 or #0a0b0c")
    return value


def read_jpeg(value: Any) -> bytes:
    """Read a JPEG in base64, with or without the head of a data URL."""
    if not isinstance(value, str) or isinstance(value, Number):
        raise RefusedValue("must be a JPEG in base64")
    try:
        packed = "".join(value.split())
        jpeg = base64.b64decode(packed[_head_characters(packed) :], validate=True)
    except (binascii.Error, ValueError):
        raise RefusedValue("must be a JPEG in base64") from None
    check_jpeg(jpeg)
    return jpeg


def _head_characters(packed: str) -> int:
    head = _DATA_URL.match(packed)
    return head.end() if head else 0


def _decimal(low: int, high: int, *, above_low: bool = False) -> Kind:
    bound = "exclusiveMinimum" if above_low else "minimum"
    pattern = decimal_pattern(high, above_zero=above_low)
    return Kind(
        read=lambda value: read_decimal(value, low=low, high=high, above_low=above_low),
        schema={
            "anyOf": [
                {"type": "number", bound: low, "maximum": high},
                {"type": "string", "maxLength": LONGEST_NUMBER_CHARACTERS, "pattern": pattern},
            ]
        },
    )


Horizontal = Annotated[str, choice("left", "center", "right")] | UnsetType
Vertical = Annotated[str, choice("top", "center", "bottom")] | UnsetType
Offset = Annotated[str, _decimal(-LARGEST_OFFSET, LARGEST_OFFSET)] | UnsetType
FontSize = Annotated[str, _decimal(0, LARGEST_FONT_SIZE, above_low=True)] | UnsetType
_COLOUR_SCHEMA = {"type": "string", "pattern": "^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$"}
Colour = Annotated[str, Kind(read=read_colour, schema=_COLOUR_SCHEMA)] | UnsetType
TestText = Annotated[str, text(255)] | UnsetType | None
_SIXTH = r"\s*[A-Za-z0-9+/]"  # 6 bits, white space anywhere
_JPEG_SCHEMA = {
    "type": "string",
    "contentMediaType": "image/jpeg",
    "contentEncoding": "base64",
    "pattern": (
        r"^\s*(data:image/jpe?g;base64,)?\s*/\s*9\s*j\s*/"
        rf"(({_SIXTH}){{4}})*(({_SIXTH}){{2}}\s*=\s*=|({_SIXTH}){{3}}\s*=)?\s*$"
    ),
}


class BadgeFields(Struct):
    """The badge of event/new and event/edit: the pages' six fields, the plugin's eighteen and one of ours.

    A client in the field may send null for a background that it does not change, so removing one has its own word.
    """

    badge_text_horizontal_location: Horizontal = UNSET
    badge_text_vertical_location: Vertical = UNSET
    badge_size: Annotated[str, choice(*SIZES)] | UnsetType = UNSET
    badge_background: Annotated[bytes, Kind(read=read_jpeg, schema=_JPEG_SCHEMA)] | UnsetType = UNSET
    badge_background_remove: Flag | UnsetType = UNSET
    badge_primary_test_text: TestText = UNSET
    badge_primary_text_horizontal_location: Horizontal = UNSET
    badge_primary_text_horizontal_offset: Offset = UNSET
    badge_primary_text_vertical_location: Vertical = UNSET
    badge_primary_text_vertical_offset: Offset = UNSET
    badge_primary_text_fontsize: FontSize = UNSET
    badge_primary_text_color: Colour = UNSET
    badge_primary_text_break_distance: Offset = UNSET
    badge_secondary_test_text: TestText = UNSET
    badge_secondary_text_horizontal_location: Horizontal = UNSET
    badge_secondary_text_horizontal_offset: Offset = UNSET
    badge_secondary_text_vertical_location: Vertical = UNSET
    badge_secondary_text_vertical_offset: Offset = UNSET
    badge_secondary_text_fontsize: FontSize = UNSET
    badge_secondary_text_color: Colour = UNSET
    badge_secondary_text_break_distance: Offset = UNSET


DEFAULTS: dict[str, str | None] = {
    "badge_text_horizontal_location": "center",
    "badge_text_vertical_location": "center",
    "badge_size": "A6",
    "badge_primary_test_text": None,
    "badge_primary_text_horizontal_location": "center",
    "badge_primary_text_horizontal_offset": "0",
    "badge_primary_text_vertical_location": "center",
    "badge_primary_text_vertical_offset": "0",
    "badge_primary_text_fontsize": "30",
    "badge_primary_text_color": "#000000",
    "badge_primary_text_break_distance": "0",
    "badge_secondary_test_text": None,
    "badge_secondary_text_horizontal_location": "center",
    "badge_secondary_text_horizontal_offset": "0",
    "badge_secondary_text_vertical_location": "center",
    "badge_secondary_text_vertical_offset": "0",
    "badge_secondary_text_fontsize": "20",
    "badge_secondary_text_color": "#000000",
    "badge_secondary_text_break_distance": "0",
}


FIRST_LOOK = {
    "badge_primary_text_fontsize": "90",
    "badge_secondary_text_fontsize": "45",
    "badge_secondary_text_vertical_offset": "7",
}
"""What a badge begins with that a person makes: by the API's defaults both texts are small, one over the other."""
_BACKGROUND = frozenset({"badge_background", "badge_background_remove"})


def merge_badge(stored: dict[str, str], given: BadgeFields) -> dict[str, str]:
    """Merge a request's fields into what is stored; the background is kept apart, and None clears a test text.

    The unprefixed location sets both prefixed ones where the same request does not give those.
    """
    changes = {
        name: value
        for name in given.__struct_fields__
        if name not in _BACKGROUND and (value := getattr(given, name)) is not UNSET
    }
    for axis in ("horizontal", "vertical"):
        if both := changes.get(f"badge_text_{axis}_location"):
            for which in ("primary", "secondary"):
                changes.setdefault(f"badge_{which}_text_{axis}_location", both)
    return {name: value for name, value in {**stored, **changes}.items() if value is not None}


def list_badge(stored: dict[str, str], background_url: str | None) -> dict[str, str | None]:
    """Give every field as lists show it, defaults filled in, and the background by its URL."""
    return {**DEFAULTS, **stored, "badge_background_url": background_url}
