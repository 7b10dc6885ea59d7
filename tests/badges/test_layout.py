"""contract.md §4: where each line stands, in pixels, and what happens to one that would leave the page."""

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticketsonic.badges.layout import (
    PIXELS_PER_MILLIMETRE,
    SIZES_MILLIMETRES,
    SMALLEST_FONT_SIZE,
    BadgeStyle,
    Extent,
    PlacedLine,
    TextStyle,
    lay_out,
    read_style,
)

W, H = 105 * PIXELS_PER_MILLIMETRE, 148 * PIXELS_PER_MILLIMETRE
PLAIN = TextStyle("center", 0, "center", 0, 30, "#000000", 0)
LETTER = 0.5
"""The advance of every letter of the measure below, in heights of the font; its ink is as wide, and half as high."""


def measure(text: str) -> Extent:
    """A typewriter's: every letter takes the same room, a `g` hangs below the line."""
    clusters = tuple((index, LETTER) for index in range(len(text)))
    return Extent(len(text) * LETTER, 0, len(text) * LETTER, 0.5 if text.strip() else 0, 0.2 * ("g" in text), clusters)


def place(text: str, size: str = "A6", **changed: Any) -> tuple[PlacedLine, ...]:
    style = dataclasses.replace(PLAIN, **changed)
    return lay_out(BadgeStyle(size, style, PLAIN), text, "", measure).lines


@pytest.mark.parametrize(
    ("horizontal", "offset", "x"),
    [
        ("left", 0, 0),
        ("left", 10, W * 0.1),
        ("center", 0, W / 2 - 40),
        ("center", -10.5, W / 2 - 40 - W * 0.105),
        ("right", 0, W - 80),
        ("right", 10, W - 80 - W * 0.1),
    ],
)
def test_a_text_stands_left_center_or_right_by_its_width(horizontal: str, offset: float, x: float) -> None:
    (line,) = place("ABCD", horizontal=horizontal, horizontal_offset=offset)
    assert line.x == pytest.approx(x)


@pytest.mark.parametrize(
    ("vertical", "offset", "font_size", "baseline"),
    [
        ("top", 0, 30, 40),
        ("top", 5, 20, 26 + H * 0.05),  # 26.67, floored
        ("center", 0, 20, H / 2 + 13),
        ("center", -20, 30, H / 2 + 20 - H * 0.2),
        ("bottom", 0, 30, H),
        ("bottom", 7.5, 30, H - H * 0.075),
    ],
)
def test_a_baseline_is_at_the_top_center_or_bottom(
    vertical: str, offset: float, font_size: float, baseline: float
) -> None:
    (line,) = place("ABCD", vertical=vertical, vertical_offset=offset, font_size=font_size)
    assert line.baseline == pytest.approx(baseline)
    assert line.font_pixels == pytest.approx(font_size * 4 / 3)


def test_with_a_break_distance_each_word_is_a_line_lower_by_points_and_distance() -> None:
    lines = place("ANNA VAN DIJK", break_distance=12.5)
    assert [line.text for line in lines] == ["ANNA", "VAN", "DIJK"]
    assert [line.x for line in lines] == pytest.approx([W / 2 - 40, W / 2 - 30, W / 2 - 40])
    assert [line.baseline for line in lines] == pytest.approx([H / 2 + 20 + index * 42.5 for index in range(3)])


def test_two_spaces_in_a_row_leave_an_empty_line() -> None:
    first, second = place("A  B", break_distance=10)
    assert second.baseline - first.baseline == pytest.approx(80)


@pytest.mark.parametrize("distance", [0, -5])
def test_without_a_break_distance_it_is_one_line(distance: float) -> None:
    assert [line.text for line in place("ANNA VAN DIJK", break_distance=distance)] == ["ANNA VAN DIJK"]


def test_nothing_is_placed_for_no_text() -> None:
    assert place("") == place("   ") == ()


def test_a_line_too_long_is_shrunk_until_it_just_fits() -> None:
    (line,) = place("A" * 100)
    assert line.x == pytest.approx(0)
    assert 100 * LETTER * line.font_pixels == pytest.approx(W)


