"""Debian's Chromium, driven by Playwright, for the tests of the pages; and axe, which looks for what WCAG forbids."""

import asyncio
import contextlib
import functools
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeout

PHONE: ViewportSize = {"width": 375, "height": 740}
DESKTOP: ViewportSize = {"width": 1440, "height": 900}
PAGE_MILLISECONDS = 20_000
FITTING_MILLISECONDS = 5_000
_AXE = Path(__file__).parents[1] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# What it found in order is not told of each element: on a page of many it takes longer than the looking. Nor does it
# fetch the style sheets again, which no rule of these reads.
_LOOK = """async (rules) => {
  const {violations} = await axe.run(document, {runOnly: rules, resultTypes: ["violations"], preload: false});
  return violations.flatMap(({id, help, nodes}) =>
    nodes.map(({target, failureSummary}) => `${id}: ${help}: ${target} ${failureSummary}`));
}"""


@contextlib.contextmanager
def open_browser() -> Iterator[Browser]:
    """Headless Chromium; ends with the block."""
    executable = shutil.which("chromium-headless-shell")
    if executable is None:
        pytest.skip("Chromium is not installed: `make browser` does it, or says how")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
        try:
            yield browser
        finally:
            browser.close()


class SharedBrowser:
    """One Chromium for all tests of a process, each of which opens contexts of its own: a start takes two seconds."""

    def __init__(self) -> None:
        self._open = contextlib.ExitStack()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._browser: Browser | None = None

    @contextlib.contextmanager
    def lent(self) -> Iterator[Browser]:
        """Give it to one test.

        Playwright leaves its event loop marked as the running one between any two calls, and so would no other test
        of the process be able to run a loop: the mark is taken off here, and put on again for whoever is next.
        """
        asyncio._set_running_loop(self._loop)
        try:
            if self._browser is None or not self._browser.is_connected():
                self._open.close()
                self._browser = self._open.enter_context(open_browser())
            yield self._browser
        finally:
            self._loop = asyncio._get_running_loop()
            asyncio._set_running_loop(None)

    def close(self) -> None:
        asyncio._set_running_loop(self._loop)
        self._open.close()


@contextlib.contextmanager
def open_context(browser: Browser, **options: Any) -> Iterator[BrowserContext]:
    """A browser's window with cookies of its own. What a page's console says of errors fails the test."""
    context = browser.new_context(viewport=options.pop("viewport", DESKTOP), locale="en-GB", **options)
    context.set_default_timeout(PAGE_MILLISECONDS)
    said: list[str] = []
    context.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    context.on("weberror", lambda error: said.append(str(error.error)))
    try:
        yield context
    finally:
        context.close()
    unexpected = [text for text in said if "status of 4" not in text]
    assert unexpected == [], unexpected


@functools.cache
def _axe() -> str:
    return _AXE.read_text("utf-8")


def accessibility_problems(page: Page, *rules: str) -> list[str]:
    """What axe finds against WCAG 2.2 AA on a page, or against some rules, one line each; a test wants nothing."""
    if not page.evaluate("'axe' in window"):
        _inject(page, _axe())
    found: list[str] = page.evaluate(_LOOK, list(rules) or _RULES)
    return found


def _inject(page: Page, script: str) -> None:
    """Run a script by the debugger, which no Content-Security-Policy stops.

    Without `evaluate`, that parses it twice more to see whether it is a function: of half a megabyte that is felt.
    """
    debugger = page.context.new_cdp_session(page)
    debugger.send("Runtime.evaluate", {"expression": f"{script};0"})
    debugger.detach()


def well_made(page: Page) -> None:
    """Assert that there is nothing that WCAG forbids, and that no page has to be pushed about on a phone."""
    assert accessibility_problems(page) == [], page.url
    size = page.viewport_size
    if size is None or size["width"] == PHONE["width"]:
        assert not reaches_beyond_the_edge(page), page.url
        return
    page.set_viewport_size(PHONE)
    assert not reaches_beyond_the_edge(page), page.url
    page.set_viewport_size(size)


def reaches_beyond_the_edge(page: Page) -> bool:
    """Whether a page is wider than its window: on a phone it would have to be pushed about.

    A window that has just been made smaller may not be laid out yet: a page gets some seconds to fit.
    """
    try:
        page.wait_for_function(
            "document.documentElement.scrollWidth <= window.innerWidth + 1", timeout=FITTING_MILLISECONDS
        )
    except PlaywrightTimeout:
        return True
    return False
