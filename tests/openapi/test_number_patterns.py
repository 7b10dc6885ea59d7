"""The patterns in the document take exactly the texts that the readers take."""

import re
from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ticketsonic.events.badge import BadgeFields
from ticketsonic.events.ticket_types import NewTicketType
from ticketsonic.wire.kinds import LARGEST_INTEGER, LATEST_TIMESTAMP, Kind, RefusedValue, integer
from ticketsonic.wire.plan import FieldPlan, plan_of


def kind_of(plans: tuple[FieldPlan, ...], name: str) -> Kind:
    kind = next(plan.shape for plan in plans if plan.name == name)
    assert isinstance(kind, Kind)
    return kind


KINDS = {
    "stock": integer(0),
    "units": integer(1),
    "time": integer(0, LATEST_TIMESTAMP),
    "price": kind_of(plan_of(NewTicketType), "price"),
    "offset": kind_of(plan_of(BadgeFields), "badge_primary_text_horizontal_offset"),
    "font size": kind_of(plan_of(BadgeFields), "badge_primary_text_fontsize"),
}
BOUNDS = (0, 1, 9, 10, 999, 1000, 1001, 99_999_999, LARGEST_INTEGER, LATEST_TIMESTAMP)
around = st.builds(lambda bound, step: str(max(bound + step, 0)), st.sampled_from(BOUNDS), st.integers(-2, 2))
texts = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "", "-", "+", " "]),
    st.sampled_from(["", "", "0", "000", "0" * 40]),
    around | st.integers(0, 10**13).map(str) | st.from_regex(r"[0-9]{0,12}", fullmatch=True),
    st.sampled_from(["", "", ".", ".0", ".00", ".5", ".50", ".505", ".0001", "e3", "\n", ".0\n", "٣"]),
)


@given(st.sampled_from(sorted(KINDS)), texts)
def test_a_text_is_read_where_the_pattern_takes_it_and_refused_where_not(name: str, text: str) -> None:
    kind = KINDS[name]
    (schema,) = (one for one in kind.schema["anyOf"] if one["type"] == "string")
    promised = re.search(ecma(schema["pattern"]), text) is not None and len(text) <= schema["maxLength"]
    assert promised is is_read(kind.read, text)


def ecma(pattern: str) -> str:
    """Python's `$` also stands before a last line break, JSON Schema's does not."""
    return pattern.removesuffix("$") + r"\Z"


def is_read(read: Callable[[Any], Any], text: str) -> bool:
    try:
        read(text)
    except RefusedValue:
        return False
    return True