def test_a_line_is_shrunk_to_the_room_beside_its_anchor() -> None:
    (line,) = place("A" * 50, horizontal="left", horizontal_offset=25)
    assert line.x == pytest.approx(W / 4)
    assert line.x + 50 * LETTER * line.font_pixels == pytest.approx(W)
    (line,) = place("A" * 50, horizontal_offset=10)
    assert line.x + 50 * LETTER * line.font_pixels == pytest.approx(W)


def test_a_line_too_long_for_the_smallest_size_is_broken_at_spaces() -> None:
    text = " ".join(["ABCDEFGHI"] * 30)
    lines = place(text)
    assert " ".join(line.text for line in lines) == text
    assert {line.font_pixels for line in lines} == {SMALLEST_FONT_SIZE * 4 / 3}
    assert len(lines) == 3
    assert sum(line.baseline for line in lines) / 3 == pytest.approx(H / 2 + 10)


def test_a_word_too_long_for_the_smallest_size_is_broken_between_letters() -> None:
    lines = place("A" * 300, vertical="bottom")
    assert "".join(line.text for line in lines) == "A" * 300
    assert lines[-1].baseline == pytest.approx(H)


def test_a_size_below_the_smallest_is_left_as_it_is() -> None:
    assert {line.font_pixels for line in place("A" * 400, font_size=9)} == {12}


def test_lines_that_fill_more_than_the_page_are_shrunk_together() -> None:
    lines = place(" ".join(["ANNA"] * 30), break_distance=40)
    assert len(lines) == 30
    assert len({line.font_pixels for line in lines}) == 1
    assert_on_the_page(lines, "A6")


def test_what_hangs_below_the_page_is_moved_up_and_no_more() -> None:
    assert place("ANNA", vertical="bottom")[0].baseline == pytest.approx(H)
    assert place("Anna g", vertical="bottom")[0].baseline == pytest.approx(H - 0.2 * 40)


def test_the_two_texts_are_placed_each_by_its_own_settings() -> None:
    stored: dict[str, str | None] = {
        "badge_size": "A10",
        "badge_primary_text_fontsize": "12",
        "badge_secondary_text_fontsize": "10.5",
        "badge_secondary_text_vertical_location": "bottom",
        "badge_secondary_text_color": "#abc",
    }
    page = lay_out(read_style(stored), "AB", "CD", measure)
    assert (page.width_millimetres, page.height_millimetres) == (26, 37)
    assert [(line.text, line.font_pixels, line.colour) for line in page.lines] == [
        ("AB", 16, "#000000"),
        ("CD", 14, "#abc"),
    ]


def test_defaults_are_the_contracts() -> None:
    style = read_style({})
    assert (style.size, style.primary, style.secondary.font_size) == ("A6", PLAIN, 20)


def assert_on_the_page(lines: tuple[PlacedLine, ...], size: str) -> None:
    width, height = (side * PIXELS_PER_MILLIMETRE + 1e-3 for side in SIZES_MILLIMETRES[size])
    for line in lines:
        extent = measure(line.text)
        assert line.x >= -1e-3
        assert line.x + extent.width * line.font_pixels <= width
        assert line.baseline - extent.ascent * line.font_pixels >= -1e-3
        assert line.baseline + extent.descent * line.font_pixels <= height


@given(
    st.text("Ag ", min_size=1, max_size=300),
    st.sampled_from(sorted(SIZES_MILLIMETRES)),
    st.builds(
        TextStyle,
        st.sampled_from(["left", "center", "right"]),
        st.floats(-1000, 1000),
        st.sampled_from(["top", "center", "bottom"]),
        st.floats(-1000, 1000),
        st.floats(0.000001, 1000),
        st.just("#000"),
        st.floats(-1000, 1000),
    ),
)
def test_nothing_is_ever_cut_or_lost(text: str, size: str, style: TextStyle) -> None:
    lines = lay_out(BadgeStyle(size, style, PLAIN), text, "", measure).lines
    assert_on_the_page(lines, size)
    assert "".join(line.text for line in lines).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize("text", ["A" * 10_000, "Ag " * 3333, "A" * 9_000 + " g" * 500])
@pytest.mark.parametrize("size", ["A4", "A10"])
def test_a_text_of_10_000_characters_is_whole_on_any_page(text: str, size: str) -> None:
    lines = place(text, size)
    assert_on_the_page(lines, size)
    assert "".join(line.text for line in lines).replace(" ", "") == text.replace(" ", "")
