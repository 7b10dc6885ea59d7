"""What a run of the benchmark finds out: floors, rows and facts, by name."""

from statistics import median

import msgspec

from benchmarks.accounting import CpuReading
from benchmarks.load import Answered


class Row(msgspec.Struct):
    """One line of the table. Figures are medians of the rounds; answers are all of them."""

    name: str
    title: str
    section: str
    database: str = ""
    connections: int | None = None
    per_second: float | None = None
    p50_ms: float | None = None
    p99_ms: float | None = None
    server_us: float | None = None
    database_us: float | None = None
    answers: dict[str, int] = msgspec.field(default_factory=dict)
    broken: int = 0
    rounds_per_second: list[float] = msgspec.field(default_factory=list)
    rounds_us: list[float] = msgspec.field(default_factory=list)
    """CPU an operation, server and database, round by round: rows measured in turns are held against each other so."""
    rounds_p99_ms: list[float] = msgspec.field(default_factory=list)
    beside: dict[str, float] = msgspec.field(default_factory=dict)
    """Floors that were measured in turns with the rounds, as medians: a machine's speed changes by the second."""
    disturbance: float = 0.0
    """The share of the machine's CPU that went elsewhere meanwhile: above some percent the figures are worth little."""

    @property
    def total_us(self) -> float | None:
        return None if self.server_us is None else self.server_us + (self.database_us or 0.0)


class Round(msgspec.Struct):
    """One round of a load, with what it used."""

    answered: Answered
    used: CpuReading
    elapsed_seconds: float


class Results(msgspec.Struct):
    """Everything one run found out; written as JSON as it is."""

    machine: dict[str, str]
    options: dict[str, str]
    rows: dict[str, Row] = msgspec.field(default_factory=dict)
    facts: dict[str, float] = msgspec.field(default_factory=dict)
    """Single figures by name, the unit last: `rsa_signature_us`."""
    notes: list[str] = msgspec.field(default_factory=list)
    seconds: float = 0.0

    def add(self, row: Row) -> Row:
        self.rows[row.name] = row
        return row

    def fact(self, name: str) -> float | None:
        return self.facts.get(name)


def row_of(row: Row, rounds: list[Round], cores: int) -> Row:
    """Fill a row with the medians of its rounds."""
    answers: dict[str, int] = {}
    for each in rounds:
        for word, count in each.answered.answers.items():
            answers[word] = answers.get(word, 0) + count
    counted = [each for each in rounds if each.answered.count]
    row.answers = answers
    row.broken = sum(each.answered.broken for each in rounds)
    if not counted:
        return row
    row.rounds_per_second = [each.answered.per_second for each in counted]
    row.per_second = median(row.rounds_per_second)
    row.p50_ms = median(each.answered.p50_ms for each in counted)
    row.p99_ms = median(each.answered.p99_ms for each in counted)
    row.server_us = median(each.used.server / each.answered.count * 1e6 for each in counted)
    row.database_us = median(each.used.database / each.answered.count * 1e6 for each in counted)
    row.rounds_us = [(each.used.server + each.used.database) / each.answered.count * 1e6 for each in counted]
    row.rounds_p99_ms = [each.answered.p99_ms for each in counted]
    row.disturbance = median(each.used.elsewhere / (each.elapsed_seconds * cores) for each in counted)
    return row
