"""An event with a print station: guests are admitted, badges come out of a browser, and each is recognised."""

import io
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pypdfium2
from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import BrowserContext, Page
from sqlalchemy import select, update

from tests.servers import RunningServer, Tenant, fresh_hash, run_apart
from ticketsonic.database import Database
from ticketsonic.schema import print_jobs
from ticketsonic.settings import load_settings

PATIENCE_SECONDS = 40.0
DOTS_PER_INCH = 300
POINTS_PER_INCH = 72
SMALL = (160, 226)
BADGE = {"badge_size": "A9", "badge_primary_text_fontsize": "40", "badge_secondary_text_fontsize": "20"}
# In a headless browser `print` does nothing at all. In its place the test makes the PDF that the browser's own
# printing would make, which also has it say "afterprint", as it does when it has printed.
ASK_TO_PRINT = "window.print = () => { window.askedToPrint = (window.askedToPrint ?? 0) + 1 }"


@dataclass
class Desk:
    """One event of a tenant with a print station."""

    tenant: Tenant
    event_id: int
    sku: str
    station_id: int
    link: str
    guests: dict[str, str] = field(default_factory=dict)
    """Names by ticket code."""

    def admit(self, *names: str) -> None:
        """Sell each a ticket, and admit them with print on."""
        for name in names:
            details = {"primary_text_pl": name, "secondary_text_pl": f"{name} Ltd"}
            (code,) = self.tenant.codes((self.sku, 1), order_details=details)
            answer = self.tenant.post("ticket/validate", {"ticket_sensitive": code, "print": True})
            assert answer.json()["status"] == "success", answer.text
            self.guests[code] = name

    def png_of(self, code: str) -> Image.Image:
        """The badge as the API draws it."""
        answer = self.tenant.client.get("/v1/ticket/badge?format=png", headers={"X-API-Ticket": code})
        assert answer.status_code == 200, answer.text
        return Image.open(io.BytesIO(answer.content)).convert("L")

    def name_on(self, badge: Image.Image) -> str:
        """Whose badge it is: the one that looks like it, and no other does."""
        looks = sorted((difference(badge.resize(SMALL), self._small(code)), name) for code, name in self.guests.items())
        assert looks[0][0] < 3
        assert len(looks) == 1 or looks[1][0] > 2 * looks[0][0], looks[:3]
        return looks[0][1]

    def _small(self, code: str) -> Image.Image:
        cached: dict[str, Image.Image] = self.__dict__.setdefault("_smalls", {})
        if code not in cached:
            cached[code] = self.png_of(code).resize(SMALL)
        return cached[code]

    def listed(self) -> dict[str, Any]:
        """The station, as printer/list shows it."""
        printers: list[dict[str, Any]] = self.tenant.get("printer/list", x_api_eventid=str(self.event_id)).json()[
            "printers"
        ]
        return next(printer for printer in printers if printer["printer_id"] == self.station_id)


def new_desk(tenant: Tenant, **badge: str) -> Desk:
    """Make an event with a print station."""
    event_id, (sku,) = tenant.event(badge=BADGE | badge)
    made = add_station(tenant, event_id)
    return Desk(tenant, event_id, sku, made["printer_id"], made["station_url"])


def add_station(tenant: Tenant, event_id: int, **fields: Any) -> dict[str, Any]:
    body = {"request_hash": fresh_hash(), "name": "Hall A", "kind": "station", **fields}
    answer = tenant.post("printer/new", body, x_api_eventid=str(event_id))
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


def open_page(context: BrowserContext, link: str) -> Page:
    """Open a station by its link, as a kiosk does; returns when it is connected."""
    page = context.new_page()
    page.add_init_script(ASK_TO_PRINT)
    page.goto(link)
    page.locator("#line[data-state=connected]").wait_for()
    return page


def is_asked(page: Page) -> bool:
    """Whether a page waits for its browser to print."""
    return bool(page.evaluate("window.askedToPrint"))


def take_paper(page: Page) -> Image.Image | None:
    """What comes out of a page's printer, None where nothing was asked for: one page, of the badge's size."""
    if not is_asked(page):
        return None
    assert page.evaluate("window.askedToPrint") == 1
    page.evaluate("window.askedToPrint = 0")
    return render(page.pdf(prefer_css_page_size=True))


def render(content: bytes) -> Image.Image:
    """Draw a PDF of one page as a printer would."""
    document = pypdfium2.PdfDocument(content)
    assert len(document) == 1
    image: Image.Image = document[0].render(scale=DOTS_PER_INCH / POINTS_PER_INCH).to_pil().convert("L")
    document.close()
    return image


def difference(one: Image.Image, other: Image.Image) -> float:
    """How far two images of the same size are apart on average, of 255."""
    return float(ImageStat.Stat(ImageChops.difference(one, other)).mean[0])


def until(happens: Callable[[], Any], *, seconds: float = PATIENCE_SECONDS) -> Any:
    """Wait until something is so; returns what it gave."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := happens():
            return found
        time.sleep(0.05)
    raise AssertionError("it never came about")


def states_of(server: RunningServer, event_id: int) -> list[str]:
    """The states of an event's print jobs, oldest first."""
    query = select(print_jobs.c.state).where(print_jobs.c.event_id == event_id).order_by(print_jobs.c.id)
    return [row[0] for row in run_apart(_ask(server, query))]


def held_until(server: RunningServer, event_id: int) -> list[int]:
    """Until when an event's jobs are held that somebody has in hand."""
    query = select(print_jobs.c.taken_until).where(
        print_jobs.c.event_id == event_id, print_jobs.c.state.in_(("sending", "accepted"))
    )
    return [row[0] for row in run_apart(_ask(server, query))]


def let_time_pass(server: RunningServer, event_id: int) -> None:
    """Let the time be up of whoever has a job of an event in hand."""
    statement = update(print_jobs).where(print_jobs.c.event_id == event_id).values(taken_until=1)
    run_apart(_ask(server, statement))


async def _ask(server: RunningServer, statement: Any) -> Any:
    database = Database(load_settings(server.environment).database_url)
    try:
        async with database.transaction() as connection:
            done = await connection.execute(statement)
            return done.all() if done.returns_rows else []
    finally:
        await database.close()
