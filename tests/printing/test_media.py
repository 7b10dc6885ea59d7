"""The paper that is asked for; pure."""

from typing import Any

import pytest

from ticketsonic.badges.layout import SIZES_MILLIMETRES
from ticketsonic.printing.ipp.media import choose_medium, read_media
from ticketsonic.printing.ipp.messages import Tag

A6 = SIZES_MILLIMETRES["A6"]


def asked(*keywords: str, size: tuple[int, int] = A6) -> Any:
    wishes = choose_medium(*size, keywords)
    (wish,) = wishes.values()
    return wish.value  # type: ignore[union-attr]


@pytest.mark.parametrize("size", list(SIZES_MILLIMETRES))
def test_a_badges_own_size_is_asked_for_by_its_name(size: str) -> None:
    width, height = SIZES_MILLIMETRES[size]
    own = f"iso_{size.lower()}_{width}x{height}mm"
    assert asked("iso_a3_297x420mm", own, "na_letter_8.5x11in", size=(width, height)) == own


def test_a_size_of_another_name_is_the_same_paper() -> None:
    assert asked("iso_a4_210x297mm", "om_badge_105.4x147.8mm") == "om_badge_105.4x147.8mm"


def test_a_printer_of_any_size_is_told_ours() -> None:
    keywords = ("custom_min_25x25mm", "custom_max_8.5x14in", "iso_a4_210x297mm")
    size = asked(*keywords)["media-size"]
    assert size.tag is Tag.BEGIN_COLLECTION
    assert {name: value.value for name, value in size.value.items()} == {"x-dimension": 10500, "y-dimension": 14800}
    assert asked("custom_min_25x25mm", "custom_max_80x80mm", "iso_a4_210x297mm") == "iso_a4_210x297mm"


def test_else_it_is_the_least_that_it_fits_on_and_nothing_where_none_does() -> None:
    assert asked("na_letter_8.5x11in", "iso_a5_148x210mm", "iso_a7_74x105mm") == "iso_a5_148x210mm"
    assert choose_medium(*A6, ["iso_a7_74x105mm"]) == {}
    assert choose_medium(*A6, []) == {}


def test_names_that_say_no_size_are_left_out() -> None:
    assert read_media(["main", "iso_a4", "a_b_1.2.3x4mm", "", "custom", "x_y_1x2in"]) == [("x_y_1x2in", 25.4, 50.8)]
