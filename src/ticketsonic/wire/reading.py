"""Reads a request body into its struct: a fast typed pass, and a lenient one that names every field.

The lenient pass is the definition. The fast one (msgspec, ~1 µs) is used for the hot bodies and only where it
provably gives the same: it refuses the forms it does not know, and as many colons when it is written again show that
no key came twice, which msgspec would not say.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, NoReturn, TypeVar

import msgspec
from msgspec import UNSET, Struct

from ticketsonic.wire.kinds import Number, RefusedField, RefusedValue, may_be_number
from ticketsonic.wire.plan import FieldPlan, ListPlan, NestedPlan, plan_of

_ZERO = re.compile(r"-?0+(?:\.0+)?")
MOST_PROBLEMS = 100
"""How many fields an answer names at the most: a bound on the answer, not on the check."""

MOST_COMMAS = 20_000
"""How many commas a body holds at the most, which bounds its values and the time to read them: 5,000 full lines."""

S = TypeVar("S", bound=Struct)


class Problem(NamedTuple):
    """One refused field: where it stands, why, and whether it is an order line's SKU or stock."""

    field: str
    reason: str
    names_a_line: bool = False


class UnreadableBody(ValueError):
    """The body cannot become its struct; `problems` names every field, or has one entry for the whole body."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems)
        self.problems = problems


def reader(struct_type: type[S], *, fast: bool = False) -> Callable[[bytes], S]:
    """Make the function that reads bodies of one struct.

    `fast` is for structs whose optional fields default to UNSET and whose msgspec bounds equal their kinds'.
    The function raises :class:`UnreadableBody`.
    """
    if not fast:
        return lambda body: read_leniently(struct_type, body)
    decode = msgspec.json.Decoder(struct_type).decode
    encode = msgspec.json.Encoder().encode

    def read(body: bytes) -> S:
        try:
            # A NUL is only ever written as its escape; what holds that, or a colon's, takes the careful way.
            if b"\\u0000" not in body and b"\\u003" not in body and (body.isascii() or body.decode()):
                parsed = decode(body)
                # A key that came twice, or is none of ours, has a colon that is missing where it is written again.
                if encode(parsed).count(b":") == body.count(b":"):
                    return parsed
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            pass
        return read_leniently(struct_type, body)

    return read


def read_leniently(struct_type: type[S], body: bytes) -> S:
    """Read a body by the contract's table of kinds; raises :class:`UnreadableBody` naming every refused field."""
    problems: list[Problem] = []
    parsed = _read_struct(struct_type, parse_json(body), "", problems)
    if problems or parsed is None:
        raise UnreadableBody(problems[:MOST_PROBLEMS])
    return parsed


def parse_json(body: bytes) -> Any:
    """JSON with its numbers as :class:`Number`; refuses what is none, and a key that comes twice."""
    if body.count(b",") > MOST_COMMAS:  # while Python reads, nobody else is served
        raise UnreadableBody([Problem("body", "holds too many values")])
    try:
        return _DECODER.decode(body.decode("utf-8-sig"))
    except RepeatedKey as repeated:
        raise UnreadableBody([Problem(str(repeated.args[0])[:255], "comes twice in one object")]) from None
    except UnicodeDecodeError:
        raise UnreadableBody([Problem("body", "must be UTF-8")]) from None
    except RecursionError:
        raise UnreadableBody([Problem("body", "is nested too deeply")]) from None
    except ValueError:
        raise UnreadableBody([Problem("body", "must be JSON")]) from None


class RepeatedKey(ValueError):
    """An object has one key twice."""


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    parsed = dict(pairs)
    if len(parsed) != len(pairs):
        seen: set[str] = set()
        repeated = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise RepeatedKey(repeated.encode("utf-8", "replace").decode())
    return parsed


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique_keys, parse_int=Number, parse_float=Number, parse_constant=_no_constant
)


def _read_struct(struct_type: type[S], value: Any, path: str, problems: list[Problem]) -> S | None:
    if value == []:  # PHP's empty array is its empty object
        value = {}
    if not isinstance(value, dict):
        problems.append(Problem(path.rstrip(".") or "body", "must be an object"))
        return None
    before = len(problems)
    fields = {
        plan.name: _read_field(plan, value, path, problems)
        for plan in plan_of(struct_type)
        if len(problems) < MOST_PROBLEMS
    }
    if len(problems) > before:
        return None
    try:
        return struct_type(**fields)
    except RefusedField as refused:
        problems.append(Problem(path + refused.field, str(refused)))
        return None


def _read_field(plan: FieldPlan, parent: Mapping[str, Any], path: str, problems: list[Problem]) -> Any:
    value = parent.get(plan.name, UNSET)
    if not plan.takes_anything:
        if value is None and plan.clearable:
            return None
        if _is_absent(value, plan):
            value = UNSET
    if value is UNSET:
        if plan.required:
            problems.append(Problem(path + plan.name, "is required", plan.names_a_line))
        return plan.absent
    shape = plan.shape
    if isinstance(shape, NestedPlan):
        return _read_struct(shape.struct_type, value, f"{path}{plan.name}.", problems)
    if isinstance(shape, ListPlan):
        return _read_list(shape, value, path + plan.name, problems)
    try:
        return shape.read(value)
    except RefusedValue as refused:
        problems.append(Problem(path + plan.name, str(refused), plan.names_a_line))
        return plan.absent


def _is_absent(value: Any, plan: FieldPlan) -> bool:
    if value is None or value is False or value == "":
        return True
    return plan.zero_is_absent and may_be_number(value) and _ZERO.fullmatch(value) is not None


def _read_list(shape: ListPlan, value: Any, path: str, problems: list[Problem]) -> list[Any]:
    if isinstance(value, dict) and value and all(key.isdecimal() and key.isascii() for key in value):
        value = [value[key] for key in sorted(value, key=lambda key: (len(key.lstrip("0")), key.lstrip("0")))]
    if not isinstance(value, list):
        problems.append(Problem(path, "must be a list"))
        return []
    if not value:
        problems.append(Problem(path, "must not be empty"))
        return []
    items = []
    for index, item in enumerate(value):
        if len(problems) >= MOST_PROBLEMS:
            break
        items.append(_read_struct(shape.struct_type, item, f"{path}[{index}].", problems))
    return items
