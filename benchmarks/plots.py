"""Two plots as SVG, drawn here: throughput against connections, and growth."""

from collections.abc import Mapping, Sequence
from html import escape

from benchmarks.orders import CONNECTIONS, SHOWN_CODES, row_name
from benchmarks.results import Results

WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, TOP, BOTTOM = 70, 250, 48, 50
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#444444", "#888888")
TICKS = 5
NAMESPACE = "http://www.w3.org/2000/svg"

Line = tuple[str, Sequence[float | None]]


def throughput_plot(results: Results) -> str:
    """Draw orders a second on one hot SKU against connections."""
    lines: list[Line] = []
    for database, named in (("postgresql", "PostgreSQL"), ("sqlite", "SQLite")):
        for how in ("minted", "cold"):
            for code, shown in SHOWN_CODES.items():
                rows = [results.rows.get(row_name(database, code, how, count)) for count in CONNECTIONS]
                rates = [row.per_second if row is not None else None for row in rows]
                if any(rate is not None for rate in rates):
                    lines.append((f"{named}, {shown}, {how}", rates))
    return _plot("order/new on one hot SKU, orders a second", [f"{count} connections" for count in CONNECTIONS], lines)


def growth_plot(results: Results) -> str:
    """Draw the CPU of an operation with few and with many tickets sold before."""
    lines: list[Line] = []
    for database, named in (("postgresql", "PostgreSQL"), ("sqlite", "SQLite")):
        for operation in ("order", "validate", "list"):
            rows = [results.rows.get(f"growth/{database}/{operation}/{size}") for size in ("few", "many")]
            costs = [row.total_us if row is not None else None for row in rows]
            if any(cost is not None for cost in costs):
                lines.append((f"{operation}, {named}", costs))
    sizes = [f"{count} tickets" for count in (results.options.get("few", ""), results.options.get("many", ""))]
    return _plot("CPU of server and database, µs an operation, by tickets sold before", sizes, lines)


def _plot(title: str, places: Sequence[str], lines: Sequence[Line]) -> str:
    most = max((value for _, values in lines for value in values if value is not None), default=1.0)
    top = _round_up(most)
    parts = [
        f'<svg xmlns="{NAMESPACE}" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="24" font-size="15" fill="#222">{escape(title)}</text>',
    ]
    for step in range(TICKS + 1):
        value = top * step / TICKS
        y = _y(value, top)
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" fill="#222">{value:,.0f}</text>')
    xs = [_x(index, len(places)) for index in range(len(places))]
    for x, place in zip(xs, places, strict=True):
        parts.append(
            f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 22}" text-anchor="middle" fill="#222">{escape(place)}</text>'
        )
    for number, line in enumerate(lines):
        parts += _line(number, line, xs, top)
    return "\n".join([*parts, "</svg>", ""])


def _line(number: int, line: Line, xs: Sequence[float], top: float) -> list[str]:
    name, values = line
    colour = COLOURS[number % len(COLOURS)]
    points = [(x, _y(value, top)) for x, value in zip(xs, values, strict=True) if value is not None]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    y = TOP + 18 * number
    x = WIDTH - RIGHT + 20
    return [
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>',
        *(f'<circle cx="{px:.1f}" cy="{py:.1f}" r="3.5" fill="{colour}"/>' for px, py in points),
        f'<rect x="{x}" y="{y}" width="12" height="12" fill="{colour}"/>',
        f'<text x="{x + 18}" y="{y + 11}" fill="#222">{escape(name)}</text>',
    ]


def _x(index: int, count: int) -> float:
    width = WIDTH - LEFT - RIGHT
    return LEFT + width * (index + 0.5) / count


def _y(value: float, top: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / top


def _round_up(value: float) -> float:
    """Find the next round number: 1, 2 or 5 and zeros."""
    power = 1.0
    while power * 10 <= value:
        power *= 10
    return next(power * factor for factor in (1, 2, 5, 10) if value <= power * factor)


def plots(results: Results) -> Mapping[str, str]:
    """Draw both, by their files' names."""
    return {"throughput.svg": throughput_plot(results), "growth.svg": growth_plot(results)}
