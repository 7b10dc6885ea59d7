"""Colours for code: classes from Pygments, which the pages' style sheet knows; no style within a page."""

import functools

from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

_FORMATTER = HtmlFormatter(nowrap=True)
REMEMBERED = 512


@functools.lru_cache(maxsize=REMEMBERED)
def highlighted(code: str, lexer: str) -> Markup:
    """Mark up a piece of code. The lexers keep every character but space at the end."""
    options = {"stripnl": False, "ensurenl": False}
    if lexer == "php":
        options["startinline"] = not code.startswith("<?php")
    return Markup(highlight(code, get_lexer_by_name(lexer, **options), _FORMATTER))  # noqa: S704 - Pygments escapes
