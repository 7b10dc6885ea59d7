"""Reading a page of the developer centre as a person without JavaScript does: its words, its codes, its links."""

import html
import re

_TAG = re.compile(r"<[^>]+>")
_CODE = re.compile(r"<code[^>]*>(.*?)</code>", re.DOTALL)


def codes_of(page: str) -> list[str]:
    """Everything a page sets as code."""
    return [html.unescape(_TAG.sub("", code)) for code in _CODE.findall(page)]


def sample_of(page: str, identifier: str = "sample") -> str:
    """The text of one piece of code."""
    found = re.search(rf'<code id="{identifier}" class="highlight">(.*?)</code>', page, re.DOTALL)
    assert found is not None, page[:2000]
    return html.unescape(_TAG.sub("", found[1]))


def names_of(page: str, part: str) -> list[str]:
    """The headers or fields that a page describes in one of its parts, in its order."""
    start = page.index(f'aria-labelledby="{part}"')
    inside = page[start : page.index("</section>", start)]
    return [html.unescape(name) for name in re.findall(r"<dt><code>([^<]+)</code>", inside)]


def errors_of(page: str) -> list[tuple[int, str]]:
    """The errors a page lists, with their status."""
    rows = re.findall(r'<tr><td class="number"[^>]*>(\d+)</td><th scope="row"><code>([^<]+)</code>', page)
    return [(int(status), message) for status, message in rows]
