"""Every sample of every language, run as it stands: each succeeds, and its answer is the one the pages show."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.samples.runtimes import RUNTIMES, send_raw
from tests.samples.story import Story, assert_as_recorded
from ticketsonic.developers.requests import KEY_VARIABLE, SampleRequest
from ticketsonic.developers.samples import BY_NAME, LANGUAGES

HOSTILE = 'O\'Brien "Q" \\ \\n $HOME ${x} `id` $(id) #{1} %s %% {0} """ Ж 日本\nJSON\n'
"""Whatever a language reads as more than a character: a sample's texts may hold it all."""


def hostile_request(story: Story) -> SampleRequest:
    """An order by somebody whose name is a program in most languages."""
    order = story.request_of("order/new")
    assert order.body is not None
    body = {**order.body, "order_details": {"primary_text_pl": HOSTILE}}
    return dataclasses.replace(order, operation="order/hostile", body=body)


def test_there_is_a_way_to_run_each_language_of_the_pages() -> None:
    assert {language.name for language in LANGUAGES} == {*RUNTIMES, "http", "javascript"}


@pytest.mark.parametrize("name", RUNTIMES)
def test_it_runs_in_its_own_language(name: str, story: Story, tmp_path: Path) -> None:
    runtime = RUNTIMES[name]
    if missing := runtime.missing():
        pytest.skip(f"the samples in {runtime.language.title} are not run: {missing} is missing (make runtimes)")
    routes, requests = zip(*story.requests(), strict=True)
    *answers, hostile = runtime.run(tmp_path, story, [*requests, hostile_request(story)])
    for route, answer in zip(routes, answers, strict=True):
        assert_as_recorded(route, answer)
    assert json.loads(hostile)["tickets"][0]["primary_text_pl"] == HOSTILE


def test_http_is_what_goes_over_the_wire(story: Story) -> None:
    for route, request in story.requests():
        assert_as_recorded(route, send_raw(story, BY_NAME["http"].write(request)))
    hostile = send_raw(story, BY_NAME["http"].write(hostile_request(story)))
    assert json.loads(hostile)["tickets"][0]["primary_text_pl"] == HOSTILE


def test_javascript_runs_in_a_browser(browser: Browser, story: Story) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{story.tenant.url}/v1/health")
        page.evaluate(f"key => {{ globalThis.{KEY_VARIABLE} = key }}", story.tenant.key)
        for route, request in story.requests():
            status, *said = _run_in_page(page, BY_NAME["javascript"].write(request))
            assert status == 200, said
            if request.file:
                assert said[0] in route.media_types
                assert said[1] > 500
            else:
                assert_as_recorded(route, json.dumps(said[0]).encode())


def _run_in_page(page: Any, sample: str) -> list[Any]:
    """Run a sample as the console does, where `await` may stand at the top; returns what it logs.

    The browser itself writes to the same console, when it likes: that this address has no icon, for one.
    """
    with page.expect_console_message(lambda message: message.type == "log") as logged:
        page.evaluate(f"async () => {{ {sample} }}")
    return [argument.json_value() for argument in logged.value.args]
