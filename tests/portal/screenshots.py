"""Pictures of the portal at 375 and 1440 pixels: `make screenshots` writes them to docs/screenshots/."""

import io
import sqlite3
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from tests.browser import DESKTOP, PHONE, open_browser, open_context
from tests.jpegs import jpeg_base64
from tests.portal.visitors import link_for
from tests.servers import RunningServer, Tenant

TARGET = Path(__file__).parents[2] / "docs" / "screenshots"
COLOURS = 64
DRAWN_MILLISECONDS = 1500
BUYERS = ("Ada Lovelace", "Иван Петров", "María José Carreño", "Grace Hopper", "王小明", "Zoë Kravitz", "Alan Turing")


def _fill(alice: Tenant) -> int:
    """An event in the middle of its day."""
    badge = {"badge_primary_test_text": "Ada Lovelace", "badge_secondary_test_text": "Analytical Engines"}
    badge |= {"badge_primary_text_fontsize": "64", "badge_primary_text_color": "#0b6b57"}
    badge |= {"badge_secondary_text_fontsize": "34", "badge_secondary_text_vertical_offset": "12"}
    badge["badge_background"] = jpeg_base64(1240, 420, "#d8efe7")
    event_id, skus = alice.event(
        {"primary_text_pl": "Regular pass", "stock": 120, "price": "49.50"},
        {"primary_text_pl": "VIP", "stock": 12, "price": 120},
        primary_text_pl="Dinosaurs by night",
        primary_text_sl="Динозаври през нощта",
        location="Natural History Museum",
        start_datetime=1_930_000_200,
        time_zone="Europe/Sofia",
        badge=badge,
    )
    for number in range(21):
        names = {
            "primary_text_pl": BUYERS[number % 7],
            "secondary_text_pl": "Analytical Engines" if number % 3 else None,
        }
        codes = alice.codes((skus[number % 4 == 3], 1 + number % 3), order_details=names)
        if number % 3 == 0:
            alice.validate(codes[0])
    twice = {"primary_text_pl": "Katherine Johnson", "secondary_text_pl": "NASA"}
    for _ in range(2):
        alice.codes((skus[0], 2), order_details=twice)
    return event_id


def _spread(file: Path) -> None:
    """Move what was sold and admitted a moment ago over the last hours, as a day has it; the books still add up."""
    with sqlite3.connect(file) as database:
        ids = [row[0] for row in database.execute("SELECT id FROM orders ORDER BY id")]
        for place, order_id in enumerate(ids):
            minutes = 0 if place >= len(ids) - 2 else 7 * (len(ids) - place) + place % 3
            earlier = order_id - (minutes * 60_000_000 << 12)
            database.execute("UPDATE orders SET id = ? WHERE id = ?", (earlier, order_id))
            moved = "UPDATE tickets SET order_id = ?, admitted_at = admitted_at - ? WHERE order_id = ?"
            database.execute(moved, (earlier, minutes * 40, order_id))
    database.close()


def _keep(page: Page, name: str) -> None:
    picture = Image.open(io.BytesIO(page.screenshot()))
    picture.convert("RGB").quantize(COLOURS).save(TARGET / f"{name}.png", optimize=True)


def main() -> None:
    """Write them all."""
    TARGET.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as named:
        folder = Path(named)
        with (
            RunningServer.start(f"sqlite:///{folder / 'shown.db'}", folder) as server,
            server.new_tenant("organiser") as alice,
        ):
            event = f"/account/events/{_fill(alice)}"
            _spread(folder / "shown.db")
            link = link_for(server, alice.user_id)
            with open_browser() as browser, open_context(browser) as context:
                page = context.new_page()
                page.goto(server.url + link)
                page.get_by_role("main").get_by_role("button").click()
                page.goto(f"{server.url}/account/orders")
                order = page.locator("tbody th a").first.get_attribute("href") or ""
                for name, path in {
                    "now": event,
                    "badge": f"{event}/badge",
                    "orders": "/account/orders",
                    "order": order,
                }.items():
                    for width, view in (("1440", DESKTOP), ("375", PHONE)):
                        page.set_viewport_size(view)
                        page.goto(server.url + path, wait_until="load")
                        if name == "now":
                            page.get_by_text("live", exact=True).wait_for()
                        page.wait_for_timeout(DRAWN_MILLISECONDS)
                        _keep(page, f"portal-{name}-{width}")


if __name__ == "__main__":
    main()
