"""The developer centre in Chromium: for everybody's eyes and hands, on a phone and on a desk, by day and by night."""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import (
    DESKTOP,
    PHONE,
    accessibility_problems,
    open_context,
    reaches_beyond_the_edge,
)
from tests.samples.story import Story
from tests.servers import RunningServer

KINDS_OF_PAGE = (
    "",
    "/fields",
    "/errors",
    "/badges",
    "/order/new?language=csharp",
    "/ticket/badge?language=php",
    "/ticket-codes",
    "/search?q=stock",
)

WITH_COLOURS_OF_THEIR_OWN = ("", "/badges", "/order/new?language=csharp", "/search?q=stock")


@pytest.fixture
def page(browser: Browser, samples_server: RunningServer) -> Iterator[Page]:
    with open_context(browser, base_url=samples_server.url, reduced_motion="reduce") as context:
        yield context.new_page()


def test_nobody_is_shut_out(page: Page) -> None:
    """On a desk by day everything that axe knows, and by night on a phone what colours and sizes change."""
    for path in KINDS_OF_PAGE:
        page.set_viewport_size(DESKTOP)
        page.emulate_media(color_scheme="light")
        page.goto(f"/developer{path}")
        assert accessibility_problems(page) == [], path
        assert not reaches_beyond_the_edge(page), path
        page.set_viewport_size(PHONE)
        assert not reaches_beyond_the_edge(page), path
        if path in WITH_COLOURS_OF_THEIR_OWN:
            page.emulate_media(color_scheme="dark")
            assert accessibility_problems(page, "color-contrast", "target-size") == [], path


def test_the_search_finds_without_the_server(page: Page) -> None:
    page.goto("/developer")
    with page.expect_response("**/developer/search.json"):
        page.get_by_role("searchbox").fill("idempot")
    first = page.locator(".search-results a").first
    expect(first).to_be_visible()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_role("searchbox").fill("order/sh")
    found = page.locator(".search-results a").filter(has_text=re.compile("^order/show"))
    expect(found.first).to_be_visible()
    assert asked == []
    page.keyboard.press("ArrowDown")
    expect(first).to_be_focused()
    found.first.click()
    expect(page).to_have_url(re.compile("/developer/order/show"))


def test_a_request_is_tried_from_its_page(page: Page, story: Story) -> None:
    page.goto("/developer/order/new")
    form = page.locator("form[data-try]")
    form.get_by_label("X-Api-UserID").fill(story.tenant.user_id)
    body = json.loads(form.get_by_label("Body").input_value())
    body["tickets"] = [{"sku": story.request_of("order/new").body["tickets"][0]["sku"], "stock": 2}]
    form.get_by_label("Body").fill(json.dumps(body))
    form.get_by_label("X-API-Key").fill("wrong")
    form.get_by_role("button", name="Send").click()
    expect(page.locator("[data-status]")).to_have_text("400 Bad Request")
    expect(page.locator("[data-answer]")).to_contain_text("unknown key")
    form.get_by_label("X-API-Key").fill(story.tenant.key)
    form.get_by_role("button", name="Send").click()
    expect(page.locator("[data-status]")).to_have_text("200 OK")
    expect(page.locator("[data-headers]")).to_contain_text("x-request-id")
    assert len(json.loads(page.locator("[data-answer]").inner_text())["tickets"]) == 2
    assert json.loads(form.get_by_label("Body").input_value())["request_hash"] != body["request_hash"]


def test_the_key_is_kept_only_where_it_is_asked_to_and_in_this_tab(page: Page, story: Story) -> None:
    page.goto("/developer/health")
    form = page.locator("form[data-try]")

    def send() -> None:
        form.get_by_label("X-API-Key").fill(story.tenant.key)
        form.get_by_label("X-Api-UserID").fill(story.tenant.user_id)
        form.get_by_role("button", name="Send").click()
        expect(page.locator("[data-status]")).to_have_text("200 OK")

    send()
    page.goto("/developer/ticket/list")
    expect(form.get_by_label("X-API-Key")).to_have_value("")
    page.goto("/developer/health")
    form.get_by_label("Keep the key").check()
    send()
    page.goto("/developer/ticket/list")
    expect(form.get_by_label("X-API-Key")).to_have_value(story.tenant.key)
    assert page.evaluate("localStorage.length") == 0
    form.get_by_label("Keep the key").uncheck()
    page.reload()
    expect(form.get_by_label("X-API-Key")).to_have_value("")


def test_a_file_can_be_saved(page: Page, story: Story) -> None:
    page.goto("/developer/badge/preview")
    form = page.locator("form[data-try]")
    for label, value in (
        ("X-Api-UserID", story.tenant.user_id),
        ("X-API-Key", story.tenant.key),
        ("X-API-EventID", dict(story.request_of("badge/preview").headers)["X-API-EventID"]),
    ):
        form.get_by_label(label).fill(value)
    form.get_by_role("button", name="Send").click()
    expect(page.locator("[data-status]")).to_have_text("200 OK")
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save the file").click()
    assert saved.value.path().read_bytes().startswith(b"\x89PNG")
