"""The addresses beside `/v1` are no softer than it."""

import pytest
from tests.raw_http import connected, request
from tests.servers import RunningServer


@pytest.mark.parametrize("number", ["9" * 5000, "9" * 19, "0", "-1", "x", "%D9%A1"])
def test_a_background_of_no_event_is_not_found(server: RunningServer, number: str) -> None:
    with connected(server.url) as line:
        line.send(request("GET", f"/badge-backgrounds/{number}/token.jpg"))
        assert line.answer().status == 404
