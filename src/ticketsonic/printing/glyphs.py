"""What a print job says of a badge with characters that no font has: never a silent box (issue 5). Pure."""

import re

MOST_NAMED = 20
_SAID = "No font of the server has {}: an empty box on the badge."
_READ = re.compile(re.escape(_SAID).replace(r"\{\}", "(.+)"))


def say_missing(characters: str) -> str:
    """Spell the word that stays with the job: which characters are missing."""
    named = " ".join(f"U+{ord(character):04X}" for character in characters[:MOST_NAMED])
    return _SAID.format(named + (" …" if len(characters) > MOST_NAMED else ""))


def missing_in(detail: str | None) -> str | None:
    """Read that word again: the characters as it names them, None where it says something else."""
    found = _READ.fullmatch(detail or "")
    return found[1] if found else None
