"""How a language spells nested values: one walk over the value, and a small table of signs for each language. Pure."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ticketsonic.developers.requests import FreshHash

SHORT_CHARACTERS = 64
"""What is shorter and holds nothing nested stands on one line."""
_NAME = re.compile(r"[a-z_][A-Za-z0-9_]*")


def quoted(text: str) -> str:
    """Quote a text as JSON does, which most languages read alike."""
    return json.dumps(text, ensure_ascii=False)


def bare_name(name: str) -> str:
    """Spell a key without quotes where it is a name."""
    return name if _NAME.fullmatch(name) else quoted(name)


@dataclass(frozen=True, slots=True)
class Signs:
    """The signs of one language."""

    fresh_hash: str
    opening_object: str = "{"
    closing_object: str = "}"
    opening_list: str = "["
    closing_list: str = "]"
    between: str = ": "
    text: Callable[[str], str] = quoted
    key: Callable[[str], str] = quoted
    true: str = "true"
    false: str = "false"
    trailing_comma: bool = True
    padding: str = ""
    """What stands inside the signs of an object on one line."""
    indent: str = "    "


JSON_SIGNS = Signs(fresh_hash="", trailing_comma=False, indent="  ")


def spell(value: Any, signs: Signs, depth: int = 0) -> str:
    """Spell a value: an object or list over several lines unless it is short. `depth` is that of the line it is on."""
    if isinstance(value, FreshHash):
        return signs.fresh_hash
    if isinstance(value, bool):
        return signs.true if value else signs.false
    if isinstance(value, str):
        return signs.text(value)
    if isinstance(value, dict):
        parts = [signs.key(name) + signs.between + spell(inner, signs, depth + 1) for name, inner in value.items()]
        return _enclosed(parts, (signs.opening_object, signs.closing_object, signs.padding), signs, depth)
    if isinstance(value, list):
        parts = [spell(inner, signs, depth + 1) for inner in value]
        return _enclosed(parts, (signs.opening_list, signs.closing_list, ""), signs, depth)
    return json.dumps(value)


def _enclosed(parts: list[str], enclosure: tuple[str, str, str], signs: Signs, depth: int) -> str:
    opening, closing, padding = enclosure
    if not parts:
        return opening + closing
    line = ", ".join(parts)
    if depth > 0 and len(line) <= SHORT_CHARACTERS and "\n" not in line:
        return opening + padding + line + padding + closing
    inner = "\n" + signs.indent * (depth + 1)
    end = ("," if signs.trailing_comma else "") + "\n" + signs.indent * depth
    return opening + inner + ("," + inner).join(parts) + end + closing
