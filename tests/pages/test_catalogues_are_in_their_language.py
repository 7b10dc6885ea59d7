"""A catalogue has the words of its own language: once the Spanish developer centre spoke Bulgarian, unseen."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

CATALOGUES = sorted((Path(__file__).parents[2] / "frontend" / "translations").glob("*.po"))
_CYRILLIC = re.compile(r"[\u0400-\u04FF]")
_NO_WORDS = re.compile(r"<code>.*?</code>|<[^>]+>|`[^`]*`|%\(\w+\)s|\S*[/_]\S*", re.DOTALL)
_WORD = re.compile(r"\b[A-Za-z]{2,}\b")
FEWEST_WORDS = 3
"""So many words in a row are a sentence, not a name that stays as it is in every language."""


def _translated(path: Path) -> Iterator[tuple[str, str]]:
    with path.open("rb") as file:
        catalogue = read_po(file, locale=path.stem.rpartition(".")[2])
    for message in catalogue:
        if message.id:
            originals = message.id if isinstance(message.id, tuple) else (message.id,)
            forms = message.string if isinstance(message.string, tuple) else (message.string,)
            yield from ((originals[-1], form) for form in forms)


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.name)
def test_each_text_is_written_in_the_letters_and_words_of_its_language(path: Path) -> None:
    cyrillic = ".bg." in path.name
    for original, translated in _translated(path):
        if len(_WORD.findall(_NO_WORDS.sub(" ", original))) >= FEWEST_WORDS:
            assert bool(_CYRILLIC.search(translated)) is cyrillic, (original, translated)
            assert translated != original
        elif not cyrillic:
            assert not _CYRILLIC.search(translated), (original, translated)
