"""What a printer says of itself and of a job, in words of ours. Pure.

Sources: RFC 8011 §5.4.11-12 (printer-state and its reasons), §5.3.7-8 (job-state and its reasons), PWG 5100.9.
"""

from enum import IntEnum, StrEnum
from typing import Any

from msgspec import Struct

from ticketsonic.printing.ipp.messages import Operation


class Condition(StrEnum):
    """How a printer is, as it is shown to people and kept in `printers.state`."""

    READY = "ready"
    PRINTING = "printing"
    OUT_OF_PAPER = "out of paper"
    COVER_OPEN = "cover open"
    PAPER_JAM = "paper jam"
    OUT_OF_INK = "out of ink or toner"
    PAUSED = "paused"
    STOPPED = "stopped"
    NOT_ACCEPTING = "takes no jobs"
    OFFLINE = "offline"
    UNREACHABLE = "does not answer"
    NOT_ALLOWED = "address not allowed"
    NEEDS_PASSWORD = "asks for a password"  # noqa: S105 - a state
    NO_FORMAT = "takes neither PDF nor raster nor JPEG"
    NO_PRINTER = "no printer at this address"


_REASONS: tuple[tuple[Condition, tuple[str, ...]], ...] = (
    (Condition.COVER_OPEN, ("cover-open", "door-open", "interlock-open")),
    (Condition.PAPER_JAM, ("media-jam",)),
    (Condition.OUT_OF_PAPER, ("media-empty", "media-needed", "input-tray-missing")),
    (Condition.OUT_OF_INK, ("toner-empty", "marker-supply-empty", "marker-supply-missing", "developer-empty")),
    (Condition.OFFLINE, ("offline", "connecting-to-device", "timed-out", "shutdown")),
    (Condition.PAUSED, ("paused", "moving-to-paused")),
    (Condition.STOPPED, ("output-area-full", "output-tray-missing", "fuser-over-temp", "stopped-partly", "other")),
)
_SUFFIXES = ("-error", "-warning", "-report")
_STOPPED, _PROCESSING = 5, 4
_OPENING = frozenset({Operation.CREATE_JOB, Operation.SEND_DOCUMENT, Operation.CANCEL_JOB})
_INCOMPLETE = frozenset({"job-incoming", "job-data-insufficient"})


class PrinterSays(Struct, frozen=True):
    """What a printer answered of itself."""

    condition: Condition
    takes_jobs: bool
    """Whether it prints, by its own word. Where not, jobs wait here: here they can still go to another printer.

    One that names a want and goes on (one tray of two is empty) is believed: what it cannot print it keeps.
    """
    formats: tuple[str, ...]
    media: tuple[str, ...]
    scalings: tuple[str, ...]
    raster_types: tuple[str, ...]
    raster_dots: tuple[int, ...]
    """Of square dots an inch, for PWG raster."""
    up_seconds: int | None
    operations: frozenset[int]

    @property
    def opens_jobs(self) -> bool:
        """Whether a job can be opened before its document, and withdrawn: then no late sender prints (press.py)."""
        return self.operations >= _OPENING


def read_printer(attributes: dict[str, list[Any]]) -> PrinterSays:
    """Read what a printer says; what it leaves out counts as good."""
    state = _first(attributes, "printer-state")
    reasons = {_plain(reason) for reason in _texts(attributes, "printer-state-reasons")}
    accepting = _first(attributes, "printer-is-accepting-jobs") is not False
    dots = attributes.get("pwg-raster-document-resolution-supported", [])
    up_seconds = _first(attributes, "printer-up-time")
    return PrinterSays(
        condition=_condition(state, reasons, accepting=accepting),
        takes_jobs=accepting and state != _STOPPED,
        formats=_texts(attributes, "document-format-supported"),
        media=_texts(attributes, "media-supported"),
        scalings=_texts(attributes, "print-scaling-supported"),
        raster_types=_texts(attributes, "pwg-raster-document-type-supported"),
        raster_dots=tuple(d.across for d in dots if getattr(d, "units", 0) == 3 and d.across == d.along),  # noqa: PLR2004
        up_seconds=up_seconds if isinstance(up_seconds, int) else None,
        operations=frozenset(each for each in attributes.get("operations-supported", []) if isinstance(each, int)),
    )


