"""A station's link opens one station, of one account: every other page, token and job is as if it were not there."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.portal.conftest import on_one_database
from tests.raw_http import connected, request
from tests.servers import RunningServer, Tenant, fresh_hash
from tests.station.desk import Desk, add_station, states_of

PAGE = "0123456789abcdef" * 2
_HIDDEN = re.compile(r'name="csrf" value="([^"]+)"')


class Browser:
    """What a station's page does, without a browser."""

    def __init__(self, url: str) -> None:
        self.client = httpx.Client(base_url=url, headers={"origin": url})

    def open(self, link: str) -> httpx.Response:
        return self.post("/station", "", token=link.partition("#")[2])

    def post(self, path: str, act: str, **fields: str) -> httpx.Response:
        found = _HIDDEN.search(self.client.get("/station").text)
        assert found is not None
        return self.client.post(f"{path}/{act}" if act else path, data={"csrf": found[1], **fields})

    def claim(self, station_id: int, page: str = PAGE) -> httpx.Response:
        return self.post(f"/station/{station_id}", "claim", page=page)


@pytest.fixture
def browser(server: RunningServer) -> Iterator[Browser]:
    made = Browser(server.url)
    with made.client:
        yield made


def _everything(browser: Browser, station_id: int, job: str) -> list[httpx.Response]:
    """Each address of a station, asked once."""
    path = f"/station/{station_id}"
    return [
        browser.client.get(path),
        browser.client.get(f"{path}/live?page={PAGE}"),
        browser.client.get(f"{path}/badges/{job}.png"),
        browser.client.get(f"{path}/test-badge.png"),
        browser.claim(station_id),
        browser.post(path, "report", job=job, page=PAGE, outcome="printed"),
        browser.post(path, "settle", job=job, came_out="yes"),
    ]


def test_nobody_without_the_link_sees_or_does_anything(browser: Browser, desk: Desk, server: RunningServer) -> None:
    desk.admit("Ada")
    answers = _everything(browser, desk.station_id, "1")
    assert [answer.status_code for answer in answers] == [404] * len(answers)
    assert "Hall A" not in "".join(answer.text for answer in answers)
    assert states_of(server, desk.event_id) == ["waiting"]


def test_another_account_s_link_opens_its_own_station_and_no_other(
    browser: Browser, desk: Desk, bobs_desk: Desk, server: RunningServer
) -> None:
    desk.admit("Ada")
    bobs_desk.admit("Bert")
    assert browser.open(bobs_desk.link).json() == {"station": bobs_desk.station_id}
    theirs = _everything(browser, desk.station_id, "1")
    assert [answer.status_code for answer in theirs] == [404] * len(theirs)
    own = browser.claim(bobs_desk.station_id).json()
    assert own["name"] == "Bert"
    assert states_of(server, desk.event_id) == ["waiting"]


def test_a_job_of_another_station_is_none_of_this_one_s(
    browser: Browser, desk: Desk, bobs_desk: Desk, alice: Tenant, server: RunningServer
) -> None:
    """Of another account, and of another station of the same event."""
    beside = add_station(alice, desk.event_id, name="Hall B")
    desk.admit("Ada")
    assert browser.open(desk.link).status_code == 200
    job = browser.claim(desk.station_id).json()["job"]
    for link, station_id in ((bobs_desk.link, bobs_desk.station_id), (beside["station_url"], beside["printer_id"])):
        assert browser.open(link).status_code == 200
        path = f"/station/{station_id}"
        assert browser.client.get(f"{path}/badges/{job}.png").status_code == 404
        assert browser.post(path, "report", job=job, page=PAGE, outcome="printed").json() == {"counts": False}
        assert browser.post(path, "settle", job=job, came_out="no").json() == {"done": False}
    assert states_of(server, desk.event_id) == ["accepted"]


def test_a_job_in_one_page_s_hand_cannot_be_reported_by_another_page(
    browser: Browser, desk: Desk, server: RunningServer
) -> None:
    desk.admit("Ada")
    browser.open(desk.link)
    job = browser.claim(desk.station_id).json()["job"]
    path, other = f"/station/{desk.station_id}", "f" * 32
    for outcome in ("printed", "unprinted", "unsure"):
        assert browser.post(path, "report", job=job, page=other, outcome=outcome).json() == {"counts": False}
    assert browser.claim(desk.station_id, other).json()["job"] is None
    assert states_of(server, desk.event_id) == ["accepted"]


