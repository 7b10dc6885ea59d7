"""contract.md §2, health: the plugin's status page asks it. Where the database is away is tested elsewhere."""

import httpx

from tests.api.answers import KeyMaker, assert_done, assert_refused
from tests.servers import Tenant


def test_it_answers_for_the_server_alone_without_credentials(alice: Tenant) -> None:
    assert_done(httpx.get(f"{alice.url}/v1/health"))


def test_it_checks_credentials_where_they_are_given(alice: Tenant) -> None:
    assert_done(alice.get("health"))
    only_user = httpx.get(f"{alice.url}/v1/health", headers={"X-Api-UserID": alice.user_id})
    assert_refused(only_user, "unknown key")
    only_key = httpx.get(f"{alice.url}/v1/health", headers={"X-API-Key": alice.key})
    assert_refused(only_key, "unknown user")


def test_it_is_open_to_a_key_of_any_scope(newcomer: Tenant, key_for: KeyMaker) -> None:
    for key in [key_for(newcomer, scope) for scope in ("read", "sales", "door", "full")]:
        assert_done(key.get("health"))


def test_it_takes_an_event_header_from_the_plugin(alice: Tenant) -> None:
    assert_done(alice.get("health", x_api_eventid=""))
    assert_done(alice.get("health", x_api_eventid="1"))
