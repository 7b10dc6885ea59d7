"""The reference's prose speaks the reader's language; a sentence that is new says so until somebody translates it."""

import pytest

from ticketsonic.app import ROUTES
from ticketsonic.developers.reference import read_reference
from ticketsonic.developers.sentences import phrases_of, said
from ticketsonic.pages.languages import translations_of

LEAST_TRANSLATED = 0.9


@pytest.mark.parametrize("language", ["bg", "es"])
def test_nearly_all_of_it_is_translated(language: str) -> None:
    gettext = translations_of(language).gettext
    phrases = set(phrases_of(read_reference(ROUTES, "1")))
    english = sorted(phrase for phrase in phrases if 'lang="en"' in said(gettext, language, phrase))
    assert len(english) <= (1 - LEAST_TRANSLATED) * len(phrases), "\n".join(["make translations, then:", *english])


def test_what_has_no_translation_says_that_it_is_english() -> None:
    def gettext(text: str) -> str:
        return {"Is there.": "Está."}.get(text, text)

    assert said(gettext, "es", "Is there. Is `not` & <b>.") == (
        'Está. <span lang="en">Is <code>not</code> &amp; &lt;b&gt;.</span>'
    )
    assert said(gettext, "en", "Is `not`.") == "Is <code>not</code>."


def test_the_scopes_of_a_key_stand_in_the_translated_sentence() -> None:
    text = "List events. The key's scope must be one of `full`, `read`; else 403 `not allowed for this key`."
    shown = said(translations_of("es").gettext, "es", text)
    assert "<code>full</code>, <code>read</code>; si no, 403" in shown
