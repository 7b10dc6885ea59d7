"""The badge editor without JavaScript: what it takes, what it refuses, and that the preview is what is printed."""

import io
import re

import httpx
import pytest
from PIL import Image

from tests.jpegs import jpeg_of
from tests.portal.visitors import Visitor, signed_in
from tests.servers import RunningServer, Tenant

A10_PIXELS = (307, 437)


@pytest.fixture
def organiser(server: RunningServer, alice: Tenant) -> Visitor:
    return signed_in(server, alice.user_id)


@pytest.fixture
def badge(alice: Tenant) -> str:
    """The address of an event's badge, of the smallest size there is."""
    event_id, _ = alice.event(badge={"badge_size": "A10", "badge_primary_text_fontsize": 12})
    return f"/account/events/{event_id}/badge"


def upload(organiser: Visitor, badge: str, content: bytes, name: str = "picture.jpg", **fields: str) -> str:
    given = {"badge_size": "A10", **fields}
    answer = organiser.send(badge, badge, files={"badge_background": (name, content, "image/jpeg")}, **given)
    return "saved" if answer.status_code == 303 else f"{answer.status_code} {answer.text}"


def test_it_takes_a_jpeg_of_the_badge_s_size_and_draws_it(organiser: Visitor, badge: str) -> None:
    plain = organiser.get(f"{badge}/preview.png").content
    assert upload(organiser, badge, jpeg_of(*A10_PIXELS, "#205040")) == "saved"
    drawn = organiser.get(f"{badge}/preview.png").content
    assert drawn.startswith(b"\x89PNG")
    assert drawn != plain


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(2000), "no JPEG picture"),
        (b"%PDF-1.7", "no JPEG picture"),
        (b"<svg onload=alert(1)>", "no JPEG picture"),
        (jpeg_of(*A10_PIXELS)[:900], "cut off"),
        (jpeg_of(600, 400), "600 pixels wide and 400 high; this badge is 307 by 437"),
    ],
)
def test_it_refuses_what_is_none_and_says_why(organiser: Visitor, badge: str, content: bytes, said: str) -> None:
    answer = upload(organiser, badge, content)
    assert answer.startswith("422")
    assert said in answer
    assert "badge_background_url" not in organiser.get(badge).text
    assert "There is a background" not in organiser.get(badge).text


def test_it_refuses_fifty_megapixels_without_decoding_them(organiser: Visitor, badge: str) -> None:
    jpeg = bytearray(jpeg_of(*A10_PIXELS))
    frame = jpeg.index(b"\xff\xc0")
    jpeg[frame + 5 : frame + 9] = (8000).to_bytes(2, "big") + (8000).to_bytes(2, "big")
    answer = upload(organiser, badge, bytes(jpeg))
    assert answer.startswith("422")
    assert "more than 50 million pixels" in answer


def test_it_takes_another_size_from_who_means_it(organiser: Visitor, badge: str) -> None:
    assert upload(organiser, badge, jpeg_of(600, 400), any_size="on") == "saved"
    assert "There is a background" in organiser.get(badge).text


def test_the_background_can_be_taken_away_again_and_the_preview_shows_it_first(organiser: Visitor, badge: str) -> None:
    plain = organiser.get(f"{badge}/preview.png").content
    assert upload(organiser, badge, jpeg_of(*A10_PIXELS, "#205040")) == "saved"
    assert organiser.get(f"{badge}/preview.png?badge_background_remove=on").content == plain
    assert organiser.get(f"{badge}/preview.png").content != plain
    assert organiser.send(badge, badge, badge_background_remove="on").status_code == 303
    assert organiser.get(f"{badge}/preview.png").content == plain
    assert "badge_background_remove" not in organiser.get(badge).text


def test_a_name_to_try_that_was_emptied_is_gone_when_it_is_saved(organiser: Visitor, alice: Tenant, badge: str) -> None:
    assert organiser.send(badge, badge, badge_primary_test_text="Zoë").status_code == 303
    assert 'value="Zoë"' in organiser.get(badge).text
    assert organiser.send(badge, badge, badge_primary_test_text="").status_code == 303
    assert alice.get("event/list").json()["events"][-1]["badge"]["badge_primary_test_text"] is None


def test_the_preview_follows_the_fields_and_saves_nothing(organiser: Visitor, badge: str) -> None:
    usual = organiser.get(f"{badge}/preview.png").content
    larger = organiser.get(f"{badge}/preview.png?badge_primary_text_fontsize=20").content
    comma = organiser.get(f"{badge}/preview.png?badge_primary_text_fontsize=20,0").content
    assert larger == comma != usual
    assert organiser.get(f"{badge}/preview.png").content == usual
    assert organiser.get(f"{badge}/preview.png?badge_primary_text_fontsize=0").status_code == 422


def test_a_picture_is_previewed_before_it_is_saved_and_only_where_it_is_one(organiser: Visitor, badge: str) -> None:
    page = organiser.get(badge).text
    hidden = dict(re.findall(r'<input type="hidden" name="(csrf)" value="([^"]*)">', page))

    def preview(content: bytes, **fields: str) -> httpx.Response:
        sent = {"badge_size": "A10", **hidden, **fields}
        picture = {"badge_background": ("picture.jpg", content, "image/jpeg")}
        return organiser.client.post(f"{badge}/preview.png", data=sent, files=picture)

    plain = organiser.get(f"{badge}/preview.png").content
    shown = preview(jpeg_of(*A10_PIXELS, "#205040"))
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/png")
    assert Image.open(io.BytesIO(shown.content)).convert("RGB").getpixel((2, 2)) == pytest.approx((32, 80, 64), abs=4)
    assert preview(b"<svg onload=alert(1)>").status_code == 422
    assert preview(jpeg_of(*A10_PIXELS), csrf="").status_code == 403
    assert organiser.get(f"{badge}/preview.png").content == plain


def test_who_typed_nothing_sees_a_sample_in_their_language(organiser: Visitor, badge: str) -> None:
    def drawn(**query: str) -> bytes:
        return organiser.client.get(f"{badge}/preview.png", params=query).content

    given = {"badge_primary_test_text": "Име Фамилия", "badge_secondary_test_text": "Фирма"}
    assert drawn(locale="bg") == drawn(**given) != drawn(locale="en")


def test_the_preview_is_what_the_api_draws(organiser: Visitor, alice: Tenant, badge: str) -> None:
    event_id = badge.split("/")[3]
    drawn = alice.client.get("/v1/badge/preview?format=png", headers={"X-API-EventID": event_id})
    assert organiser.get(f"{badge}/preview.png").content == drawn.content


def test_the_button_shows_how_it_looks_without_saving(organiser: Visitor, alice: Tenant, badge: str) -> None:
    shown = organiser.send(badge, badge, act="preview", badge_size="A7", badge_primary_test_text="Zoë")
    assert shown.status_code == 200
    assert "badge_size=A7" in shown.text
    assert alice.get("event/list").json()["events"][-1]["badge"]["badge_size"] == "A10"


def test_wrong_fields_are_marked_and_nothing_is_saved(organiser: Visitor, alice: Tenant, badge: str) -> None:
    answer = organiser.send(badge, badge, badge_primary_text_fontsize="huge", badge_primary_text_color="red")
    assert answer.status_code == 422
    assert "Give a number such as 30 or 30.5." in answer.text
    assert "Give a colour such as #444" in answer.text
    assert alice.get("event/list").json()["events"][-1]["badge"]["badge_primary_text_fontsize"] == "12"
