"""A background larger, turned, CMYK, progressive, cut off, or a bomb: drawn right, or refused where it comes in."""

import base64
import io
import resource
import time

import pytest
from PIL import Image
from tests.badges.reading_back import picture_of
from tests.jpegs import jpeg_of
from tests.servers import Tenant

from ticketsonic.badges.drawing import Drawer
from ticketsonic.badges.jobs import BadgeTexts, Drawn, Job
from ticketsonic.events.badge import read_jpeg
from ticketsonic.events.jpeg import MOST_PIXELS, check_jpeg
from ticketsonic.wire.kinds import RefusedValue

ORANGE = (255, 153, 51)
FRAME = b"\xff\xc0\x00\x11\x08"


WHOLE = jpeg_of(300, 200)
UNDRAWABLE = WHOLE.replace(b"\xff\xdb", b"\xff\xfe")  # its quantization tables are mere comments


def draw_over(jpeg: bytes, size: str = "A7", drawn_format: str = "png") -> Drawn:
    drawer = Drawer()
    try:
        return drawer.draw(Job({"badge_size": size}, jpeg, [BadgeTexts("", "")], drawn_format))  # type: ignore[arg-type]
    finally:
        drawer.close()


def declaring(jpeg: bytes, width: int, height: int) -> bytes:
    """The same JPEG, declaring another size."""
    at = jpeg.index(FRAME) + len(FRAME)
    return jpeg[:at] + height.to_bytes(2, "big") + width.to_bytes(2, "big") + jpeg[at + 4 :]


@pytest.mark.parametrize("drawn_format", ["png", "pdf"])
@pytest.mark.parametrize(
    "given",
    [{}, {"progressive": True}, {"mode": "CMYK"}, {"mode": "CMYK", "progressive": True}],
    ids=["baseline", "progressive", "CMYK", "progressive CMYK"],
)
def test_each_kind_of_jpeg_is_drawn_in_its_colours(given: dict[str, object], drawn_format: str) -> None:
    drawn = draw_over(jpeg_of(300, 200, "#ff9933", **given), drawn_format=drawn_format)  # type: ignore[arg-type]
    picture = picture_of(drawn.content)
    assert not drawn.background_undrawable
    assert picture.getpixel((150, 100)) == pytest.approx(ORANGE, abs=6)
    assert picture.getpixel((310, 100)) == picture.getpixel((150, 210)) == (255, 255, 255)


def test_grey_stays_grey() -> None:
    assert picture_of(draw_over(jpeg_of(300, 200, "#777", mode="L")).content).getpixel((9, 9)) == (119, 119, 119)


def test_a_larger_background_is_drawn_1_to_1_and_cut_at_the_page() -> None:
    large = Image.new("RGB", (3000, 3000), "#ffffff")
    large.paste("#ff9933", (800, 1000, 3000, 3000))
    encoded = io.BytesIO()
    large.save(encoded, "JPEG", quality=95)
    picture = picture_of(draw_over(encoded.getvalue()).content)
    assert picture.size == (874, 1240)
    assert picture.getpixel((860, 1230)) == pytest.approx(ORANGE, abs=6)
    assert picture.getpixel((790, 990)) == pytest.approx((255, 255, 255), abs=6)


def test_a_photograph_lying_on_its_side_is_turned_as_a_browser_does() -> None:
    turned = Image.Exif()
    turned[0x0112] = 6
    picture = picture_of(draw_over(jpeg_of(300, 100, "#ff9933", exif=turned.tobytes())).content)
    assert picture.getpixel((50, 250)) == pytest.approx(ORANGE, abs=6)
    assert picture.getpixel((250, 50)) == (255, 255, 255)


def test_a_background_that_cannot_be_decoded_leaves_the_page_white_and_says_so() -> None:
    check_jpeg(UNDRAWABLE)
    drawn = draw_over(UNDRAWABLE)
    assert drawn.background_undrawable
    assert picture_of(drawn.content).getcolors() == [(874 * 1240, (255, 255, 255))]


