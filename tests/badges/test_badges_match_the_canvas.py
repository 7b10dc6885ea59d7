"""Our PNG against an HTML canvas in a real Chromium, by the contract's formulas: every size, place and setting."""

import io
import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page
from tests.badges.chromium import canvas_boxes, open_canvas

from ticketsonic.badges.drawing import Drawer
from ticketsonic.badges.jobs import BadgeTexts, Job
from ticketsonic.badges.layout import PIXELS_PER_MILLIMETRE, SIZES_MILLIMETRES

PLACES = tuple(itertools.product(("left", "center", "right"), ("top", "center", "bottom")))
MOST_APART_MILLIMETRES = 1.0


@pytest.fixture(scope="module")
def canvas() -> Iterator[Page]:
    with open_canvas() as page:
        yield page


@pytest.fixture(scope="module")
def drawer() -> Iterator[Drawer]:
    drawer = Drawer()
    yield drawer
    drawer.close()


def setting(text: str, horizontal: str, vertical: str, **given: Any) -> dict[str, Any]:
    usual = {"horizontal_offset": 0, "vertical_offset": 0, "fontsize": 30, "color": "#000", "break_distance": 0}
    return {"text": text, "horizontal": horizontal, "vertical": vertical} | usual | given


def our_box(drawer: Drawer, size: str, given: dict[str, Any]) -> tuple[int, int, int, int]:
    """Where the ink of our PNG is."""
    badge = {
        "badge_size": size,
        "badge_primary_text_horizontal_location": given["horizontal"],
        "badge_primary_text_vertical_location": given["vertical"],
    } | {
        f"badge_primary_text_{name}": str(given[name])
        for name in ("horizontal_offset", "vertical_offset", "fontsize", "color", "break_distance")
    }
    drawn = drawer.draw(Job(badge, None, [BadgeTexts(given["text"], "")], "png"))
    image = Image.open(io.BytesIO(drawn.content)).convert("L").point(lambda grey: 255 if grey < 128 else 0)
    box = image.getbbox()
    assert box is not None, "nothing was drawn"
    return box


def assert_alike(canvas: Page, drawer: Drawer, size: str, settings: list[dict[str, Any]]) -> None:
    expected = canvas_boxes(canvas, SIZES_MILLIMETRES[size], settings)
    apart = {}
    for given, theirs in zip(settings, expected, strict=True):
        ours = our_box(drawer, size, given)
        furthest = max(abs(one - other) for one, other in zip(ours, theirs, strict=True)) / PIXELS_PER_MILLIMETRE
        if furthest > MOST_APART_MILLIMETRES:
            apart[str(given)] = (ours, theirs)
    assert not apart


@pytest.mark.parametrize("size", SIZES_MILLIMETRES)
def test_each_size_has_its_nine_places_where_the_canvas_has_them(canvas: Page, drawer: Drawer, size: str) -> None:
    font_size = 30 if size in {"A9", "A10"} else 60
    assert_alike(canvas, drawer, size, [setting("ANNA", *place, fontsize=font_size) for place in PLACES])


@pytest.mark.parametrize("place", PLACES, ids="-".join)
def test_offsets_and_break_distances_move_a_text_as_on_the_canvas(
    canvas: Page, drawer: Drawer, place: tuple[str, str]
) -> None:
    up = {"top": 1, "center": -1, "bottom": 1}[place[1]]
    assert_alike(
        canvas,
        drawer,
        "A7",
        [
            setting("Tom Żukowski", *place, horizontal_offset=7.5, vertical_offset=12, color="#123456"),
            setting("ANNA MARIA", *place, horizontal_offset=3, vertical_offset=up * 20, break_distance=25, fontsize=40),
            setting("Жанна де Вит", *place, vertical_offset=up * 30.5, break_distance=0.5, fontsize=30.5),
        ],
    )


@pytest.mark.parametrize("font_size", [15, 20.25, 45, 120])
def test_font_sizes_are_css_points_on_the_canvas(canvas: Page, drawer: Drawer, font_size: float) -> None:
    assert_alike(
        canvas, drawer, "A6", [setting("Wave", "center", "center", fontsize=font_size), setting("fi", "left", "top")]
    )


def test_a_text_that_just_fits_is_not_shrunk(canvas: Page, drawer: Drawer) -> None:
    assert_alike(canvas, drawer, "A6", [setting("MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM"[:33], "left", "center")])
