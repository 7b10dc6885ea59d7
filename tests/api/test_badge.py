"""contract.md §4, the badge's fields; drawing them is tested elsewhere."""

import base64
from typing import Any

import httpx
import pytest

from tests.api.answers import assert_done, assert_refused, listed_event
from tests.jpegs import jpeg_base64, jpeg_of
from tests.servers import Tenant, fresh_hash

SIX = {
    "badge_text_horizontal_location": "center",
    "badge_text_vertical_location": "center",
    "badge_primary_text_fontsize": "30",
    "badge_secondary_text_fontsize": "20",
    "badge_primary_text_color": "#000000",
    "badge_secondary_text_color": "#000000",
}
EACH = {
    "test_text": None,
    "text_horizontal_location": "center",
    "text_horizontal_offset": "0",
    "text_vertical_location": "center",
    "text_vertical_offset": "0",
    "text_break_distance": "0",
}
DEFAULTS: dict[str, Any] = {
    **SIX,
    "badge_size": "A6",
    **{f"badge_{which}_{name}": value for which in ("primary", "secondary") for name, value in EACH.items()},
    "badge_background_url": None,
}
JPEG = jpeg_base64()


@pytest.fixture(scope="module")
def event_id(alice: Tenant) -> int:
    return alice.event()[0]


def edit(tenant: Tenant, event_id: int, badge: Any) -> httpx.Response:
    return tenant.post("event/edit", {"request_hash": fresh_hash(), "badge": badge}, x_api_eventid=str(event_id))


def badge_of(tenant: Tenant, event_id: int) -> dict[str, Any]:
    badge: dict[str, Any] = listed_event(tenant, event_id)["badge"]
    return badge


@pytest.mark.parametrize("empty", [{}, []], ids=repr)
def test_it_has_a_default_for_every_field(alice: Tenant, empty: Any) -> None:
    assert badge_of(alice, alice.event(badge=empty)[0]) == DEFAULTS


def test_it_lists_every_field_as_it_was_given(alice: Tenant) -> None:
    given = {
        "badge_size": "A4",
        "badge_primary_test_text": "Ева & Co",
        "badge_primary_text_horizontal_location": "left",
        "badge_primary_text_horizontal_offset": "-12.5",
        "badge_primary_text_vertical_location": "top",
        "badge_primary_text_vertical_offset": "10",
        "badge_primary_text_fontsize": "45",
        "badge_primary_text_color": "#0A0b0C",
        "badge_primary_text_break_distance": "3",
        "badge_secondary_test_text": "Company",
        "badge_secondary_text_horizontal_location": "right",
        "badge_secondary_text_horizontal_offset": "1000",
        "badge_secondary_text_vertical_location": "bottom",
        "badge_secondary_text_vertical_offset": "-1000",
        "badge_secondary_text_fontsize": "30.5",
        "badge_secondary_text_color": "#555",
        "badge_secondary_text_break_distance": "-7.25",
    }
    event_id, _ = alice.event(badge=given)
    assert badge_of(alice, event_id) == DEFAULTS | given


@pytest.mark.parametrize("size", ["A4", "A5", "A6", "A7", "A8", "A9", "A10"])
def test_it_takes_the_iso_sizes(alice: Tenant, event_id: int, size: str) -> None:
    assert_done(edit(alice, event_id, {"badge_size": size}))
    assert badge_of(alice, event_id)["badge_size"] == size


@pytest.mark.parametrize(
    ("given", "listed"),
    [
        (45, "45"), ("45", "45"), (45.0, "45"), ("45.00", "45"), (30.5, "30.5"), ("30.50", "30.5"), (0.5, "0.5"),
        (1000, "1000"), ("1000.0", "1000"), (100, "100"), ("007", "7"),
    ],
)  # fmt: skip
def test_it_lists_font_sizes_as_strings(alice: Tenant, event_id: int, given: Any, listed: str) -> None:
    fields = ("badge_primary_text_fontsize", "badge_secondary_text_fontsize")
    assert_done(edit(alice, event_id, dict.fromkeys(fields, given)))
    badge = badge_of(alice, event_id)
    assert [badge[name] for name in fields] == [listed, listed]


@pytest.mark.parametrize(
    ("given", "listed"),
    [
        (0, "0"), ("0", "0"), ("-0.0", "0"), (-12.5, "-12.5"), ("-12.50", "-12.5"), (1000, "1000"), (-1000, "-1000"),
        ("1000.0", "1000"), (0.25, "0.25"),
    ],
)  # fmt: skip
def test_it_lists_offsets_and_break_distances_as_strings(alice: Tenant, event_id: int, given: Any, listed: str) -> None:
    names = ("horizontal_offset", "vertical_offset", "break_distance")
    fields = [f"badge_{which}_text_{name}" for which in ("primary", "secondary") for name in names]
    assert_done(edit(alice, event_id, dict.fromkeys(fields, given)))
    badge = badge_of(alice, event_id)
    assert {badge[name] for name in fields} == {listed}


