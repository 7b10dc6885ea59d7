"""One printer, as one process works it: takes jobs when the printer is ready, sends them one by one, follows them.

What may go wrong has three answers. It is certain that nothing arrived: the job goes back to wait. The printer has it:
it is followed until the printer says what became of it. Nobody knows: the printer is asked by the job's name
(settling.py), and where that does not settle it, a person is.
"""

import contextlib
import logging
import time
from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy import update

from ticketsonic.database import Database
from ticketsonic.errors import TemporarilyUnavailable
from ticketsonic.printing import jobs
from ticketsonic.printing.documents import Document, Draw, NoBadge, choose_format, make_document
from ticketsonic.printing.glyphs import say_missing
from ticketsonic.printing.ipp.conditions import Condition, Fate, JobThere, PrinterSays, fate_of
from ticketsonic.printing.ipp.exchange import NeedsPassword, NoAnswer, NoPrinter, NotAllowedHost, NotSent
from ticketsonic.printing.ipp.printer import Printer, Refused
from ticketsonic.printing.jobs import PrinterKey, PrintJob
from ticketsonic.printing.settling import Lost, settle
from ticketsonic.printing.states import State
from ticketsonic.schema import printers

log = logging.getLogger("ticketsonic.printing")

MOST_AT_PRINTER = 5
"""How many jobs a printer has at once: what waits here can still go to another one."""
KNOWN_SECONDS = 2.0
"""How long a printer's word on itself is believed."""
FOLLOW_SECONDS = 1.0
RENEW_SECONDS = 10.0
SHOWN_SECONDS = 30.0
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.25, 10.0
ABORTED_TIMES = 3
_BUSY = 0x0507
_WRONG_DOCUMENT = frozenset({0x0408, 0x0409, 0x040A, 0x040F, 0x0410, 0x0411, 0x0412, 0x0413})
_NO_RIGHT = frozenset({0x0401, 0x0402, 0x0403})
_CONDITIONS: tuple[tuple[type[Exception], Condition], ...] = (
    (NotAllowedHost, Condition.NOT_ALLOWED),
    (NeedsPassword, Condition.NEEDS_PASSWORD),
    (NoPrinter, Condition.NO_PRINTER),
    (NotSent, Condition.UNREACHABLE),
    (NoAnswer, Condition.UNREACHABLE),
)


