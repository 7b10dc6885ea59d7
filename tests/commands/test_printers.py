"""`ticketsonic printer` beside a running server."""

import json
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pypdfium2
import pytest
from tests.commands.conftest import run_program, soon
from tests.printing.ippeveprinter import IS_THERE, WITHOUT, real_printer
from tests.servers import RunningServer, Tenant


def _listed(tenant: Tenant, event_id: int) -> list[dict[str, object]]:
    found: list[dict[str, object]] = tenant.get("printer/list", x_api_eventid=str(event_id)).json()["printers"]
    return found


def test_a_station_is_added_listed_and_removed(server: RunningServer, alice: Tenant) -> None:
    event_id, _ = alice.event()
    made = json.loads(
        server.command(
            "printer", "add", alice.user_id, str(event_id), "--name", "Hall A", "--kind", "station", "--json"
        )
    )
    link = urlsplit(made["station_url"])
    assert (link.path, len(link.fragment)) == ("/station", 32)
    assert [printer["name"] for printer in _listed(alice, event_id)] == ["Hall A"]
    assert httpx.get(f"{server.url}/station").status_code == 200

    line = server.command("printer", "list", alice.user_id, str(event_id))
    assert line.split()[:3] == [str(made["printer_id"]), str(event_id), "station"]
    assert "0 waiting, 0 uncertain" in line
    assert link.fragment not in line

    tried = run_program("printer", "test", alice.user_id, str(made["printer_id"]), environment=server.environment)
    assert "no page of Hall A is open" in tried.error
    server.command("printer", "remove", alice.user_id, str(made["printer_id"]))
    assert _listed(alice, event_id) == []
    again = run_program("printer", "remove", alice.user_id, str(made["printer_id"]), environment=server.environment)
    assert "has no printer" in again.error


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--kind", "ipp"), "--url is required"),
        (("--kind", "ipp", "--url", "printer.local"), "--url must be an address"),
        (("--kind", "station", "--url", "ipp://printer.local/"), "--url must not be given"),
        (("--kind", "station", "--gate", "nobody"), "--gate is neither name nor id"),
    ],
)
def test_what_is_no_printer_is_refused_in_one_line(
    server: RunningServer, alice: Tenant, options: tuple[str, ...], says: str
) -> None:
    event_id, _ = alice.event()
    command = ("printer", "add", alice.user_id, str(event_id), "--name", "A printer", *options)
    assert says in run_program(*command, environment=server.environment).error
    assert _listed(alice, event_id) == []


def test_another_account_s_event_gets_no_printer(server: RunningServer, alice: Tenant, bob: Tenant) -> None:
    event_id, _ = alice.event()
    command = ("printer", "add", bob.user_id, str(event_id), "--name", "A printer", "--kind", "station")
    assert f"has no event {event_id}" in run_program(*command, environment=server.environment).error


@pytest.mark.skipif(not IS_THERE, reason=WITHOUT)
def test_a_real_printer_prints_a_test_badge(server: RunningServer, alice: Tenant, tmp_path: Path) -> None:
    event_id, _ = alice.event(badge={"badge_size": "A7", "badge_primary_test_text": "Ada Lovelace"})
    with real_printer(tmp_path) as printer:
        options = ("--name", "A printer", "--kind", "ipp", "--url", printer.url, "--json")
        made = json.loads(server.command("printer", "add", alice.user_id, str(event_id), *options))
        said = server.command("printer", "test", alice.user_id, str(made["printer_id"]))
        assert "A printer took a test badge" in said
        assert soon(lambda: any(pages[0] for pages in printer.pages().values()), 20)
        ((content,),) = printer.pages().values()
        document = pypdfium2.PdfDocument(content)
        assert "Ada" in document[0].get_textpage().get_text_bounded()
        document.close()
    away = run_program("printer", "test", alice.user_id, str(made["printer_id"]), environment=server.environment)
    assert "Nothing reached the printer" in away.error
