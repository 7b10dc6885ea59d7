"""Drawing processes: bounded in number, replaced when they die, gone when the server is."""

import asyncio
import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from tests.badges.reading_back import texts_of
from tests.servers import RunningServer, spawned_by

from ticketsonic.badges.jobs import BadgeTexts, Drawn, Job
from ticketsonic.badges.lanes import SHEETS_WAITING, SINGLES_WAITING, Lanes
from ticketsonic.errors import TemporarilyUnavailable
from ticketsonic.settings import Settings, load_settings

JOB = Job({}, None, [BadgeTexts("Ana", "")])
GONE_SECONDS = 10


def children_of(process_id: int) -> list[int]:
    listed = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(process_id)], capture_output=True, text=True, check=False
    ).stdout
    return [int(found) for found in listed.split()]


def is_alive(process_id: int) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({}, data_dir=tmp_path)


def test_more_than_may_wait_are_refused_at_once_and_the_rest_are_drawn(settings: Settings) -> None:
    async def draw_all() -> list[Drawn | BaseException]:
        jobs = [lanes.draw_badge(JOB) for _ in range(SINGLES_WAITING + 10)]
        return await asyncio.gather(*jobs, return_exceptions=True)

    with contextlib.closing(Lanes(settings)) as lanes:
        drawn = asyncio.run(draw_all())
    assert sum(isinstance(one, TemporarilyUnavailable) for one in drawn) == 10
    assert sum(isinstance(one, Drawn) for one in drawn) == SINGLES_WAITING


def test_a_drawing_process_that_dies_is_replaced(settings: Settings) -> None:
    async def draw_before_and_after() -> Drawn:
        before = set(spawned_by(os.getpid()))
        await lanes.draw_badge(JOB)
        (drawing,) = set(spawned_by(os.getpid())) - before
        os.kill(drawing, signal.SIGKILL)
        with contextlib.suppress(TemporarilyUnavailable):
            await lanes.draw_badge(JOB)
        return await lanes.draw_badge(JOB)

    with contextlib.closing(Lanes(settings)) as lanes:
        assert texts_of(asyncio.run(draw_before_and_after()).content) == ["Ana"]


def test_a_sheet_tells_how_far_it_is_and_stops_when_nobody_waits(settings: Settings) -> None:
    sheet = Job({}, None, [BadgeTexts(f"Guest {number}", "Company") for number in range(3000)])
    heard: list[int] = []

    async def leave_early() -> bool:
        begun = asyncio.Event()
        drawing = asyncio.create_task(lanes.draw_sheet(sheet, lambda badges: begun.set() if badges else None))
        leaving = asyncio.create_task(begun.wait())
        await asyncio.wait([drawing, leaving], return_when=asyncio.FIRST_COMPLETED)
        leaving.cancel()
        drawing.cancel()
        await asyncio.gather(drawing, leaving, return_exceptions=True)
        return drawing.cancelled()

    async def leave_often_and_stay_once() -> Drawn:
        left = [await leave_early() for _ in range(SHEETS_WAITING * 3)]
        assert any(left)
        return await lanes.draw_sheet(sheet, heard.append)

    with contextlib.closing(Lanes(settings)) as lanes:
        drawn = asyncio.run(leave_often_and_stay_once())
    assert len(texts_of(drawn.content)) == 3000
    assert heard == sorted(heard)
    assert heard[-1] == 3000


def test_a_broken_font_of_the_operators_does_no_harm(settings: Settings) -> None:
    (settings.data_dir / "fonts").mkdir()
    (settings.data_dir / "fonts" / "broken.ttf").write_bytes(b"no font at all")
    with contextlib.closing(Lanes(settings)) as lanes:
        assert texts_of(asyncio.run(lanes.draw_badge(JOB)).content) == ["Ana"]


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_no_drawing_process_outlives_its_server(fresh_database_url: str, tmp_path: Path, how: str) -> None:
    server = RunningServer.launch(fresh_database_url, tmp_path)
    preview(server)
    drawing = spawned_by(server.process.pid)
    assert drawing
    if how == "stop":
        server.stop()
    else:
        os.kill(server.process.pid, signal.SIGKILL)  # it alone, not its group: nobody tells the drawing process
        server.process.wait(GONE_SECONDS)
        server._close_output()
    assert_gone(drawing)


def test_workers_that_drew_stop_without_a_complaint(fresh_database_url: str, tmp_path: Path) -> None:
    workers = () if fresh_database_url.startswith("sqlite") else ("--workers", "2")
    with RunningServer.start(fresh_database_url, tmp_path, *workers) as server:
        preview(server)
        started = [child for found in children_of(server.process.pid) for child in (found, *children_of(found))]
    assert_gone(started)
    assert "leaked" not in (tmp_path / "server.log").read_text()


def preview(server: RunningServer) -> None:
    with server.new_tenant("alice") as alice:
        event_id, _ = alice.event()
        assert alice.get("badge/preview", x_api_eventid=str(event_id)).status_code == 200


def assert_gone(processes: list[int]) -> None:
    end = time.monotonic() + GONE_SECONDS
    while any(is_alive(found) for found in processes) and time.monotonic() < end:
        time.sleep(0.05)
    assert not [found for found in processes if is_alive(found)]
