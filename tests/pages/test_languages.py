"""Which language a visitor gets, how it writes dates and money, and that no text was left untranslated."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from tests.portal.visitors import new_visitor, signed_in
from tests.servers import RunningServer, Tenant

from ticketsonic.pages.formats import formats_of
from ticketsonic.pages.languages import choose_language

CHECKOUT = Path(__file__).parents[2]
CATALOGUES = sorted((CHECKOUT / "frontend" / "translations").glob("*.po"))
MOMENT = 1_793_550_000  # 2026-11-01 16:20 UTC


@pytest.mark.parametrize(
    ("chosen", "asked", "got"),
    [
        ((None, "", None), "", "en"),
        ((None, "", None), "bg-BG,bg;q=0.9,en;q=0.8", "bg"),
        ((None, "", None), "fr, es;q=0.4, en;q=0.3", "es"),
        ((None, "", None), "es;q=0, bg;q=0.1", "bg"),
        ((None, "", None), "es;q=nonsense,,;;;q=", "en"),
        ((None, "", "es"), "bg", "es"),
        ((None, "bg", "es"), "en", "bg"),
        (("en", "bg", "es"), "es", "en"),
        (("xx", "../../etc", None), "es", "es"),
    ],
)
def test_what_was_chosen_goes_before_what_the_browser_asks_for(
    chosen: tuple[str | None, ...], asked: str, got: str
) -> None:
    assert choose_language(chosen, asked) == got


def test_a_choice_is_kept_by_the_browser_and_by_the_account(server: RunningServer, alice: Tenant) -> None:
    visitor = new_visitor(server)
    assert '<html lang="es">' in visitor.get("/account/sign-in?locale=es").text
    assert '<html lang="es">' in visitor.get("/account/sign-in").text
    owner = signed_in(server, alice.user_id)
    owner.send("/account/security", "/account/security/language", language="bg")
    assert '<html lang="bg">' in signed_in(server, alice.user_id).get("/account/security").text


def test_dates_and_money_are_written_as_the_language_does_in_the_events_zone() -> None:
    english, bulgarian, spanish = (formats_of(language) for language in ("en", "bg", "es"))
    assert english["moment"](MOMENT) == "1 Nov 2026, 16:20 UTC"
    assert bulgarian["moment"](MOMENT, "Europe/Sofia").endswith("18:20 EET")
    assert spanish["day"](MOMENT, "Pacific/Auckland").startswith("2 nov 2026")
    assert english["money"](2050, "EUR") == "€20.50"
    assert spanish["money"](123_450, "EUR").replace("\N{NO-BREAK SPACE}", " ") in {"1234,50 €", "1.234,50 €"}
    assert "лв" in bulgarian["money"](100, "BGN")
    assert english["ago"](MOMENT, MOMENT) == "1 second ago"


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.name)
def test_every_text_is_translated_with_the_same_values(path: Path) -> None:
    with path.open("rb") as file:
        catalogue = read_po(file, locale=path.stem.rpartition(".")[2])
    for message in catalogue:
        if not message.id:
            continue
        originals = message.id if isinstance(message.id, tuple) else (message.id,)
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(forms), f"{path.name}: {message.id} has no translation"
        assert "fuzzy" not in message.flags
        wanted = set(re.findall(r"%\(\w+\)s", originals[-1]))
        for form in forms:
            assert set(re.findall(r"%\(\w+\)s", form)) <= wanted | {"%(num)s"}, message.id
        assert set(re.findall(r"%\(\w+\)s", forms[-1])) == wanted, message.id


def test_the_catalogues_hold_every_text_that_is_marked() -> None:
    script = "import catalogues; catalogues.check()"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=CHECKOUT / "frontend",
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
