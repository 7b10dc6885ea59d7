"""What a printer says, in our words; pure."""

from typing import Any

import pytest

from ticketsonic.printing.documents import JPEG, PDF, RASTER, choose_format
from ticketsonic.printing.ipp.conditions import Fate, fate_of, read_job, read_printer
from ticketsonic.printing.ipp.messages import Resolution
from ticketsonic.printing.states import STATES

IDLE, PROCESSING, STOPPED = 3, 4, 5


def says(state: int = IDLE, *reasons: str, **more: Any) -> Any:
    attributes = {"printer-state": [state], "printer-state-reasons": list(reasons) or ["none"]}
    return read_printer(attributes | {name.replace("_", "-"): value for name, value in more.items()})


@pytest.mark.parametrize(
    ("state", "reasons", "condition", "takes_jobs"),
    [
        (IDLE, (), "ready", True),
        (PROCESSING, (), "printing", True),
        (STOPPED, ("media-empty-error",), "out of paper", False),
        (STOPPED, ("media-needed",), "out of paper", False),
        (STOPPED, ("cover-open-error", "media-empty-error"), "cover open", False),
        (STOPPED, ("door-open",), "cover open", False),
        (STOPPED, ("media-jam-error",), "paper jam", False),
        (STOPPED, ("toner-empty",), "out of ink or toner", False),
        (STOPPED, ("marker-supply-empty-error",), "out of ink or toner", False),
        (STOPPED, ("paused",), "paused", False),
        (STOPPED, ("offline-report",), "offline", False),
        (STOPPED, ("connecting-to-device",), "offline", False),
        (STOPPED, ("something-new-error",), "stopped", False),
        (STOPPED, (), "stopped", False),
        # One tray of two is empty, and it prints from the other: it is believed, and people see why it may stop.
        (IDLE, ("media-empty-report",), "out of paper", True),
        (PROCESSING, ("connecting-to-device",), "printing", True),
        (IDLE, ("media-low", "toner-low-warning", "something-new"), "ready", True),
    ],
)
def test_a_state_and_its_reasons_become_one_word(
    state: int, reasons: tuple[str, ...], condition: str, takes_jobs: bool
) -> None:
    found = says(state, *reasons)
    assert (found.condition.value, found.takes_jobs) == (condition, takes_jobs)
    assert condition not in STATES  # a printer's words are not a job's


def test_one_that_accepts_nothing_says_so_and_one_that_says_nothing_is_good() -> None:
    assert says(IDLE, printer_is_accepting_jobs=[False]).condition.value == "takes no jobs"
    silent = read_printer({})
    assert (silent.condition.value, silent.takes_jobs, silent.up_seconds) == ("ready", True, None)


@pytest.mark.parametrize(
    ("formats", "chosen"),
    [
        (["application/pdf", "image/jpeg"], PDF),
        (["application/octet-stream"], PDF),
        ([], PDF),
        (["image/jpeg", "image/pwg-raster", "image/urf"], RASTER),
        (["image/jpeg", "application/postscript"], JPEG),
        (["image/urf"], None),
    ],
)
def test_the_best_format_is_chosen(formats: list[str], chosen: str | None) -> None:
    raster = {
        "pwg_raster_document_resolution_supported": [Resolution(300, 300, 3)],
        "pwg_raster_document_type_supported": ["sgray_8"],
    }
    assert choose_format(says(document_format_supported=formats, **raster)) == chosen


def test_raster_of_other_dots_or_colours_is_not_for_us() -> None:
    formats = ["image/pwg-raster", "image/jpeg"]
    dots, types = [Resolution(600, 600, 3), Resolution(118, 118, 4)], ["sgray_8"]
    only_600 = says(
        document_format_supported=formats,
        pwg_raster_document_resolution_supported=dots,
        pwg_raster_document_type_supported=types,
    )
    only_black = says(
        document_format_supported=formats,
        pwg_raster_document_resolution_supported=[Resolution(300, 300, 3)],
        pwg_raster_document_type_supported=["black_1"],
    )
    assert choose_format(only_600) == choose_format(only_black) == JPEG


@pytest.mark.parametrize(
    ("state", "reasons", "impressions", "fate"),
    [
        (3, ("none",), None, Fate.UNDER_WAY),
        (4, ("job-hold-until-specified",), None, Fate.UNDER_WAY),
        (5, ("job-printing",), 0, Fate.UNDER_WAY),
        (6, ("printer-stopped",), 0, Fate.UNDER_WAY),
        (9, ("job-completed-successfully",), None, Fate.PRINTED),
        (7, ("job-canceled-by-user",), None, Fate.CANCELLED),
        (7, ("job-canceled-by-operator",), 0, Fate.CANCELLED),
        (7, ("job-canceled-by-user",), 1, Fate.UNCERTAIN),
        (8, ("aborted-by-system",), 0, Fate.NOTHING_CAME_OUT),
        (8, ("aborted-by-system",), 1, Fate.UNCERTAIN),
        (8, ("aborted-by-system",), None, Fate.UNCERTAIN),
        (8, ("document-format-error",), None, Fate.UNPRINTABLE),
        (8, ("document-format-error",), 1, Fate.UNCERTAIN),
    ],
)
def test_what_a_printer_says_of_a_job_decides_what_follows(
    state: int, reasons: tuple[str, ...], impressions: int | None, fate: Fate
) -> None:
    attributes: dict[str, list[Any]] = {"job-id": [7], "job-state": [state], "job-state-reasons": list(reasons)}
    if impressions is not None:
        attributes["job-impressions-completed"] = [impressions]
    job = read_job(attributes)
    assert job is not None
    assert (job.printer_job, job.name, fate_of(job)) == ("7", None, fate)


def test_what_is_no_job_is_none() -> None:
    assert read_job({"job-id": ["x"], "job-state": [3]}) is None
    assert read_job({"job-id": [1]}) is None