@dataclass(slots=True)
class Press:
    """One printer in one process. `work` is to be called whenever there may be something to do."""

    database: Database
    key: PrinterKey
    printer: Printer
    draw: Draw
    taker: str
    _says: PrinterSays | None = None
    _asked_at: float = 0.0
    _shown: tuple[Condition | None, float] = (None, 0.0)
    _at_printer: dict[int, PrintJob] = field(default_factory=dict)
    _followed_at: float = 0.0
    _renewed_at: float = 0.0
    _pause_seconds: float = 0.0
    _not_before: float = 0.0
    _aborted: Counter[int] = field(default_factory=Counter)
    _stopping: bool = False

    def stop(self) -> None:
        """Take nothing more."""
        self._stopping = True

    async def work(self) -> float | None:
        """Do what there is to do; returns in how many seconds to come again, None where nothing is left."""
        await self._adopt()
        while not self._stopping:
            await self._follow()
            if time.monotonic() < self._not_before or len(self._at_printer) >= MOST_AT_PRINTER:
                break
            if not await jobs.is_waited_for(self.database, self.key) or not await self._is_ready():
                break
            taken = await jobs.take_jobs(self.database, self.key, self.taker, most=1)
            if not taken:
                break
            await self._print(taken[0])
        return self._next_seconds()

    def _next_seconds(self) -> float | None:
        pause = self._not_before - time.monotonic()
        if self._at_printer or self._was_printing():
            return max(0.05, min(FOLLOW_SECONDS, pause) if pause > 0 else FOLLOW_SECONDS)
        return pause if pause > 0 else None

    def _was_printing(self) -> bool:
        """Whether the printer was last seen at work: a moment after its last page it still says so, and is asked on."""
        return self._shown[0] is Condition.PRINTING

    async def look(self) -> None:
        """Ask the printer how it is and show that, though there be nothing to print."""
        if time.monotonic() >= self._not_before:
            await self._is_ready()

    async def _is_ready(self) -> bool:
        """Whether a job may be sent now; asks where that is not known, and shows what is answered."""
        if self._says is not None and time.monotonic() < self._asked_at + KNOWN_SECONDS:
            return True
        try:
            says = await self.printer.describe()
        except (NotSent, NoAnswer, Refused) as error:
            await self._trouble(_condition_of(error))
            return False
        condition = says.condition if choose_format(says) else Condition.NO_FORMAT
        if condition is not says.condition or not says.takes_jobs:
            await self._trouble(condition)
            return False
        self._says, self._asked_at = says, time.monotonic()
        await self._show(condition)
        return True

    async def _trouble(self, condition: Condition) -> None:
        """Wait a while, longer each time: nothing is lost, all of it waits."""
        self._says = None
        self._pause(FIRST_PAUSE_SECONDS)
        await self._show(condition)

    def _pause(self, first_seconds: float) -> None:
        self._pause_seconds = min(max(first_seconds, self._pause_seconds * 2), LONGEST_PAUSE_SECONDS)
        self._not_before = time.monotonic() + self._pause_seconds

    async def _show(self, condition: Condition) -> None:
        shown, at = self._shown
        if shown is condition and time.monotonic() < at + SHOWN_SECONDS:
            return
        if shown is not condition:
            log.info("printer is", extra={"printer": self.key.printer_id, "state": condition.value})
        self._shown = (condition, time.monotonic())
        said = {"state": condition.value, "state_at": int(time.time())}
        async with self.database.transaction() as connection:
            await connection.execute(update(printers).where(printers.c.id == self.key.printer_id).values(said))

    async def _print(self, job: PrintJob) -> None:
        if self._says is None:
            raise RuntimeError("a job was taken for a printer that was not asked")
        try:
            document = await make_document(self.database, self.draw, job, self._says)
            if document.missing:
                await jobs.note(self.database, job, self.taker, say_missing(document.missing))
            there = await self._send(job, document, opens_jobs=self._says.opens_jobs)
            if there is None:
                return
        except NoBadge:
            await jobs.failed(self.database, job, self.taker, "The ticket is not there any more.")
        except TemporarilyUnavailable:
            self._pause(FIRST_PAUSE_SECONDS)
            await jobs.release(self.database, job, self.taker, "Too many badges are being drawn.")
        except NotSent as error:
            condition = _condition_of(error)
            await jobs.release(self.database, job, self.taker, f"The printer: {condition.value}.")
            await self._trouble(condition)
        except Refused as refused:
            await self._refused(job, refused.status)
        except NoAnswer:
            await self._ask_about(job)
        else:
            self._pause_seconds = 0.0
            await self._accepted(job, there)

    async def _send(self, job: PrintJob, document: Document, *, opens_jobs: bool) -> JobThere | None:
        """Send a badge, None where it is no longer in hand: drawing may have waited in line, or the process slept.

        Where the printer can, the job is opened first and looked at once more before its document follows. Whoever
        takes over from a sender that fell silent withdraws what it had opened (settling.py), and the printer then
        refuses the document: so no sender is late, though it be frozen right here for an hour.
        """
        if not await self._still_held(job):
            return None
        if not opens_jobs:
            return await self.printer.send(job.name, document.content, document.media_type, document.wishes)
        opened = await self.printer.open(job.name, document.wishes)
        try:
            if await self._still_held(job):
                return await self.printer.fill(opened, document.content, document.media_type)
        except (NotSent, Refused):
            await self._withdraw(opened)
            raise
        await self._withdraw(opened)
        return None

    async def _withdraw(self, opened: JobThere) -> None:
        """Leave no open job behind; without its document it prints nothing, and the printer drops it in the end."""
        with contextlib.suppress(NotSent, NoAnswer):
            await self.printer.withdraw(opened)

    async def _still_held(self, job: PrintJob) -> bool:
        if job.taken_until is not None and time.time() < job.taken_until - jobs.LEASE_SECONDS / 2:
            return True
        return bool(await jobs.renew(self.database, [job], self.taker))

    async def _refused(self, job: PrintJob, status: int) -> None:
        said = f"The printer refused it (IPP status 0x{status:04x})."
        if status in _WRONG_DOCUMENT:
            await jobs.failed(self.database, job, self.taker, said)
            return
        busy = status == _BUSY
        await jobs.release(self.database, job, self.taker, "The printer is busy." if busy else said)
        if busy:
            self._pause_seconds = 0.0
            self._pause(FIRST_PAUSE_SECONDS)
        else:
            await self._trouble(Condition.NEEDS_PASSWORD if status in _NO_RIGHT else Condition.NOT_ACCEPTING)

    async def _accepted(self, job: PrintJob, there: JobThere) -> None:
        if await jobs.accepted(self.database, job, self.taker, there.printer_job):
            self._at_printer[job.job_id] = _called(job, there.printer_job)
        log.debug("badge accepted", extra={"job": job.job_id, "printer": self.key.printer_id})

    async def _ask_about(self, job: PrintJob, *, by_another: bool = False) -> None:
        """Ask the printer what became of a job that was perhaps sent."""
        self._says = None
        found = await settle(
            self.printer, job, is_stopping=lambda: self._stopping, hold=self._hold, by_another=by_another
        )
        if isinstance(found, JobThere) and found.was_withdrawn and job.state == State.SENDING:
            await self._again(job, Lost.NEVER_ARRIVED.value)
        elif isinstance(found, JobThere):
            if job.state == State.SENDING:
                await self._accepted(job, found)
            await self._conclude(_called(job, found.printer_job), found)
        elif found is Lost.NEVER_ARRIVED:
            self._pause(FIRST_PAUSE_SECONDS)
            await jobs.release(self.database, job, self.taker, "It did not reach the printer.")
        elif found is not Lost.NOT_ASKED:
            await self._doubt(job, found.value)

    async def _hold(self, job: PrintJob) -> bool:
        await self._show(Condition.UNREACHABLE)
        return bool(await jobs.renew(self.database, [job, *self._at_printer.values()], self.taker))

    async def _doubt(self, job: PrintJob, why: str) -> None:
        self._at_printer.pop(job.job_id, None)
        if await jobs.uncertain(self.database, job, self.taker, why):
            log.warning("badge uncertain", extra={"job": job.job_id, "printer": self.key.printer_id, "why": why})

    async def _adopt(self) -> None:
        """Take over what another process left behind when it ended."""
        for job in await jobs.adopt_abandoned(self.database, self.key, self.taker, most=MOST_AT_PRINTER):
            if self._stopping:
                return
            if job.state == State.ACCEPTED and job.printer_job is not None:
                self._at_printer[job.job_id] = job
            else:
                await self._ask_about(job, by_another=True)

    async def _follow(self) -> None:
        """Ask what became of the jobs that the printer has."""
        if not self._at_printer and not self._was_printing():
            return
        if time.monotonic() < self._followed_at + FOLLOW_SECONDS:
            return
        self._followed_at = time.monotonic()
        if time.monotonic() >= self._renewed_at + RENEW_SECONDS:
            held = {job.job_id for job in await jobs.renew(self.database, [*self._at_printer.values()], self.taker)}
            self._at_printer = {number: job for number, job in self._at_printer.items() if number in held}
            self._renewed_at = time.monotonic()
        try:
            unfinished = {there.printer_job: there for there in await self.printer.unfinished()}
            for job in list(self._at_printer.values()):
                there = unfinished.get(job.printer_job or "")
                if there is None or not _is_same(job, there):
                    there = await self.printer.job(job.printer_job or "0")
                await self._conclude(job, there)
            # After a page, and where what it has does not come out: paper may be missing, and people are to see that.
            self._says = None
            await self.look()
        except (NotSent, NoAnswer, Refused) as error:
            await self._trouble(_condition_of(error))

    async def _conclude(self, job: PrintJob, there: JobThere | None) -> None:
        """Write down what the printer says became of a job that it had accepted."""
        if there is None or not _is_same(job, there):
            await self._doubt(job, Lost.FORGOTTEN.value)
            return
        fate = fate_of(there)
        if fate is Fate.UNDER_WAY:
            return
        self._at_printer.pop(job.job_id, None)
        why = f"The printer says: {', '.join(there.reasons) or 'aborted'}."
        match fate:
            case Fate.PRINTED:
                await jobs.printed(self.database, job, self.taker)
            case Fate.CANCELLED:
                await jobs.cancelled_there(self.database, job, self.taker, "It was cancelled at the printer.")
            case Fate.UNPRINTABLE:
                await jobs.failed(self.database, job, self.taker, why)
            case Fate.NOTHING_CAME_OUT:
                await self._again(job, why)
            case _:
                await self._doubt(job, why)

    async def _again(self, job: PrintJob, why: str) -> None:
        self._aborted[job.job_id] += 1
        if self._aborted[job.job_id] >= ABORTED_TIMES:
            del self._aborted[job.job_id]
            await jobs.failed(self.database, job, self.taker, f"Begun {ABORTED_TIMES} times in vain. {why}")
            return
        self._pause(FIRST_PAUSE_SECONDS)
        await jobs.release(self.database, job, self.taker, why)


def _condition_of(error: Exception) -> Condition:
    found = (condition for kind, condition in _CONDITIONS if isinstance(error, kind))
    return next(found, Condition.NOT_ACCEPTING)


def _called(job: PrintJob, printer_job: str) -> PrintJob:
    values = {name: getattr(job, name) for name in job.__struct_fields__}
    return PrintJob(**values | {"printer_job": printer_job, "state": State.ACCEPTED.value})


def _is_same(job: PrintJob, there: JobThere) -> bool:
    """Whether a printer's job is ours: after it was switched off it may count from 1 again."""
    return there.name is None or there.name == job.name
