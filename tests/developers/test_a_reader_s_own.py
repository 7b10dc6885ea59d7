"""Whoever is signed in finds their own event, SKU and a ticket just sold in the samples; nobody else's, and no key."""

import httpx
import pytest

from tests.developers.pages import sample_of
from tests.portal.visitors import signed_in
from tests.samples.story import Story
from tests.servers import RunningServer
from ticketsonic.api import examples


@pytest.fixture
def other(samples_server: RunningServer) -> Story:
    with samples_server.new_tenant("grace") as tenant:
        return Story(tenant)


def _samples(server: RunningServer, user_id: str, *operations: str) -> str:
    visitor = signed_in(server, user_id)
    return "\n".join(sample_of(visitor.get(f"/developer/{operation}").text) for operation in operations)


def test_a_reader_finds_their_own(samples_server: RunningServer, story: Story) -> None:
    shown = _samples(samples_server, story.tenant.user_id, "event/edit", "order/new", "order/show", "ticket/validate")
    assert story.tenant.user_id in shown
    assert story.values[examples.EVENT_ID] in shown
    assert story.values[examples.SKU] in shown
    answer = story.tenant.get("order/show", x_api_requesthash=_between(shown, "X-API-RequestHash: ", "'"))
    assert answer.json()["tickets"][0]["encrypted_data"] in shown
    assert story.tenant.key not in shown


def _between(text: str, before: str, after: str) -> str:
    return text.partition(before)[2].partition(after)[0]


def test_a_ticket_that_was_admitted_is_offered_no_more(samples_server: RunningServer, story: Story) -> None:
    first = _samples(samples_server, story.tenant.user_id, "ticket/validate")
    code = _between(first, '"ticket_sensitive": "', '"')
    assert story.tenant.validate(code).json()["status"] == "success"
    again = _samples(samples_server, story.tenant.user_id, "ticket/validate")
    assert _between(again, '"ticket_sensitive": "', '"') != code


def test_who_has_nothing_yet_sees_the_examples(samples_server: RunningServer, story: Story, other: Story) -> None:
    shown = _samples(samples_server, other.tenant.user_id, "event/edit", "order/new", "ticket/validate")
    assert other.tenant.user_id in shown
    assert examples.EVENT_ID in shown
    assert examples.SKU in shown
    assert not any(value in shown for value in story.values.values() if len(value) > 6)


def test_nobody_in_particular_sees_nobody_s(samples_server: RunningServer, story: Story) -> None:
    _samples(samples_server, story.tenant.user_id, "order/new")
    answer = httpx.get(f"{samples_server.url}/developer/order/new")
    assert story.tenant.user_id not in answer.text
    assert examples.USER_ID in answer.text
    assert "cookie" in answer.headers["vary"].lower()


def test_what_is_somebody_s_is_kept_by_no_cache(samples_server: RunningServer, story: Story) -> None:
    visitor = signed_in(samples_server, story.tenant.user_id)
    assert visitor.get("/developer/order/new").headers["cache-control"] == "no-store"
