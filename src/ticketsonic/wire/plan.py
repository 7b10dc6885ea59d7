"""What a request struct says of its fields, worked out once: the lenient reader and OpenAPI both follow it."""

import types
import typing
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec
from msgspec import UNSET, Struct, UnsetType

from ticketsonic.wire.kinds import Kind


@dataclass(frozen=True, slots=True)
class NestedPlan:
    """A field that holds an object."""

    struct_type: type[Struct]


@dataclass(frozen=True, slots=True)
class ListPlan:
    """A field that holds a non-empty list of objects."""

    struct_type: type[Struct]


@dataclass(frozen=True, slots=True)
class FieldPlan:
    """One field of a request struct, as the reader needs it."""

    name: str
    shape: Kind | NestedPlan | ListPlan
    required: bool
    clearable: bool
    """An explicit null clears what is stored, other than leaving the field out (the two edits)."""
    absent: Any
    """What the struct gets where the field is absent: UNSET or None."""

    @property
    def takes_anything(self) -> bool:
        """Whether null, false and "" count as given."""
        return isinstance(self.shape, Kind) and self.shape.takes_anything

    @property
    def zero_is_absent(self) -> bool:
        """Whether 0 means "no date"."""
        return isinstance(self.shape, Kind) and self.shape.zero_is_absent

    @property
    def names_a_line(self) -> bool:
        """Whether a refusal is the order line's own, `invalid stock or sku`."""
        return isinstance(self.shape, Kind) and self.shape.names_a_line


@cache
def plan_of(struct_type: type[Struct]) -> tuple[FieldPlan, ...]:
    """Every field of a struct, in its order."""
    hints = typing.get_type_hints(struct_type, include_extras=True)
    return tuple(
        _plan_field(field.name, hints[field.name], required=field.required)
        for field in msgspec.structs.fields(struct_type)
    )


def _plan_field(name: str, hint: Any, *, required: bool) -> FieldPlan:
    alternatives = set(get_args(hint)) if get_origin(hint) in {Union, types.UnionType} else {hint}
    settable = UnsetType in alternatives
    clearable = settable and types.NoneType in alternatives
    (value_hint,) = alternatives - {UnsetType, types.NoneType}
    return FieldPlan(
        name=name,
        shape=_shape(value_hint),
        required=required,
        clearable=clearable,
        absent=UNSET if settable else None,
    )


def _shape(hint: Any) -> Kind | NestedPlan | ListPlan:
    if get_origin(hint) is Annotated:
        kind = next((extra for extra in hint.__metadata__ if isinstance(extra, Kind)), None)
        return kind or _shape(get_args(hint)[0])
    if get_origin(hint) is list:
        return ListPlan(get_args(hint)[0])
    return NestedPlan(hint)
