"""SIGTERM: what was taken is answered, what is idle is closed, and the server is gone soon."""

import signal
import time
from pathlib import Path

import httpx
import pytest
from tests.raw_http import connected, credentials, request
from tests.servers import RunningServer, fresh_hash

HEALTH = request("GET", "/v1/health")


def test_it_answers_what_is_under_way_and_ends(database_url: str, data_dir: Path) -> None:
    server = RunningServer.launch(database_url, data_dir)
    try:
        with server.new_tenant("erin") as erin:
            _, (sku,) = erin.event()
            body = b'{"request_hash":"%s","tickets":[{"sku":"%s","stock":1}]}' % (fresh_hash().encode(), sku.encode())
            sent = request("POST", "/v1/order/new", body, *credentials(erin))
            with connected(server.url) as idle, connected(server.url) as in_head, connected(server.url) as in_body:
                idle.send(HEALTH)
                assert idle.answer().status == 200
                in_head.send(HEALTH + sent[:25])
                assert in_head.answer().status == 200
                in_body.send(sent[:-3])
                time.sleep(0.2)
                began = time.monotonic()
                server.process.send_signal(signal.SIGTERM)
                assert idle.is_closed()
                for line, rest in ((in_head, sent[25:]), (in_body, sent[-3:])):
                    line.send(rest)
                    answer = line.answer()
                    assert answer.headers["connection"] == "close"
                    assert answer.status == 200 or answer.json()["message"] == "duplicated order"
                    assert line.is_closed()
                with pytest.raises(httpx.ConnectError):
                    httpx.get(f"{server.url}/v1/health")
        assert server.process.wait(10) == 0
        assert time.monotonic() - began < 5
    finally:
        server.kill()
