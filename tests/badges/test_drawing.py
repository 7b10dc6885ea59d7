"""What comes out of the renderer: any script, the exact size, the same bytes, nothing run, nothing hidden."""

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.badges.reading_back import picture_of, sizes_of, texts_of
from tests.jpegs import jpeg_of

from ticketsonic.badges.drawing import Drawer
from ticketsonic.badges.fonts import folder_of, open_fonts
from ticketsonic.badges.jobs import BadgeTexts, Drawn, Format, Job
from ticketsonic.badges.layout import SIZES_MILLIMETRES
from ticketsonic.badges.printable import printable

APART: dict[str, str | None] = {
    "badge_primary_text_vertical_location": "top",
    "badge_primary_text_vertical_offset": "20",
}
SCRIPTS = {
    "Latin": "Łukasz Ångström-Đỗ ffi Ÿ ẞ q̃",
    "Cyrillic": "Жанна Щербакова Ѓорѓи Їжак",
    "Greek": "Ωραία Ἀθηνᾶ",
    "Hebrew": "דוד בן־גוריון",
    "Arabic": "محمد علي الأمير",
    "Urdu": "ڈاکٹر پروین",
    "Devanagari": "देवनागरी क्षत्रिय",
    "Bengali": "শ্রীকৃষ্ণ",
    "Tamil": "தமிழ் கொ",
    "Thai": "กุ้ง ภาษาไทย",
    "Georgian": "ქართული",
    "Armenian": "Հայաստան",
    "Ethiopic": "አማርኛ",
    "Khmer": "ខ្មែរ",
    "Chinese": "张伟 張偉 𠮷",
    "Japanese": "山田太郎 かなカナ",
    "Korean": "홍길동",
    "emoji": "😀 🎉 👨‍👩‍👧 👍🏽 🇧🇬 ❤️",
}


BEH, ALEF, TATWEEL = "\u0628", "\u0627", "\u0640"


@pytest.fixture(scope="module")
def drawer() -> Iterator[Drawer]:
    drawer = Drawer()
    yield drawer
    drawer.close()


def draw(drawer: Drawer, primary: str, secondary: str = "", drawn_format: Format = "pdf", **badge: str) -> Drawn:
    return drawer.draw(Job(APART | badge, None, [BadgeTexts(primary, secondary)], drawn_format))


def ink_of(drawn: Drawn) -> tuple[int, int, int, int]:
    box = picture_of(drawn.content).convert("L").point(lambda grey: 255 if grey < 128 else 0).getbbox()
    assert box is not None, "nothing was drawn"
    return box


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_script_has_its_glyphs_and_as_much_room_as_was_measured(drawer: Drawer, script: str) -> None:
    drawn = draw(drawer, SCRIPTS[script], "", "png", badge_size="A5")
    assert drawn.missing == ""
    left, _, right, _ = ink_of(drawn)
    measured = drawer._shaper.measure(printable(SCRIPTS[script]))
    assert right - left == pytest.approx((measured.right - measured.left) * 40, abs=4)
    assert (left + right) / 2 == pytest.approx(874, abs=8)


def test_arabic_letters_are_joined(drawer: Drawer) -> None:
    joined, apart = ink_of(draw(drawer, BEH * 5)), ink_of(draw(drawer, "\u200c".join(BEH * 5)))
    assert joined[2] - joined[0] < 0.7 * (apart[2] - apart[0])


