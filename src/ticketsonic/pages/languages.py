"""The languages of the pages, and which one a visitor gets: as chosen, else as the browser asks, else English."""

import functools
import gettext
from collections.abc import Sequence
from pathlib import Path

DEFAULT = "en"
LANGUAGES = {"en": "English", "bg": "Български", "es": "Español"}
"""Each by its code, with the name it has in itself."""
FOLDER = Path(__file__).parent / "translations"
_MOST_ASKED = 20


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for a text that is translated elsewhere
    """Mark a text that a page translates later, where it knows its visitor."""
    return text


@functools.cache
def translations_of(language: str) -> gettext.NullTranslations:
    """Load a language's texts; English is what stands in the code."""
    path = FOLDER / f"{language}.mo"
    if not path.exists():
        return gettext.NullTranslations()
    with path.open("rb") as file:
        return gettext.GNUTranslations(file)


def choose_language(chosen: Sequence[str | None], accept_language: str) -> str:
    """Take the first of what was chosen that there is, else what the browser likes best (RFC 9110 §12.5.4)."""
    for language in chosen:
        if language in LANGUAGES:
            return language
    return next((language for language in _asked_for(accept_language) if language in LANGUAGES), DEFAULT)


def _asked_for(accept_language: str) -> list[str]:
    weighed = []
    for part in accept_language.split(",")[:_MOST_ASKED]:
        tag, _, parameter = part.strip().partition(";")
        try:
            weight = float(parameter.strip().removeprefix("q=")) if parameter else 1.0
        except ValueError:
            continue
        if weight > 0:
            weighed.append((weight, tag.partition("-")[0].lower()))
    return [language for _, language in sorted(weighed, key=lambda pair: -pair[0])]