REFUSED: dict[str, list[Any]] = {
    "badge_size": ["A3", "A11", "a6", "letter", 6, True],
    "badge_text_horizontal_location": ["top", "middle", "LEFT", 1],
    "badge_text_vertical_location": ["left", "middle", 1],
    "badge_primary_text_horizontal_location": ["top", "justify"],
    "badge_secondary_text_vertical_location": ["left", "baseline"],
    "badge_primary_text_fontsize": [0, "0", "0.0", -1, 1000.5, 1001, "big", "1e2", True, [], {}],
    "badge_secondary_text_fontsize": [0, "-30", "30px", "NaN"],
    "badge_primary_text_horizontal_offset": [1000.01, -1000.01, "1001", "left", "1e2", True, []],
    "badge_secondary_text_vertical_offset": [1001, "-1001", "10%"],
    "badge_primary_text_break_distance": [1001, "x"],
    "badge_primary_test_text": ["x" * 256, 5, "a\0b", "\ud800"],
    "badge_background": ["not base64!", "QUJD", 5, True, base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()],
}


@pytest.mark.parametrize("field", REFUSED)
def test_it_refuses_what_is_beyond_a_field_s_range(alice: Tenant, event_id: int, field: str) -> None:
    before = badge_of(alice, event_id)
    for value in REFUSED[field]:
        assert_refused(edit(alice, event_id, {field: value, "badge_size": value if field == "badge_size" else "A10"}),
                       "invalid request", f"badge.{field}")  # fmt: skip
    assert badge_of(alice, event_id) == before


@pytest.mark.parametrize("badge", ["A6", 5, True, [1], [{}]], ids=repr)
def test_it_refuses_a_badge_that_is_no_object(alice: Tenant, event_id: int, badge: Any) -> None:
    assert_refused(edit(alice, event_id, badge), "invalid request", "badge")


@pytest.mark.parametrize(("axis", "one", "other"), [("horizontal", "left", "right"), ("vertical", "top", "bottom")])
def test_an_unprefixed_location_sets_both_prefixed_ones(alice: Tenant, axis: str, one: str, other: str) -> None:
    both, primary, secondary = (f"badge_{which}text_{axis}_location" for which in ("", "primary_", "secondary_"))

    def shown() -> list[str]:
        badge = badge_of(alice, event_id)
        return [badge[name] for name in (both, primary, secondary)]

    event_id, _ = alice.event(badge={both: one})
    assert shown() == [one, one, one]
    assert_done(edit(alice, event_id, {primary: other}))
    assert shown() == [one, other, one]
    assert_done(edit(alice, event_id, {both: "center"}))
    assert shown() == ["center", "center", "center"], "those stored before, too"
    assert_done(edit(alice, event_id, {both: one, secondary: other}))
    assert shown() == [one, one, other]
    assert_done(edit(alice, event_id, {"badge_size": "A7"}))
    assert shown() == [one, one, other]


@pytest.mark.parametrize("head", ["", "data:image/jpeg;base64,"])
def test_it_takes_a_background_and_lists_its_address_instead(alice: Tenant, head: str) -> None:
    event_id, _ = alice.event(badge={"badge_background": head + JPEG})
    badge = badge_of(alice, event_id)
    assert "badge_background" not in badge
    shown = httpx.get(badge["badge_background_url"])
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
    assert shown.content == base64.b64decode(JPEG)
    assert badge["badge_background_url"].startswith(alice.url)


def test_it_keeps_the_background_until_another_one_comes(alice: Tenant) -> None:
    event_id, _ = alice.event(badge={"badge_background": JPEG})
    first = badge_of(alice, event_id)["badge_background_url"]
    for unchanged in ({}, {"badge_size": "A5"}, {"badge_background": ""}, {"badge_background": None}):
        assert_done(edit(alice, event_id, unchanged))
    assert badge_of(alice, event_id)["badge_background_url"] == first
    other = jpeg_of(colour="#102030")
    assert_done(edit(alice, event_id, {"badge_background": base64.b64encode(other).decode()}))
    second = badge_of(alice, event_id)["badge_background_url"]
    assert httpx.get(second).content == other
    assert httpx.get(first).status_code == 404


def test_it_takes_the_background_away_where_that_is_said(alice: Tenant) -> None:
    event_id, _ = alice.event(badge={"badge_background": JPEG})
    address = badge_of(alice, event_id)["badge_background_url"]
    assert_done(edit(alice, event_id, {"badge_background_remove": False}))
    assert badge_of(alice, event_id)["badge_background_url"] == address
    assert_done(edit(alice, event_id, {"badge_background_remove": True}))
    assert badge_of(alice, event_id)["badge_background_url"] is None
    assert httpx.get(address).status_code == 404
    assert_done(edit(alice, event_id, {"badge_background_remove": True, "badge_background": JPEG}))
    assert httpx.get(badge_of(alice, event_id)["badge_background_url"]).content == base64.b64decode(JPEG)


def test_an_explicit_null_clears_a_test_text_and_an_empty_one_leaves_it(alice: Tenant) -> None:
    event_id, _ = alice.event(badge={"badge_primary_test_text": "Zoë", "badge_secondary_test_text": "Zoo"})
    assert_done(edit(alice, event_id, {"badge_primary_test_text": None, "badge_secondary_test_text": ""}))
    badge = badge_of(alice, event_id)
    assert (badge["badge_primary_test_text"], badge["badge_secondary_test_text"]) == (None, "Zoo")


def test_it_takes_a_background_of_an_a4_badge(alice: Tenant) -> None:
    jpeg = jpeg_of(padding_bytes=8_000_000)
    event_id, _ = alice.event(badge={"badge_size": "A4", "badge_background": base64.b64encode(jpeg).decode()})
    assert len(httpx.get(badge_of(alice, event_id)["badge_background_url"]).content) == len(jpeg)
