"""The bars of the issue "fast on the hottest row, and nothing lost", held against the results of one run."""

from statistics import median

import msgspec

from benchmarks.gates import OFFERED_PER_SECOND
from benchmarks.orders import REFERENCE_SIGNATURES, row_name
from benchmarks.printing import printing_row
from benchmarks.results import Results, Row

BUSY = (64, 256)
PGBENCH = "floor/pgbench/64"


class Bar(msgspec.Struct, frozen=True):
    """One figure that must be reached."""

    name: str
    measured: float | None
    least: float | None = None
    most: float | None = None
    unit: str = ""
    note: str = ""
    """Why it cannot be met on this machine, where the floors say so."""

    @property
    def verdict(self) -> str:
        if self.measured is None:
            return "not measured"
        met = (self.least is None or self.measured >= self.least) and (self.most is None or self.measured <= self.most)
        return "met" if met else "NOT MET"

    @property
    def shown_bar(self) -> str:
        return f"≥ {_shown(self.least)}{self.unit}" if self.least is not None else f"≤ {_shown(self.most)}{self.unit}"

    @property
    def shown_measured(self) -> str:
        return "-" if self.measured is None else f"{_shown(self.measured)}{self.unit}"


def _shown(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}"


def judge(results: Results) -> list[Bar]:
    """Hold every bar against what was measured."""
    bars = [*_hot_bars(results, "cold", 5, 1.6), *_hot_bars(results, "minted", 12, 0.6), _sqlite_bar(results)]
    for database in ("sqlite", "postgresql"):
        bars += _sold_out_bars(results, database)
        bars += _gate_bars(results, database)
        bars += _printing_bars(results, database)
        bars += _latency_bars(results, database)
        bars += _growth_bars(results, database)
    return bars


def _hot_rows(results: Results, database: str, how: str) -> list[Row]:
    found = [results.rows.get(row_name(database, "rsa", how, connections)) for connections in BUSY]
    return [row for row in found if row is not None]


def _hot_bars(results: Results, how: str, times: float, signatures: float) -> list[Bar]:
    """Take the worst of 64 and 256 connections."""
    rows = _hot_rows(results, "postgresql", how)
    title = f"hot SKU, RSA-2048, {'minted' if how == 'minted' else 'cold'}, 2 processes, PostgreSQL"
    rates = [_ratio(row.per_second, _floor(results, row, "naive_per_second")) for row in rows]
    costs = [_ratio(row.total_us, _floor(results, row, "rsa_signature_us")) for row in rows]
    ceilings = [_ratio(_most_signatures(results, row), _floor(results, row, "naive_per_second")) for row in rows]
    ceiling = min(filter(None, ceilings), default=times)
    note = f"no more than {ceiling:.2f} can be: all cores signing, and nothing else done" if ceiling < times else ""
    return [
        Bar(
            f"{title}: orders per naive order",
            min(filter(None, rates), default=None),
            times,
            note=note if how == "cold" else "",
        ),
        Bar(f"{title}: CPU per signature's", max(filter(None, costs), default=None), most=signatures),
    ]


def _floor(results: Results, row: Row, name: str) -> float | None:
    """Give a floor as it was beside a row, or as it was at the start of the run."""
    naive = results.rows.get(PGBENCH)
    at_start = naive and naive.per_second if name == "naive_per_second" else results.fact(name)
    return row.beside.get(name, at_start)


def _most_signatures(results: Results, row: Row) -> float | None:
    signature_us, cores = _floor(results, row, "rsa_signature_us"), results.fact("cores")
    return cores * 1e6 / signature_us if signature_us and cores else None


def _sqlite_bar(results: Results) -> Bar:
    """Take the row that is worst for its own floor: the bar falls with the signatures that a core makes."""
    title = "hot SKU, RSA-2048, minted, 1 process, SQLite: orders"
    held = [
        (row.per_second, 6000 * 1e6 / signature_us / REFERENCE_SIGNATURES)
        for row in _hot_rows(results, "sqlite", "minted")
        if row.per_second and (signature_us := _floor(results, row, "rsa_signature_us"))
    ]
    rate, least = min(held, key=lambda pair: pair[0] / pair[1], default=(None, 6000))
    return Bar(title, rate, least, unit="/s")


