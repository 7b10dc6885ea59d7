"""Debian's Chromium, driven by Playwright, for the tests of the pages; and axe, which looks for what WCAG forbids."""

import contextlib
import functools
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeout

PHONE = {"width": 375, "height": 740}
DESKTOP = {"width": 1440, "height": 900}
PAGE_MILLISECONDS = 20_000
FITTING_MILLISECONDS = 5_000
_AXE = Path(__file__).parents[1] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@contextlib.contextmanager
def open_browser() -> Iterator[Browser]:
    """Headless Chromium; ends with the block."""
    executable = shutil.which("chromium")
    if executable is None:
        pytest.skip("Chromium is not installed: `make browser` does it, or says how")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


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
    # Injected by the debugger, which no Content-Security-Policy stops.
    page.evaluate(_axe())
    found = page.evaluate("(rules) => axe.run(document, {runOnly: rules})", list(rules) or _RULES)
    return [
        f"{problem['id']}: {problem['help']}: {node['target']} {node['failureSummary']}"
        for problem in found["violations"]
        for node in problem["nodes"]
    ]


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
