"""Templates: one Jinja environment a language, escaping always on, a name that is missing an error.

A template is named by its area and file, `portal/audit.html`, and lies in that area's folder `templates`.
"""

import functools
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, PrefixLoader, StrictUndefined

from ticketsonic.pages.formats import formats_of
from ticketsonic.pages.languages import translations_of

AREAS = ("pages", "portal", "developers", "station")
_PACKAGE = Path(__file__).parents[1]


@functools.cache
def _loader() -> PrefixLoader:
    return PrefixLoader({area: FileSystemLoader(_PACKAGE / area / "templates") for area in AREAS})


@functools.cache
def environment_of(language: str) -> Environment:
    """Make a language's environment: its texts, and its dates, numbers and money as filters."""
    environment = Environment(
        loader=_loader(),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_translations(translations_of(language), newstyle=True)  # type: ignore[attr-defined]
    environment.filters.update(formats_of(language))
    return environment


def render(template: str, language: str, values: dict[str, Any]) -> str:
    """Draw a template in a language."""
    return environment_of(language).get_template(template).render(values)
