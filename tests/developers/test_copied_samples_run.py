"""A developer's whole way: the centre opened signed in, a sample of every request copied, and run as it is."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import open_context
from tests.portal.visitors import sign_in_browser
from tests.samples.runtimes import RUNTIMES
from tests.samples.story import Story
from tests.servers import RunningServer
from ticketsonic.app import ROUTES

# Every page has one and the same button, which copies whatever stands there as the sample: on the one that is open it
# copies in turn what each of the others has. To open them all takes six times as long.
_COPY_EACH = """async (paths) => {
  const button = document.querySelector('button[data-copy="sample"]');
  const usual = button.cloneNode(true), copied = [];
  for (const path of paths) {
    const page = new DOMParser().parseFromString(await (await fetch(path)).text(), "text/html");
    const figure = page.querySelector("figure.code:has(#sample)");
    const itsOwn = figure.querySelector('button[data-copy="sample"]');
    itsOwn.hidden = false;
    if (!itsOwn.isEqualNode(usual)) throw new Error(`another button on ${path}`);
    document.getElementById("sample").replaceWith(document.adoptNode(figure.querySelector("#sample")));
    button.textContent = "";
    button.click();
    while (button.textContent !== button.dataset.copied) await new Promise((then) => setTimeout(then, 5));
    copied.push([figure.querySelector("figcaption .mono").textContent, await navigator.clipboard.readText()]);
  }
  return copied;
}"""


@pytest.fixture
def page(browser: Browser, samples_server: RunningServer, story: Story) -> Iterator[Page]:
    """A tab whose person is signed in, and has sold a few tickets."""
    story.sell()
    permissions = ["clipboard-read", "clipboard-write"]
    with open_context(browser, base_url=samples_server.url, permissions=permissions) as context:
        sign_in_browser(context, samples_server, story.tenant.user_id)
        yield context.new_page()


@pytest.mark.parametrize("language", ["python", "nodejs"])
def test_every_sample_succeeds_as_it_was_copied(language: str, page: Page, story: Story, tmp_path: Path) -> None:
    runtime = RUNTIMES[language]
    if missing := runtime.missing():
        pytest.skip(f"{missing} is missing (make runtimes)")
    page.goto(f"/developer/{ROUTES[0].operation}?language={language}")
    copied = page.evaluate(_COPY_EACH, [f"/developer/{route.operation}" for route in ROUTES])
    assert all(story.tenant.user_id in text for _, text in copied)
    files = [file for file, _ in copied]
    for file, text in copied:
        (tmp_path / file).write_text(text)
    runtime.build(tmp_path, files)
    for route, printed in zip(ROUTES, runtime.run_files(tmp_path, files, story.tenant.key), strict=True):
        if route.answer is not None:
            assert json.loads(printed)["status"] == "success", (route.operation, printed)
