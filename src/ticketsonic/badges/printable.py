"""What of a text is printed, pure: everything a reader sees, and nothing that only bends how it is shown."""

import unicodedata

# Dropped: what orders bidirectional text to be shown against its letters, and marks with neither ink nor meaning
# in a name. Kept: the joiners, the direction marks and isolates that phones put around names, variation selectors.
_DROPPED = frozenset("\u202d\u202e\u00ad\u200b\u2060\ufeff\ufff9\ufffa\ufffb")
_SEPARATORS = frozenset("\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029")
_RIGHT_TO_LEFT = frozenset({"R", "AL"})


def printable(text: str) -> str:
    """Give a text as it is printed, on one line: composed (NFC), its control characters gone or a space."""
    kept = []
    for character in unicodedata.normalize("NFC", text):
        if character in _SEPARATORS:
            kept.append(" ")
        elif character not in _DROPPED and unicodedata.category(character) not in {"Cc", "Cs"}:
            kept.append(character)
    return "".join(kept)


def runs_right_to_left(text: str) -> bool:
    """Whether a text reads from the right: its first letter with a direction says so (Unicode's rule P2)."""
    for character in text:
        direction = unicodedata.bidirectional(character)
        if direction in _RIGHT_TO_LEFT:
            return True
        if direction == "L":
            return False
    return False


def is_ignorable(character: str) -> bool:
    """Whether a character needs no glyph of its own: formats, variation selectors, Hangul fillers."""
    return (
        unicodedata.category(character) == "Cf"
        or "\ufe00" <= character <= "\ufe0f"
        or "\U000e0100" <= character <= "\U000e01ef"
        or character in "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0"
    )


def belongs_to_previous(character: str) -> bool:
    """Whether a character is drawn with the one before it: combining marks, joiners, emoji's tones and tags."""
    return (
        unicodedata.category(character) in {"Mn", "Me", "Mc"}
        or is_ignorable(character)
        or "\U0001f3fb" <= character <= "\U0001f3ff"
    )