def _sold_out_bars(results: Results, database: str) -> list[Bar]:
    ratio = _in_turns(results, f"soldout/{database}", f"soldout/{database}/noop")
    return [
        Bar(f"sold out, {_named(database)}: CPU per no-op's", ratio, most=1.4),
        Bar(
            f"sold out, {_named(database)}: bytes written a refusal",
            results.fact(f"{database}_soldout_written_bytes_each"),
            most=1,
            unit=" B",
        ),
    ]


def _gate_bars(results: Results, database: str) -> list[Bar]:
    full, steady = results.rows.get(f"validate/{database}/distinct"), results.rows.get(f"validate/{database}/steady")
    least, ceiling = 8000, _most_scans(results, database)
    note = ""
    if ceiling is not None and ceiling < least:
        note = f"no more than {ceiling:,.0f}/s can be: a route that parses and does nothing, and a signature opened"
    return [
        Bar(
            f"validate, distinct, 1 process, {_named(database)}", full and full.per_second, least, unit="/s", note=note
        ),
        Bar(
            f"validate at {OFFERED_PER_SECOND}/s, {_named(database)}: p99",
            steady and steady.p99_ms,
            most=10,
            unit=" ms",
        ),
    ]


def _most_scans(results: Results, database: str) -> float | None:
    """Say what one process could admit at most, if admitting took nothing beside HTTP and the signature."""
    empty, opened_us = results.rows.get(f"soldout/{database}/noop"), results.fact("rsa_opened_signature_us")
    return 1e6 / (empty.total_us + opened_us) if empty and empty.total_us and opened_us else None


def _printing_bars(results: Results, database: str) -> list[Bar]:
    ratio = _in_turns(results, printing_row(database, "on"), printing_row(database, "off"))
    return [Bar(f"validate with print on, no printer, {_named(database)}: CPU, on to off", ratio, most=1.15)]


def _latency_bars(results: Results, database: str) -> list[Bar]:
    half, lone = results.rows.get(f"half/{database}"), results.rows.get(row_name(database, "rsa", "cold", 1))
    return [
        Bar(
            f"order at half the maximum rate, {_named(database)}: p99",
            half and half.p99_ms,
            most=25,
            unit=" ms",
        ),
        Bar(f"one lone order, {_named(database)}: median", lone and lone.p50_ms, most=5, unit=" ms"),
        Bar(f"start, {_named(database)}", results.fact(f"{database}_start_seconds"), most=1.0, unit=" s"),
    ]


def _growth_bars(results: Results, database: str) -> list[Bar]:
    bars = []
    for operation in ("order", "validate"):
        name = f"growth/{database}/{operation}"
        cost = _in_turns(results, f"{name}/many", f"{name}/few")
        p99 = _in_turns(results, f"{name}/many/steady", f"{name}/few/steady", "rounds_p99_ms")
        title = f"growth, {operation}, {_named(database)}"
        bars += [
            Bar(f"{title}: CPU, many to few", cost, most=1.2),
            Bar(f"{title}: p99, many to few", p99, most=1.2),
        ]
    for table in ("tickets", "orders"):
        title = f"{_named(database)}: bytes a row of {table}, with indexes"
        bars.append(Bar(title, results.fact(f"{database}_{table}_bytes_a_row"), most=250, unit=" B"))
    warm, end = results.fact(f"{database}_worker_warm_mb"), results.fact(f"{database}_worker_end_mb")
    bars.append(Bar(f"memory of a worker, {_named(database)}", end, most=120, unit=" MB"))
    bars.append(Bar(f"memory of a worker, {_named(database)}: end to warm", _ratio(end, warm), most=1.05))
    return bars


def _in_turns(results: Results, name: str, base_name: str, figure: str = "rounds_us") -> float | None:
    """Give the median of two rows' ratios, round by round: each pair was measured within seconds."""
    rounds, base = (getattr(results.rows[each], figure) if each in results.rows else [] for each in (name, base_name))
    return median(one / other for one, other in zip(rounds, base, strict=False)) if rounds and base else None


def _ratio(value: float | None, base: float | None) -> float | None:
    return value / base if value is not None and base else None


def _named(database: str) -> str:
    return {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[database]
