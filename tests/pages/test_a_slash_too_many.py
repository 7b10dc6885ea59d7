"""An address with a slash too many leads to the page, on the host and by the scheme that the browser is at."""

import httpx
import pytest
from tests.portal.conftest import on_one_database
from tests.servers import RunningServer


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/account/", "/account"),
        ("/developer/order/new/?language=go", "/developer/order/new?language=go"),
        ("/account/events/1//", "/account/events/1"),
        ("/account//evil.example/", None),
        ("//evil.example/", None),
    ],
)
@on_one_database
def test_it_leads_to_the_page_whatever_the_host_header_says(
    server: RunningServer, path: str, location: str | None
) -> None:
    answer = httpx.get(f"{server.url}{path}", headers={"host": "attacker.example"})
    assert answer.headers.get("location") == location
    assert "attacker" not in answer.text