def test_a_claim_whose_answer_was_lost_gives_the_same_job_again(
    browser: Browser, desk: Desk, server: RunningServer
) -> None:
    desk.admit("Ada", "Grace")
    browser.open(desk.link)
    first, again = (browser.claim(desk.station_id).json()["job"] for _ in range(2))
    assert first == again
    assert states_of(server, desk.event_id) == ["accepted", "waiting"]
    path = f"/station/{desk.station_id}"
    assert browser.post(path, "report", job=first, page=PAGE, outcome="printed").json() == {"counts": True}
    assert browser.claim(desk.station_id).json()["job"] not in {first, None}


def test_a_removed_station_s_link_is_over_and_what_waits_goes_to_the_others(
    browser: Browser, desk: Desk, alice: Tenant
) -> None:
    beside = add_station(alice, desk.event_id, name="Hall B", gate=None)
    browser.open(desk.link)
    desk.admit("Ada")
    body = {"request_hash": fresh_hash(), "printer_id": desk.station_id}
    cookie = "; ".join(f"{name}={value}" for name, value in browser.client.cookies.items())
    with connected(alice.url) as line:
        line.send(request("GET", f"/station/{desk.station_id}/live?page={PAGE}", None, f"Cookie: {cookie}"))
        read = b""
        while b"event: snapshot" not in read:
            read += line.socket.recv(65536)
        assert alice.post("printer/remove", body).status_code == 200
        while not read.endswith(b"0\r\n\r\n"):
            more = line.socket.recv(65536)
            assert more, read
            read += more
    assert browser.claim(desk.station_id).status_code == 404
    assert browser.open(desk.link).status_code == 404
    browser.open(beside["station_url"])
    assert browser.claim(beside["printer_id"]).json()["name"] == "Ada"


@on_one_database
@pytest.mark.parametrize("token", ["", "x", "x" * 32, "x" * 5000, "\x00", "ж" * 32, "' OR 1=1 --"])
def test_what_is_no_link_opens_nothing(browser: Browser, token: str) -> None:
    answer = browser.open(f"#{token}")
    assert answer.status_code in {404, 413}
    assert not any(name.startswith("ticketsonic-station") for name in browser.client.cookies)


@on_one_database
@pytest.mark.parametrize(
    ("act", "fields"),
    [
        ("claim", {}),
        ("claim", {"page": "short"}),
        ("claim", {"page": "G" * 32}),
        ("report", {"job": "1", "page": PAGE}),
        ("report", {"job": "x", "page": PAGE, "outcome": "printed"}),
        ("report", {"job": "9" * 30, "page": PAGE, "outcome": "printed"}),
        ("settle", {"job": "1"}),
        ("settle", {"job": "1", "came_out": "perhaps"}),
        ("settle", {"came_out": "yes"}),
    ],
)
def test_what_a_page_would_never_say_changes_nothing(
    browser: Browser, desk: Desk, server: RunningServer, act: str, fields: dict[str, str]
) -> None:
    desk.admit("Ada")
    browser.open(desk.link)
    answer = browser.post(f"/station/{desk.station_id}", act, **fields)
    assert answer.status_code == 404
    assert states_of(server, desk.event_id) == ["waiting"]


@on_one_database
def test_another_site_s_page_can_do_nothing_with_this_browser(
    browser: Browser, desk: Desk, server: RunningServer
) -> None:
    desk.admit("Ada")
    browser.open(desk.link)
    path = f"/station/{desk.station_id}/claim"
    assert browser.client.post(path, data={"page": PAGE}).status_code == 403
    browser.client.headers["origin"] = "https://elsewhere.example"
    assert browser.claim(desk.station_id).status_code == 403
    assert states_of(server, desk.event_id) == ["waiting"]


@on_one_database
def test_the_cookie_is_out_of_reach_and_the_link_s_secret_in_no_log(
    browser: Browser, desk: Desk, data_dir: Path
) -> None:
    answer = browser.open(desk.link)
    cookie = next(line for line in answer.headers.get_list("set-cookie") if "ticketsonic-station-" in line).lower()
    assert {"httponly", "samesite=strict", "path=/station"} <= {part.strip() for part in cookie.split(";")}
    assert browser.client.get(f"/station/{desk.station_id}").status_code == 200
    assert desk.link.partition("#")[2] not in (data_dir / "server.log").read_text()


@on_one_database
def test_its_pages_take_scripts_and_styles_from_this_server_alone(browser: Browser, desk: Desk) -> None:
    browser.open(desk.link)
    for path in ("/station", f"/station/{desk.station_id}"):
        answer = browser.client.get(path)
        policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
        assert "<style" not in answer.text
        assert not re.search(r"<script(?![^>]*\bsrc=)", answer.text)
        assert not re.search(r"\son[a-z]+=|\sstyle=", answer.text)
