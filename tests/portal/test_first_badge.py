"""The badge of an event that was made in the portal: legible before anybody has looked at its settings."""

import io

from PIL import Image, ImageChops

from tests.portal.conftest import on_one_database
from tests.portal.test_event_pages import EVENT
from tests.portal.visitors import Visitor, signed_in
from tests.servers import RunningServer, Tenant

NAME_HEIGHT_PIXELS = 60
"""5 mm at 300 dpi: read at arm's length."""


def _ink(organiser: Visitor, badge: str, name: str, company: str) -> tuple[int, int, int, int]:
    query = {"badge_primary_test_text": name, "badge_secondary_test_text": company}
    drawn = Image.open(io.BytesIO(organiser.client.get(f"{badge}/preview.png", params=query).content)).convert("L")
    box = ImageChops.invert(drawn).getbbox()
    assert box is not None
    return box


@on_one_database
def test_name_and_company_stand_one_below_the_other(server: RunningServer, alice: Tenant) -> None:
    organiser = signed_in(server, alice.user_id)
    made = organiser.send("/account/events/new", "/account/events/new", **EVENT)
    badge = made.headers["location"].removesuffix("/types") + "/badge"
    name, company = _ink(organiser, badge, "Jörg Ångström", ""), _ink(organiser, badge, "", "Ægir Öl")
    assert name[3] < company[1]
    assert name[3] - name[1] > NAME_HEIGHT_PIXELS
