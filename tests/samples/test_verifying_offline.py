"""A ticket code is verified by what the page says, with OpenSSL and with Python: a reader's own ticket, no server."""

import json
import shutil
from pathlib import Path

import httpx
import pytest

from tests.developers.pages import sample_of
from tests.portal.visitors import signed_in
from tests.samples.runtimes import run
from tests.samples.story import Story
from tests.servers import RunningServer
from ticketsonic.api import examples


@pytest.fixture
def page(story: Story, samples_server: RunningServer) -> str:
    return signed_in(samples_server, story.tenant.user_id).get("/developer/ticket-codes").text


def test_python_reads_the_reader_s_own_ticket(page: str, story: Story, tmp_path: Path) -> None:
    (tmp_path / "verify.py").write_text(sample_of(page, "offline-python"))
    printed = run(["python3", "verify.py"], tmp_path, 60)
    assert f"event {story.values[examples.EVENT_ID]} price 20.5" in printed


def test_python_refuses_what_another_key_made(page: str, tmp_path: Path) -> None:
    program = sample_of(page, "offline-python")
    own = program.partition('CODE = "')[2].partition('"')[0]
    (tmp_path / "verify.py").write_text(program.replace(own, examples.CODE))
    with pytest.raises(AssertionError, match="not signed with this key"):
        run(["python3", "verify.py"], tmp_path, 60)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is missing (make runtimes)")
def test_openssl_opens_the_reader_s_own_ticket(page: str, story: Story, tmp_path: Path) -> None:
    (tmp_path / "verify.sh").write_text(sample_of(page, "offline-openssl"))
    printed = run(["sh", "verify.sh"], tmp_path, 60)
    event_id = int(story.values[examples.EVENT_ID]).to_bytes(4, "little").hex()
    assert f"4504{event_id}" in "".join(printed.split())


def test_anybody_is_shown_a_code_that_opens(samples_server: RunningServer, tmp_path: Path) -> None:

    page = httpx.get(f"{samples_server.url}/developer/ticket-codes").text
    (tmp_path / "verify.py").write_text(sample_of(page, "offline-python"))
    assert f"event {examples.EVENT_ID} " in run(["python3", "verify.py"], tmp_path, 60)
    assert json.dumps(examples.CODE) in sample_of(page, "offline-python")
