"""A developer's whole way: the centre opened signed in, a sample of every request copied, and run as it is."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import open_context
from tests.portal.visitors import signed_in
from tests.samples.runtimes import RUNTIMES
from tests.samples.story import Story
from tests.servers import RunningServer
from ticketsonic.app import ROUTES


@pytest.fixture
def page(browser: Browser, samples_server: RunningServer, story: Story) -> Iterator[Page]:
    """A tab whose person is signed in, and has sold a few tickets."""
    story.sell()
    visitor = signed_in(samples_server, story.tenant.user_id)
    permissions = ["clipboard-read", "clipboard-write"]
    with open_context(browser, base_url=samples_server.url, permissions=permissions) as context:
        for cookie in visitor.client.cookies.jar:
            context.add_cookies([{"name": cookie.name, "value": cookie.value or "", "url": samples_server.url}])
        yield context.new_page()


@pytest.mark.parametrize("language", ["python", "nodejs"])
def test_every_sample_succeeds_as_it_was_copied(language: str, page: Page, story: Story, tmp_path: Path) -> None:
    runtime = RUNTIMES[language]
    if missing := runtime.missing():
        pytest.skip(f"{missing} is missing (make runtimes)")
    page.goto(f"/developer?language={language}")
    files = []
    for route in ROUTES:
        page.goto(f"/developer/{route.operation}", wait_until="domcontentloaded")
        expect(page.locator("#sample")).to_contain_text(story.tenant.user_id)
        page.locator('button[data-copy="sample"]').click()
        expect(page.locator('button[data-copy="sample"]')).to_have_text("Copied")
        file = page.locator("figure.code:has(#sample) figcaption .mono").inner_text()
        (tmp_path / file).write_text(page.evaluate("navigator.clipboard.readText()"))
        files.append(file)
    runtime.build(tmp_path, files)
    for route, printed in zip(ROUTES, runtime.run_files(tmp_path, files, story.tenant.key), strict=True):
        if route.answer is not None:
            assert json.loads(printed)["status"] == "success", (route.operation, printed)
