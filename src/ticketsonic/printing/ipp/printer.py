"""The words of a printer: how it is, print this, do you know that job (RFC 8011 §4)."""

import contextlib
import itertools
from typing import Any

from ticketsonic.printing.ipp.conditions import JobState, JobThere, PrinterSays, read_job, read_printer
from ticketsonic.printing.ipp.exchange import ANSWER_SECONDS, Exchange, NoAnswer, printer_uri_of
from ticketsonic.printing.ipp.messages import Answer, Attributes, Operation, Tag, Value, spell_request

USER = "ticketsonic"
ASK_SECONDS = 4.0
MOST_JOBS = 500
_FIRST_ERROR = 0x0400
_NOT_FOUND = 0x0406
_JOBS, _PRINTER = 2, 4
_DESCRIPTION = (
    "printer-state",
    "printer-state-reasons",
    "printer-is-accepting-jobs",
    "printer-up-time",
    "operations-supported",
    "document-format-supported",
    "media-supported",
    "print-scaling-supported",
    "pwg-raster-document-resolution-supported",
    "pwg-raster-document-type-supported",
)
_JOB = ("job-id", "job-name", "job-state", "job-state-reasons", "job-impressions-completed")


class Refused(Exception):
    """The printer understood, and refused. Nothing was printed by it."""

    def __init__(self, status: int) -> None:
        super().__init__(f"IPP status 0x{status:04x}")
        self.status = status


class Printer:
    """One printer or queue at its address. Raises as :class:`Exchange` does, and :class:`Refused`."""

    def __init__(self, exchange: Exchange, url: str) -> None:
        self._exchange = exchange
        self._url = url
        self._numbers = itertools.count(1)

    async def describe(self) -> PrinterSays:
        """Ask how it is and what it takes."""
        answer = await self._ask(Operation.GET_PRINTER_ATTRIBUTES, {"requested-attributes": _keywords(_DESCRIPTION)})
        described = answer.group(_PRINTER)
        if not described:
            raise NoAnswer("an answer without a printer")
        return read_printer(described[0])

    async def send(self, name: str, document: bytes, document_format: str, wishes: Attributes) -> JobThere:
        """Print a document, once; returns the job as the printer knows it now."""
        attributes = {"job-name": Value(Tag.NAME, name), "document-format": Value(Tag.MEDIA_TYPE, document_format)}
        job = {"copies": Value(Tag.INTEGER, 1), **wishes}
        return _job_of(await self._ask(Operation.PRINT_JOB, attributes, job, document, seconds=ANSWER_SECONDS))

    async def open(self, name: str, wishes: Attributes) -> JobThere:
        """Open a job that has no document yet: the printer knows its name, and prints nothing."""
        job = {"copies": Value(Tag.INTEGER, 1), **wishes}
        attributes = {"job-name": Value(Tag.NAME, name)}
        return _job_of(await self._ask(Operation.CREATE_JOB, attributes, job, seconds=ANSWER_SECONDS))

    async def fill(self, opened: JobThere, document: bytes, document_format: str) -> JobThere:
        """Give an open job its document: it is printed. One that was withdrawn meanwhile is refused by the printer."""
        attributes = {
            "job-id": Value(Tag.INTEGER, int(opened.printer_job)),
            "document-format": Value(Tag.MEDIA_TYPE, document_format),
            "last-document": Value(Tag.BOOLEAN, value=True),
        }
        return _job_of(await self._ask(Operation.SEND_DOCUMENT, attributes, None, document, seconds=ANSWER_SECONDS))

    async def withdraw(self, opened: JobThere) -> None:
        """Cancel an open job. What became of it is to be asked: its document may have come at this instant."""
        with contextlib.suppress(Refused):  # it is over already
            await self._ask(Operation.CANCEL_JOB, {"job-id": Value(Tag.INTEGER, int(opened.printer_job))})

    async def find(self, name: str) -> JobThere | None:
        """Look for a job by the name it was sent under: if there are several, one that came out, else the newest."""
        found = [job for job in await self._jobs("not-completed") if job.name == name]
        found = found or [job for job in await self._jobs("completed") if job.name == name]
        return max(found, key=lambda job: (job.state == JobState.COMPLETED, int(job.printer_job)), default=None)

    async def job(self, printer_job: str) -> JobThere | None:
        """Look at one job; None where the printer knows none of this number."""
        attributes = {
            "job-id": Value(Tag.INTEGER, int(printer_job)),
            "requested-attributes": _keywords(_JOB),
        }
        try:
            answer = await self._ask(Operation.GET_JOB_ATTRIBUTES, attributes)
        except Refused as refused:
            if refused.status == _NOT_FOUND:
                return None
            raise
        return next(iter(_jobs_of(answer)), None)

    async def unfinished(self) -> list[JobThere]:
        """List what has yet to come out."""
        return await self._jobs("not-completed")

    async def _jobs(self, which: str) -> list[JobThere]:
        attributes = {
            "limit": Value(Tag.INTEGER, MOST_JOBS),
            "which-jobs": Value(Tag.KEYWORD, which),
            "requested-attributes": _keywords(_JOB),
        }
        return _jobs_of(await self._ask(Operation.GET_JOBS, attributes))

    async def _ask(
        self,
        operation: Operation,
        attributes: dict[str, Any],
        job: Attributes | None = None,
        document: bytes = b"",
        *,
        seconds: float | None = None,
    ) -> Answer:
        addressed = {"printer-uri": Value(Tag.URI, printer_uri_of(self._url))}
        if "job-id" in attributes:  # it stands right after the printer's (RFC 8011 §4.1.5)
            addressed["job-id"] = attributes.pop("job-id")
        addressed["requesting-user-name"] = Value(Tag.NAME, USER)
        request = spell_request(operation, next(self._numbers), {**addressed, **attributes}, job or {})
        answer = await self._exchange.ask(
            self._url, request + document, seconds=ASK_SECONDS if seconds is None else seconds
        )
        if answer.status >= _FIRST_ERROR:
            raise Refused(answer.status)
        return answer


def _keywords(names: tuple[str, ...]) -> list[Value]:
    return [Value(Tag.KEYWORD, name) for name in names]


def _job_of(answer: Answer) -> JobThere:
    jobs = _jobs_of(answer)
    if not jobs:
        raise NoAnswer("an answer without a job")
    return jobs[0]


def _jobs_of(answer: Answer) -> list[JobThere]:
    jobs = [read_job(attributes) for attributes in answer.group(_JOBS)]
    return [job for job in jobs if job is not None]
