"""Credentials: keys made and revoked in the portal work and stop in the API; public keys in the forms clients need."""

import base64
import json
import re
import time
from html import unescape

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
    load_pem_public_key,
)

from tests.portal.conftest import on_one_database
from tests.portal.visitors import Visitor, signed_in
from tests.servers import RunningServer, Tenant

HERE = "/account/credentials"
SEEN_SECONDS = 30


def _make(visitor: Visitor, **fields: str) -> httpx.Response:
    return visitor.send(HERE, f"{HERE}/keys", **{"name": "gate 3", "scope": "door", **fields})


def _shown(page: str, name: str) -> str:
    found = re.search(rf'id="{name}">(.*?)</(?:pre|code)>', page, re.DOTALL)
    assert found, page
    return unescape(found[1])


def test_a_key_is_shown_once_works_and_is_revoked(server: RunningServer, alice: Tenant) -> None:
    visitor = signed_in(server, alice.user_id)
    page = _make(visitor, expires="2099-01-31").text
    key = _shown(page, "api-key")
    shop = Tenant(server.url, alice.user_id, key)
    with shop.client:
        assert shop.validate("x").json()["message"] == "invalid sensitive"
        assert shop.get("event/list").json()["message"] == "not allowed for this key"
        listed = visitor.get(HERE).text
        assert key not in listed
        assert "31 Jan 2099" in listed
        assert "gate 3" in listed
        assert '>Admit</span> <code class="small">door</code>' in listed
        (path,) = re.findall(
            r'href="(/account/credentials/keys/\d+/revoke)" aria-label="Revoke the key gate 3"', listed
        )
        assert visitor.send(path).headers["location"] == HERE
        assert visitor.get(path).status_code == 404
        end = time.monotonic() + SEEN_SECONDS
        while shop.validate("x").json()["message"] != "unknown key":
            assert time.monotonic() < end
            time.sleep(0.1)
    audit = visitor.get("/account/audit").text
    assert "API key made" in audit
    assert "API key revoked" in audit


def test_a_form_that_is_sent_again_makes_no_second_key(server: RunningServer, alice: Tenant) -> None:
    visitor = signed_in(server, alice.user_id)
    page = visitor.get(HERE).text
    form = page.partition(f'action="{HERE}/keys"')[2].partition("</form>")[0]
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', form))
    sent = {**hidden, "name": "gate 3", "scope": "door"}
    first, again = (visitor.client.post(f"{HERE}/keys", data=sent, headers={"origin": server.url}) for _ in range(2))
    key = _shown(first.text, "api-key")
    assert (again.status_code, again.headers["location"]) == (303, HERE)
    assert key not in str(again.headers)
    listed = visitor.get(HERE).text
    assert "This key was made already" in listed
    assert key not in listed
    assert listed.count("Revoke the key gate 3") == 1
    assert visitor.get("/account/audit").text.count("API key made") == 1
    assert "Revoke the key gate 3" in visitor.get(f"{HERE}/keys?locale=en").text  # that page in another language
    assert _shown(_make(visitor).text, "api-key") != key  # the form filled in anew makes another


def test_when_a_key_was_last_used_is_shown(server: RunningServer, alice: Tenant) -> None:
    visitor = signed_in(server, alice.user_id)
    assert 'data-label="Last used">never' in visitor.get(HERE).text
    alice.get("event/list")
    end = time.monotonic() + SEEN_SECONDS
    while 'data-label="Last used">never' in visitor.get(HERE).text:
        assert time.monotonic() < end
        time.sleep(0.1)
    assert re.search(r'data-label="Last used">\d+ seconds? ago', visitor.get(HERE).text)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": ""}, "Give it a name"),
        ({"name": "x" * 256}, "Give it a name"),
        ({"name": "a\u0007b"}, "Give it a name"),
        ({"scope": "everything"}, "Choose what it may do"),
        ({"expires": "31.1.2027"}, "This is no date"),
        ({"expires": "2020-01-01"}, "This day is over"),
        ({"expires": "9999-12-31"}, "This is no date"),
    ],
)
@on_one_database
def test_what_is_wrong_with_a_new_key_is_told(
    server: RunningServer, alice: Tenant, fields: dict[str, str], said: str
) -> None:
    answer = _make(signed_in(server, alice.user_id), **fields)
    assert (answer.status_code, said in answer.text) == (422, True)


@on_one_database
def test_the_public_key_is_the_same_in_every_form(server: RunningServer, alice: Tenant) -> None:
    page = signed_in(server, alice.user_id).get(HERE).text
    plugin = alice.get("event/list").json()["user_public_key"]
    assert _shown(page, "rsa-plugin").split() == plugin.split()
    key = load_der_public_key(base64.b64decode(plugin))
    assert load_pem_public_key(_shown(page, "rsa-pem").encode()) == key
    jwk = json.loads(_shown(page, "rsa-jwk"))
    n, e = (int.from_bytes(base64.urlsafe_b64decode(jwk[name] + "==")) for name in ("n", "e"))
    assert RSAPublicNumbers(e, n).public_key() == key
    small = load_pem_public_key(_shown(page, "ed25519-pem").encode())
    x = json.loads(_shown(page, "ed25519-jwk"))["x"]
    assert base64.urlsafe_b64decode(x + "==") == small.public_bytes(Encoding.Raw, PublicFormat.Raw)


def test_a_rotation_says_what_it_means_and_sold_tickets_stay_valid_until_their_key_is_revoked(
    server: RunningServer, alice: Tenant
) -> None:
    _, (sku,) = alice.event()
    inside, outside = alice.codes((sku, 2))
    visitor = signed_in(server, alice.user_id)
    page = visitor.get(f"{HERE}/rotate/rsa").text
    assert "must sync right afterwards" in page
    assert visitor.send(f"{HERE}/rotate/rsa", bits="1536").status_code == 422
    before = alice.get("event/list").json()["user_public_key"]
    assert visitor.send(f"{HERE}/rotate/rsa", bits="1536", understood="on").headers["location"] == HERE
    after = load_pem_public_key(_shown(visitor.get(HERE).text, "rsa-pem").encode())
    assert after.key_size == 1536
    assert alice.validate(inside).json()["status"] == "success"
    end = time.monotonic() + SEEN_SECONDS
    while alice.get("event/list").json()["user_public_key"] == before:
        assert time.monotonic() < end
        time.sleep(0.1)
    path = f"{HERE}/signing-keys/1/revoke"
    assert visitor.send(path, typed="2").status_code == 422
    assert visitor.send(path, typed="1").headers["location"] == HERE
    end = time.monotonic() + SEEN_SECONDS
    while alice.validate(outside).json()["message"] != "invalid sensitive":
        assert time.monotonic() < end
        time.sleep(0.1)
    assert visitor.send(f"{HERE}/signing-keys/3/revoke", typed="3").status_code == 422  # the last of its kind


def test_another_accounts_keys_are_none(server: RunningServer, alice: Tenant, bob: Tenant) -> None:
    hers, his = signed_in(server, alice.user_id), signed_in(server, bob.user_id)
    path = re.findall(r'href="(/account/credentials/keys/\d+/revoke)"', hers.get(HERE).text)[0]
    assert his.get(path).status_code == 404
    token = re.findall(r'name="csrf" value="([^"]*)"', his.get(HERE).text)[0]
    assert his.client.post(path, data={"csrf": token}).status_code == 404
    assert alice.get("event/list").status_code == 200