def test_arabic_runs_from_the_right(drawer: Drawer) -> None:
    drawn = draw(drawer, ALEF + TATWEEL * 7, badge_primary_text_fontsize="100")
    left, top, right, bottom = ink_of(drawn)
    assert min(inked_columns(drawn, top + (bottom - top) // 5)) > (left + right) / 2, "the alef comes first"


def test_a_bracket_in_a_right_to_left_name_closes_at_its_left(drawer: Drawer) -> None:
    drawn = draw(drawer, "דוד (דודי)", badge_primary_text_fontsize="60")
    left, top, _, bottom = ink_of(drawn)
    assert min(inked_columns(drawn, (top + bottom) // 2)) == pytest.approx(left, abs=1), "it bulges to the left"


def inked_columns(drawn: Drawn, row: int) -> list[int]:
    picture = picture_of(drawn.content).convert("L")
    return [x for x in range(picture.width) if picture.getpixel((x, row)) < 128]


def test_markup_prints_as_it_stands(drawer: Drawer) -> None:
    for name in ("#strong[x] *b* _i_ $a^2$ `c` <l> @r", '#read("badge.typ")', "\\u{41} // no /* no */", "= A - B + C"):
        assert texts_of(draw(drawer, name).content) == [name]


def test_invisible_characters_leave_no_box_and_turn_nothing_round(drawer: Drawer) -> None:
    plain = draw(drawer, "Anna Bell", "", "png")
    for name in (
        "\u200bAn\ufeffna\u00ad Bell\u2060",
        "\u202eAnna Bell",
        "Anna\tBell",
        "Anna\u2028Bell",
        "\x07Anna\x1b Bell\x9f",
        "\u2066Anna Bell\u2069",
        "\u200eAnna Bell\u200f",
    ):
        drawn = draw(drawer, name, "", "png")
        assert drawn.missing == ""
        assert ink_of(drawn) == pytest.approx(ink_of(plain), abs=2), ascii(name)


def test_letters_and_marks_print_alike_composed_or_not(drawer: Drawer) -> None:
    assert draw(drawer, "Zoe\u0308 A\u030a").content == draw(drawer, "Zo\u00eb \u00c5").content


def test_what_no_font_has_is_said_and_seen(drawer: Drawer) -> None:
    drawn = draw(drawer, "\U00012000 \U00012000 \ue000", "\U00010330 ok")
    assert drawn.missing == "\ue000\U00010330\U00012000"
    ink_of(drawn)


@pytest.mark.parametrize("size", SIZES_MILLIMETRES)
def test_pages_have_the_iso_size_to_the_hundredth_of_a_millimetre(drawer: Drawer, size: str) -> None:
    assert sizes_of(draw(drawer, "A", badge_size=size).content) == [SIZES_MILLIMETRES[size]]


def test_the_same_input_gives_the_same_bytes_on_any_drawer(drawer: Drawer) -> None:
    job = Job(APART, jpeg_of(1240, 1748), [BadgeTexts("محمد 山田 😀", f"Guest {number}") for number in range(20)])
    other = Drawer()
    first = hashlib.sha256(drawer.draw(job).content).hexdigest()
    assert first == hashlib.sha256(drawer.draw(job).content).hexdigest()
    assert first == hashlib.sha256(other.draw(job).content).hexdigest()
    other.close()


def test_a_colour_is_drawn_as_given(drawer: Drawer) -> None:
    for colour, expected in (("#0A0b0C", (10, 11, 12)), ("#f40", (255, 68, 0))):
        drawn = draw(drawer, "████", "", "png", badge_primary_text_color=colour)
        assert drawn.missing == ""
        colours = picture_of(drawn.content).getcolors(100_000)
        assert expected in {colour for _, colour in colours}


def test_a_name_of_10_000_characters_is_drawn(drawer: Drawer) -> None:
    drawn = draw(drawer, "Lorem ipsum " * 833, "", "pdf", badge_size="A4")
    assert texts_of(drawn.content)[0].count("Lorem") == 833


def test_it_draws_50_badges_a_second_on_one_core(drawer: Drawer) -> None:
    background = jpeg_of(1240, 1748)
    draw(drawer, "warm")
    began = time.process_time()
    for number in range(100):
        drawer.draw(Job(APART, background, [BadgeTexts(f"Name Surname {number}", f"Company {number}")]))
    assert (time.process_time() - began) / 100 < 1 / 50


def test_it_draws_500_badges_in_one_pdf_in_under_10_seconds(drawer: Drawer) -> None:
    texts = [BadgeTexts(f"Name Surname {number}", f"Company {number}") for number in range(500)]
    began = time.process_time()
    drawn = drawer.draw(Job(APART, jpeg_of(1240, 1748), texts))
    assert time.process_time() - began < 10
    assert len(sizes_of(drawn.content)) == 500


def test_a_font_of_the_operators_never_takes_the_place_of_ours(drawer: Drawer, tmp_path: Path) -> None:
    (thai,) = folder_of("manimgx_fonts").glob("NotoSansThai*")
    (tmp_path / "NotoSansThai-Black.ttf").symlink_to(thai)
    other = Drawer(tmp_path)
    assert draw(other, SCRIPTS["Thai"]).content == draw(drawer, SCRIPTS["Thai"]).content
    other.close()


def test_a_family_that_only_the_operator_has_is_asked_last(tmp_path: Path) -> None:
    (thai,) = folder_of("manimgx_fonts").glob("NotoSansThai*")
    name, other_name = ("".join(text).encode("utf-16-be") for text in ("Noto Sans Thai", "Fête Sans Thai"))
    (tmp_path / "fete.ttf").write_bytes(thai.read_bytes().replace(name, other_name))
    fonts = open_fonts(tmp_path)
    assert fonts.typefaces[-1].family == "Fête Sans Thai"
    assert fonts.own_files == (tmp_path / "fete.ttf",)
