"""A badge as pixels: what is laid on a background is what typst draws, and none of its ink is lost (issue 5)."""

import contextlib
import io
from collections.abc import Iterator

import pytest
from PIL import Image, ImageChops
from tests.jpegs import jpeg_of

from ticketsonic.badges.drawing import Drawer
from ticketsonic.badges.jobs import BadgeTexts, Format, Job
from ticketsonic.badges.raster import DOTS_PER_INCH, spell_page
from ticketsonic.events.badge import DEFAULTS, SIZES

WHITE = jpeg_of(8, 8, "#ffffff")
MOST_APART = 20
"""Of 255: the edge of a glyph may be one of sixteen steps lighter or darker. Ink that is cut is apart by 255."""
STACKED = "Z\u0351\u0363\u036b\u0357\u0346\u0301\u0342\u035b\u0310a\u0331\u0320\u0323\u0324\u0325\u0326\u0329lgo"


@pytest.fixture(scope="module")
def drawer() -> Iterator[Drawer]:
    with contextlib.closing(Drawer()) as drawer:
        yield drawer


def drawn(drawer: Drawer, wanted: Format, background: bytes | None, primary: str, **badge: str) -> bytes:
    job = Job({**DEFAULTS, **badge}, background, [BadgeTexts(primary, "Ústav dějin")], wanted)
    return drawer.draw(job).content


def image_of(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content)).convert("RGB")


def apart(one: Image.Image, other: Image.Image) -> int:
    assert one.size == other.size
    return max(int(highest) for _, highest in ImageChops.difference(one, other).getextrema())


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("vertical", ["top", "bottom"])
def test_on_a_white_background_it_is_the_badge_without_one(drawer: Drawer, size: str, vertical: str) -> None:
    badge = {"badge_size": size, "badge_primary_text_fontsize": "45.5", "badge_primary_text_color": "#c03020"}
    badge |= {"badge_primary_text_vertical_location": vertical, "badge_secondary_text_vertical_location": vertical}
    on_white, plain = (image_of(drawn(drawer, "png", each, "Žofie gjpq", **badge)) for each in (WHITE, None))
    assert apart(on_white, plain) <= MOST_APART
    assert plain.getextrema() != ((255, 255),) * 3


@pytest.mark.parametrize("name", [STACKED, "ปั้นที่น้ำ", "שָׁלוֹם", "محمّد", "नित्या", "W" * 255, "\U00010330 𓀀", "👩‍👩‍👧‍👦"])
def test_no_ink_is_lost_whatever_the_script(drawer: Drawer, name: str) -> None:
    badge = {"badge_primary_text_fontsize": "90", "badge_primary_text_break_distance": "0"}
    on_white, plain = (image_of(drawn(drawer, "png", each, name, **badge)) for each in (WHITE, None))
    assert apart(on_white, plain) <= MOST_APART


@pytest.mark.parametrize(("wanted", "mode"), [("raster", "RGB"), ("grey-raster", "L")])
def test_raster_has_the_pixels_of_the_png(drawer: Drawer, wanted: Format, mode: str) -> None:
    photo = jpeg_of(1240, 1748, "#205080")
    page = image_of(drawn(drawer, "png", photo, "Ada")).convert(mode)
    spelled = spell_page(page.tobytes(), *page.size, channels=len(mode), dots_per_inch=DOTS_PER_INCH)
    assert drawn(drawer, wanted, photo, "Ada") == spelled


def test_a_page_without_a_text_is_its_background(drawer: Drawer) -> None:
    job = Job({**DEFAULTS, "badge_size": "A10"}, jpeg_of(100, 100, "#205080"), [BadgeTexts("", "")], "png")
    page = image_of(drawer.draw(job).content)
    assert page.getpixel((99, 99)) == pytest.approx((0x20, 0x50, 0x80), abs=3)
    assert page.getpixel((100, 100)) == (255, 255, 255)


def test_the_same_badge_is_the_same_bytes_in_every_format(drawer: Drawer) -> None:
    formats: tuple[Format, ...] = ("png", "jpeg", "raster", "grey-raster")
    with contextlib.closing(Drawer()) as other:
        for wanted in formats:
            assert drawn(drawer, wanted, WHITE, "Ada") == drawn(other, wanted, WHITE, "Ada")
