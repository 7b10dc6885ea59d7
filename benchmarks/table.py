"""The one table of a run, for the terminal."""

from collections.abc import Sequence

from benchmarks.bars import Bar
from benchmarks.results import Results, Row

COLUMNS = ("", "database", "conns", "per second", "p50 ms", "p99 ms", "server µs", "database µs", "answers")
DISTURBED = 0.05


def table_lines(results: Results, bars: Sequence[Bar]) -> list[str]:
    """Set the floors, ours and the growth in one table, the bars below it."""
    cells = [list(COLUMNS)]
    section = ""
    for row in results.rows.values():
        if row.section != section:
            section = row.section
            cells.append([section.upper(), *[""] * (len(COLUMNS) - 1)])
        cells.append(cells_of(row))
    lines = _aligned(cells)
    lines += ["", *_aligned([["FIGURE", "measured", "bar", ""], *([*bar_cells(bar)] for bar in bars)]), ""]
    lines += [f"{name}: {value:,.2f}" for name, value in results.facts.items()]
    return [*lines, "", *warnings_of(results)]


def bar_cells(bar: Bar) -> tuple[str, str, str, str]:
    return bar.name, bar.shown_measured, bar.shown_bar, f"{bar.verdict}: {bar.note}" if bar.note else bar.verdict


def cells_of(row: Row) -> list[str]:
    """Spell one row."""
    mark = " *" if row.disturbance > DISTURBED else ""
    answers = ", ".join(f"{word}: {count:,}" for word, count in sorted(row.answers.items()))
    if row.broken:
        answers += f", {row.broken:,} lost"
    return [
        row.title + mark,
        {"sqlite": "SQLite", "postgresql": "PostgreSQL"}.get(row.database, ""),
        "" if row.connections is None else str(row.connections),
        _number(row.per_second, 0),
        _number(row.p50_ms, 2),
        _number(row.p99_ms, 2),
        _number(row.server_us, 0),
        _number(row.database_us or None, 0),
        answers,
    ]


def warnings_of(results: Results) -> list[str]:
    """Say what makes these figures worth less."""
    disturbed = [row for row in results.rows.values() if row.disturbance > DISTURBED]
    if not disturbed:
        return []
    worst = max(row.disturbance for row in disturbed)
    taken = f"{len(disturbed)} rows were disturbed: other processes took up to {worst:.0%} of the machine meanwhile."
    return [f"\\* {taken} Run it again when the machine is quiet."]


def _number(value: float | None, decimals: int) -> str:
    return "" if value is None else f"{value:,.{decimals}f}"


def _aligned(rows: list[list[str]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    last = len(widths) - 1
    lines = []
    for row in rows:
        parts = [
            cell.ljust(width) if index in {0, 1, last} else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(parts).rstrip())
    return lines
