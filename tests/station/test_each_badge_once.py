"""Twenty guests, two open pages, a server that is started again meanwhile: each badge comes out once (issue 5)."""

import random
from collections import Counter
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.browser import open_context
from tests.portal.conftest import on_one_database
from tests.servers import RunningServer, Tenant
from tests.station.desk import Desk, add_station, is_asked, new_desk, open_page, states_of, take_paper, until

# fmt: off
GUESTS = [
    "Ada", "Grace Hopper", "Katherine Johnson", "Иван Вазов", "Bo", "Núria", "Θεοδώρα", "Max Mustermann", "Li",
    "Oluwaseun Adebayo", "W", "Guðrún", "Søren K.", "José María", "Xi", "Ülle Õun", "Пенчо Славейков", "Jo-Ann",
    "Zoë Q.", "Émilie",
]
# fmt: on


def _print_until(desk: Desk, pages: list[Page], printed: list[str], count: int) -> None:
    """Let the pages' printers work until so many badges have come out."""

    def have_come_out() -> bool:
        for page in random.sample(pages, len(pages)):
            paper = take_paper(page)
            if paper is not None:
                printed.append(desk.name_on(paper))
        return len(printed) >= count

    until(have_come_out)


def test_each_badge_comes_out_once_though_two_pages_are_open_and_the_server_starts_again(
    browser: Browser, fresh_database_url: str, tmp_path: Path
) -> None:
    running = RunningServer.launch(fresh_database_url, tmp_path)
    port = running.url.rpartition(":")[2]
    printed: list[str] = []
    try:
        with running.new_tenant("alice") as alice, browser.new_context() as left, browser.new_context() as right:
            desk = new_desk(alice)
            pages = [open_page(left, desk.link), open_page(right, desk.link)]
            desk.admit(*GUESTS[:8])
            _print_until(desk, pages, printed, 5)
            assert running.stop() == 0
            for page in pages:
                page.locator("#line[data-state=lost]").wait_for()
            running = RunningServer.launch(fresh_database_url, tmp_path, "--port", port)
            desk.admit(*GUESTS[8:])
            _print_until(desk, pages, printed, len(GUESTS))
            until(lambda: states_of(running, desk.event_id) == ["printed"] * len(GUESTS))
            for page in pages:
                page.locator("#line[data-state=connected]").wait_for()
            assert not any(is_asked(page) for page in pages)
            assert dict.fromkeys(GUESTS, 1) == Counter(printed)
            assert (desk.listed()["waiting"], desk.listed()["uncertain"], desk.listed()["state"]) == (0, 0, "open")
    finally:
        running.stop()


@on_one_database
def test_two_stations_share_what_waits_and_a_gate_s_station_prints_its_gate_alone(
    browser: Browser, desk: Desk, server: RunningServer, alice: Tenant
) -> None:
    server.new_key(alice.user_id, "side door", "door")
    other = add_station(alice, desk.event_id, name="Hall B")
    apart = add_station(alice, desk.event_id, name="Gate", gate="side door")
    printed: list[str] = []
    with open_context(browser) as context:
        pages = [open_page(context, link) for link in (desk.link, other["station_url"], apart["station_url"])]
        desk.admit(*GUESTS[:4])
        _print_until(desk, pages[:2], printed, 4)
        until(lambda: states_of(server, desk.event_id) == ["printed"] * 4)
        assert not any(is_asked(page) for page in pages)
        assert pages[2].locator("#recent li").count() == 0
    assert sorted(printed) == GUESTS[:4]