def _condition(state: Any, reasons: set[str], *, accepting: bool) -> Condition:
    """Name the first thing that a person can do something about."""
    if not accepting:
        return Condition.NOT_ACCEPTING
    for condition, words in _REASONS:
        only_stopped = condition in {Condition.STOPPED, Condition.OFFLINE}
        if not reasons.isdisjoint(words) and (state == _STOPPED or not only_stopped):
            return condition
    if state == _STOPPED:
        return Condition.STOPPED
    return Condition.PRINTING if state == _PROCESSING else Condition.READY


def _plain(reason: str) -> str:
    """Leave out how bad it is: where a printer has stopped for it, it is bad enough."""
    for suffix in _SUFFIXES:
        reason = reason.removesuffix(suffix)
    return reason


class JobState(IntEnum):
    """Where a job is at the printer (RFC 8011 §5.3.7)."""

    PENDING = 3
    HELD = 4
    PROCESSING = 5
    STOPPED = 6
    CANCELED = 7
    ABORTED = 8
    COMPLETED = 9


class JobThere(Struct, frozen=True):
    """A job, as the printer knows it."""

    printer_job: str
    name: str | None
    """None where it keeps that to itself."""
    state: int
    reasons: tuple[str, ...]
    impressions: int | None
    """How many sides it says it printed; None where it does not say."""

    @property
    def lacks_document(self) -> bool:
        """Whether it was opened, and its document has not come."""
        return self.state in {JobState.PENDING, JobState.HELD} and not _INCOMPLETE.isdisjoint(self.reasons)

    @property
    def was_withdrawn(self) -> bool:
        """Whether it was cancelled before anything of it came out."""
        return self.state == JobState.CANCELED and self.impressions == 0


class Fate(StrEnum):
    """What a printer's word on a job means for it."""

    UNDER_WAY = "under way"
    PRINTED = "printed"
    CANCELLED = "cancelled"
    NOTHING_CAME_OUT = "nothing came out"
    UNPRINTABLE = "unprintable"
    UNCERTAIN = "uncertain"


_UNPRINTABLE = frozenset(
    {
        "document-format-error",
        "document-unprintable-error",
        "unsupported-document-format",
        "unsupported-compression",
        "compression-error",
        "document-password-error",
        "document-security-error",
        "document-permission-error",
    }
)


def read_job(attributes: dict[str, list[Any]]) -> JobThere | None:
    """Read a job; None where what came is none."""
    number, state = _first(attributes, "job-id"), _first(attributes, "job-state")
    if not isinstance(number, int) or not isinstance(state, int):
        return None
    name = _first(attributes, "job-name")
    impressions = _first(attributes, "job-impressions-completed")
    return JobThere(
        printer_job=str(number),
        name=name if isinstance(name, str) else None,
        state=state,
        reasons=_texts(attributes, "job-state-reasons"),
        impressions=impressions if isinstance(impressions, int) else None,
    )


def fate_of(job: JobThere) -> Fate:
    """Say what became of a job. It goes back to wait only where the printer says that it printed nothing of it."""
    if job.state == JobState.COMPLETED:
        return Fate.PRINTED
    if job.state == JobState.CANCELED:
        return Fate.CANCELLED if not job.impressions else Fate.UNCERTAIN
    if job.state == JobState.ABORTED:
        if not job.impressions and not _UNPRINTABLE.isdisjoint(job.reasons):
            return Fate.UNPRINTABLE
        return Fate.NOTHING_CAME_OUT if job.impressions == 0 else Fate.UNCERTAIN
    return Fate.UNDER_WAY


def _first(attributes: dict[str, list[Any]], name: str) -> Any:
    values = attributes.get(name)
    return values[0] if values else None


def _texts(attributes: dict[str, list[Any]], name: str) -> tuple[str, ...]:
    return tuple(value for value in attributes.get(name, []) if isinstance(value, str))
