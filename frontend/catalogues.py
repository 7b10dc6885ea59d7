"""The texts of the pages: what is marked in code and templates, and its translations.

`python frontend/catalogues.py` extracts (`make translations`); the build compiles. A catalogue has one area and one
language, so that several people can translate at once: translations/AREA.LANGUAGE.po.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

HERE = Path(__file__).parent
SOURCE = HERE.parent / "src" / "ticketsonic"
TRANSLATIONS = HERE / "translations"
COMPILED = SOURCE / "pages" / "translations"
LANGUAGES = ("bg", "es")
EPOCH = datetime(2026, 11, 1, tzinfo=UTC)
ACCOUNT_PAGES = frozenset(
    {
        *("account", "acts", "audit", "browsers", "credentials", "entering", "layout", "letters", "new_password"),
        *("passwords", "public_keys", "registering", "second_factor", "security", "signing_in", "signing_keys"),
    }
)
AREAS = ("pages", "account", "events", "developers", "station")
REFERENCE = "reference"
"""The prose of the API's own reference, which the developer centre shows. Marked nowhere: it stands in the structs."""
KEYWORDS = {"gettext": None, "ngettext": (1, 2), "_": None, "N_": None}
METHODS = [("**/templates/**.html", "jinja2"), ("**/templates/**.txt", "jinja2"), ("**.py", "python")]
OPTIONS = {
    pattern: {"newstyle_gettext": "true", "trimmed": "true"} for pattern, method in METHODS if method == "jinja2"
}


def area_of(file: str) -> str:
    """Say whose catalogue has the texts of a file of src/ticketsonic."""
    folder, _, rest = file.partition("/")
    if folder == "portal":
        name = rest.removeprefix("templates/").partition(".")[0].partition("/")[0]
        return "account" if name in ACCOUNT_PAGES else "station" if name == "printers" else "events"
    return {"developers": "developers", "station": "station", "printing": "station"}.get(folder, "pages")


def extract() -> dict[str, Catalog]:
    """Collect every text that is marked, by area."""
    catalogues = {area: Catalog(project="TicketSonic", charset="utf-8") for area in AREAS}
    found = extract_from_dir(SOURCE, METHODS, OPTIONS, keywords=KEYWORDS, comment_tags=("translators:",))
    for file, line, message, comments, context in found:
        del line  # a moved line is no change of a text
        catalogues[area_of(file)].add(message, locations=[(file, 0)], auto_comments=comments, context=context)
    return catalogues


def reference_phrases() -> list[str]:
    """Collect every sentence of the API's reference."""
    # ruff: noqa: PLC0415 - the build of the pages alone does without the package
    from ticketsonic import __version__
    from ticketsonic.app import ROUTES
    from ticketsonic.developers.reference import read_reference
    from ticketsonic.developers.sentences import phrases_of

    return list(dict.fromkeys(phrases_of(read_reference(ROUTES, __version__))))


def reference_template() -> Catalog:
    """Make a catalogue's template of the reference."""
    template = Catalog(project="TicketSonic", charset="utf-8")
    for phrase in reference_phrases():
        template.add(phrase, locations=[("api", 0)])
    return template


def path_of(area: str, language: str) -> Path:
    """Name the catalogue of an area in a language."""
    return TRANSLATIONS / f"{area}.{language}.po"


def load(area: str, language: str) -> Catalog:
    """Read a catalogue; an empty one where there is none yet."""
    path = path_of(area, language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def update() -> None:
    """Bring every catalogue to what is marked by now; what is translated stays."""
    for area, template in [*extract().items(), (REFERENCE, reference_template())]:
        for language in LANGUAGES:
            catalogue = load(area, language)
            catalogue.update(template, no_fuzzy_matching=True)
            catalogue.obsolete.clear()
            catalogue.creation_date = EPOCH  # the time of day is no change of a text
            missing = sum(not message.string or not all(_forms(message.string)) for message in catalogue if message.id)
            with path_of(area, language).open("wb") as file:
                write_po(file, catalogue, width=120, sort_output=True, omit_header=False, include_lineno=False)
            print(f"{path_of(area, language).name}: {len(catalogue)} texts, {missing} without a translation")


def _forms(string: str | tuple[str, ...]) -> tuple[str, ...]:
    return string if isinstance(string, tuple) else (string,)


def check() -> None:
    """Leave with the texts that are marked and in no catalogue; `make translations` puts them there."""
    missing = []
    for area, template in extract().items():
        for language in LANGUAGES:
            known = load(area, language)
            found = [
                message.id for message in template if message.id and known.get(message.id, message.context) is None
            ]
            missing += [f"{path_of(area, language).name}: {text}" for text in found]
    if missing:
        sys.exit("\n".join(["make translations has not been run:", *missing]))


def compile_catalogues() -> None:
    """Merge the areas of a language into the one file that gettext reads."""
    COMPILED.mkdir(parents=True, exist_ok=True)
    for language in LANGUAGES:
        merged = Catalog(locale=language, charset="utf-8", fuzzy=False)
        for area in (REFERENCE, *AREAS):
            for message in load(area, language):
                if message.id:
                    merged.add(message.id, message.string, context=message.context)
        aside = COMPILED / f".{language}.mo"
        with aside.open("wb") as file:
            write_mo(file, merged)
        aside.replace(COMPILED / f"{language}.mo")


if __name__ == "__main__":
    update()
