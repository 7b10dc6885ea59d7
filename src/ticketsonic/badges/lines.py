"""Breaking a text that fits on no single line, pure: at spaces where it has them, else between letters."""

from collections.abc import Sequence


def break_into_lines(text: str, clusters: Sequence[tuple[int, float]], room: float) -> list[str]:
    """Break a text into lines no wider than `room`, by the advances of what belongs together in it.

    `clusters` is the index and advance of each, in the text's order; a single one wider than the room stands alone.
    A line ends at a space where there is one; the space itself is dropped.
    """
    ends = [start for start, _ in clusters[1:]] + [len(text)]
    lines: list[str] = []
    begin, last_space, used, used_since_space = 0, -1, 0.0, 0.0
    for (start, advance), end in zip(clusters, ends, strict=True):
        if used + advance > room and start > begin and text[start] != " ":
            if last_space >= begin:
                lines.append(text[begin:last_space])
                begin, used = last_space + 1, used_since_space
            else:
                lines.append(text[begin:start])
                begin, used = start, 0.0
            last_space = -1
            if used + advance > room and start > begin:  # the word after the space is itself too wide
                lines.append(text[begin:start])
                begin, used = start, 0.0
        used += advance
        used_since_space += advance
        if text[start:end] == " ":
            last_space, used_since_space = start, 0.0
    lines.append(text[begin:])
    return [line for line in (line.strip(" ") for line in lines) if line]