def test_noise_in_the_scan_never_keeps_a_badge_from_being_drawn() -> None:
    scan = WHOLE.index(b"\xff\xda") + 20
    for noise in (b"\x00" * 50, b"\xaa" * 50, b"\xff\x00" * 25, b"\xff\xd0\xff\xd3" * 12):
        damaged = WHOLE[:scan] + noise + WHOLE[scan + len(noise) :]
        for drawn_format in ("png", "pdf"):
            picture_of(draw_over(damaged, drawn_format=drawn_format).content)
    picture_of(draw_over(WHOLE[:scan] + b"\xff\xd9").content)


def test_a_bomb_is_refused_without_being_decoded() -> None:
    bomb = declaring(jpeg_of(16, 16), 65535, 65535)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    with pytest.raises(RefusedValue, match="50 million pixels"):
        check_jpeg(bomb)
    assert time.process_time() - began < 0.1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 10_000


def test_the_largest_that_is_taken_can_be_drawn() -> None:
    jpeg = jpeg_of(10_000, MOST_PIXELS // 10_000, "#ff9933", mode="L")
    check_jpeg(jpeg)
    assert not draw_over(jpeg).background_undrawable


@pytest.mark.parametrize(
    ("jpeg", "reason"),
    [
        (b"", "must be a JPEG"),
        (b"\x89PNG\r\n\x1a\n", "must be a JPEG"),
        (b"\xff\xd8\xff", "cut off"),
        (WHOLE[: len(WHOLE) // 2], "cut off"),
        (WHOLE[:-2], "cut off"),
        (WHOLE[:100], "cut off"),
        (declaring(WHOLE, 0, 200), "no sense"),
        (WHOLE.replace(FRAME, b"\xff\xc3\x00\x11\x08"), "browsers do not draw"),
        (WHOLE.replace(FRAME, b"\xff\xc9\x00\x11\x08"), "browsers do not draw"),
        (WHOLE.replace(FRAME, b"\xff\xc1\x00\x11\x0c"), "browsers do not draw"),
        (b"\xff\xd8\xff\xe0\x00\x00" + WHOLE[2:], "no sense"),
        (b"\xff\xd8" + b"\xff\xfe\x00\x02" * 20_000 + WHOLE[2:], "no sense"),
        (b"\xff\xd8" + b"\xff" * 20_000 + WHOLE[2:], "no sense"),
        (WHOLE[: WHOLE.index(FRAME)] + WHOLE[WHOLE.index(b"\xff\xda") :], "no sense"),
        (b"\xff\xd8\xff\xe0 jpeg", "cut off"),
    ],
)
def test_what_no_browser_could_draw_is_refused_with_its_reason(jpeg: bytes, reason: str) -> None:
    with pytest.raises(RefusedValue, match=reason):
        read_jpeg(base64.b64encode(jpeg).decode() or "=")


def test_the_api_refuses_a_bomb_and_changes_nothing(alice: Tenant) -> None:
    event_id, _ = alice.event(badge={"badge_background": base64.b64encode(WHOLE).decode()})
    bomb = base64.b64encode(declaring(WHOLE, 65535, 65535)).decode()
    before = alice.get("event/list").json()
    body = {"request_hash": "bomb", "badge": {"badge_background": bomb, "badge_size": "A4"}}
    answer = alice.post("event/edit", body, x_api_eventid=str(event_id))
    assert (answer.status_code, answer.json()["errors"]) == (
        400,
        [{"field": "badge.badge_background", "reason": "has more than 50 million pixels"}],
    )
    assert alice.get("event/list").json() == before


def test_the_api_says_where_a_background_could_not_be_drawn(alice: Tenant) -> None:
    event_id, _ = alice.event(badge={"badge_background": base64.b64encode(UNDRAWABLE).decode()})
    answer = alice.get("badge/preview", x_api_eventid=str(event_id))
    assert (answer.status_code, answer.headers["x-badge-background"]) == (200, "undrawable")
