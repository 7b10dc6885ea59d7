"""What the operating system says a server and its database used: CPU and memory.

The CPU of a process that ended and was waited for is in its parent's account, so a total never falls, and database
connections that came and went during a run are counted.
"""

import resource
import time
from pathlib import Path

import msgspec
import psutil

NANOSECOND_CLOCK_OF_PROCESS = 2  # Linux, CPUCLOCK_SCHED: the scheduler's own count


class CpuReading(msgspec.Struct, frozen=True):
    """CPU seconds used so far."""

    server: float
    database: float
    generator: float
    machine: float

    def since(self, before: "CpuReading") -> "CpuReading":
        pairs = zip(msgspec.structs.astuple(self), msgspec.structs.astuple(before), strict=True)
        return CpuReading(*(now - then for now, then in pairs))

    @property
    def elsewhere(self) -> float:
        """What processes used that are no part of the benchmark."""
        return max(0.0, self.machine - self.server - self.database - self.generator)


class Meter:
    """Reads the account of one server and its database."""

    def __init__(self, server_process_id: int, postmaster_process_id: int | None) -> None:
        self._server = psutil.Process(server_process_id)
        self._postmaster = psutil.Process(postmaster_process_id) if postmaster_process_id else None

    def read(self) -> CpuReading:
        return CpuReading(
            server=_family_seconds(self._server),
            database=_family_seconds(self._postmaster) if self._postmaster else 0.0,
            generator=_own_seconds(),
            machine=_machine_seconds(),
        )

    def worker_bytes(self) -> list[int]:
        """Resident memory of each serving process."""
        workers = [child for child in self._server.children() if _is_worker(child)]
        return [worker.memory_info().rss for worker in workers or [self._server]]

    @property
    def worker_process_ids(self) -> list[int]:
        workers = [child for child in self._server.children() if _is_worker(child)]
        return [worker.pid for worker in workers or [self._server]]


def postmaster_of(folder: Path) -> int:
    """Say which process is the server of a PostgreSQL data folder."""
    return int((folder / "postmaster.pid").read_text().splitlines()[0])


def _is_worker(process: psutil.Process) -> bool:
    """Python's resource tracker is a child as well, and serves nobody."""
    try:
        return "resource_tracker" not in " ".join(process.cmdline())
    except psutil.Error:
        return False


def _family_seconds(process: psutil.Process) -> float:
    total = 0.0
    for member in [process, *process.children(recursive=True)]:
        try:
            times = member.cpu_times()
            gone_children = getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0)
            total += _precise_seconds(member.pid, times.user + times.system) + gone_children
        except psutil.NoSuchProcess:
            continue  # it ended between the two looks: its parent's account has it at the next
    return total


def _precise_seconds(process_id: int, in_ticks: float) -> float:
    """Read nanoseconds where the system tells them; the usual account has hundredths of a second."""
    try:
        return time.clock_gettime((~process_id << 3) | NANOSECOND_CLOCK_OF_PROCESS)
    except OSError:
        return in_ticks


def _own_seconds() -> float:
    """The harness itself and the load generators it has waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _machine_seconds() -> float:
    times = psutil.cpu_times()
    busy = times.user + times.system + getattr(times, "nice", 0.0)
    return busy + getattr(times, "irq", 0.0) + getattr(times, "softirq", 0.0)
