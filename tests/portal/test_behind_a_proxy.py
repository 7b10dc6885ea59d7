"""Behind a proxy that speaks TLS: cookies that no other host can set, the visitor's own address, nobody registers."""

import re
from html import unescape
from pathlib import Path

import httpx

from tests.servers import RunningServer

PUBLIC = "https://tickets.example.com"


def _cookie(answer: httpx.Response, name: str) -> str:
    sent = next(
        each for each in answer.headers.get_list("set-cookie") if each.startswith(f"__Host-ticketsonic-{name}=")
    )
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= {part.strip() for part in sent.split(";")}
    assert "Domain" not in sent
    return sent.partition(";")[0]


def test_cookies_address_and_registration(tmp_path: Path) -> None:
    own = f"sqlite:///{tmp_path / 'own.db'}"
    with RunningServer.start(own, tmp_path, public_url=PUBLIC) as server, server.new_tenant("ada") as ada:
        printed = server.command("account", "link", ada.user_id).strip()
        assert printed.startswith(f"{PUBLIC}/account/enter?token=")
        link = printed.removeprefix(PUBLIC)
        proxied = {"host": "tickets.example.com", "x-forwarded-for": "203.0.113.9, 198.51.100.7"}
        with httpx.Client(base_url=server.url, timeout=30, headers=proxied) as client:
            asked = client.get(link)
            fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', asked.text))
            fields = {name: unescape(value) for name, value in fields.items()}
            headers = {"cookie": _cookie(asked, "visitor"), "origin": PUBLIC}
            entered = client.post("/account/enter", data=fields, headers=headers)
            session = {"cookie": _cookie(entered, "session")}
            page = client.get("/account/audit", headers=session).text
            assert "198.51.100.7" in page  # the one that our own proxy saw, not what its client claims
            assert "203.0.113.9" not in page
            assert f"{PUBLIC}/v1" in client.get("/account/credentials", headers=session).text
            assert "Nobody can register on this server" in client.get("/account/register").text
