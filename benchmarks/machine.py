"""The machine and the versions that a run's figures belong to."""

import os
import platform
import sqlite3
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import cryptography
import psutil
from cryptography.hazmat.backends.openssl.backend import backend

from benchmarks.load import wrk_version
from ticketsonic import __version__

RAM_BACKED = frozenset({"tmpfs", "ramfs"})


def usable_cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)


def describe(folder: Path) -> dict[str, str]:
    """Say what is measured on. `folder` is where the databases are."""
    filesystem = filesystem_of(folder)
    memory_gb = psutil.virtual_memory().total / 1e9
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": f"{_processor()}, {usable_cores()} cores",
        "memory": f"{memory_gb:.1f} GB",
        "system": f"{_system()}, kernel {platform.release()}",
        "filesystem": filesystem + (" (RAM: a commit costs no disk)" if filesystem in RAM_BACKED else ""),
        "ticketsonic": __version__,
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "cryptography": f"{cryptography.__version__}, {backend.openssl_version_text()}",
        "uvicorn, uvloop, asyncpg": ", ".join(version(name) for name in ("uvicorn", "uvloop", "asyncpg")),
        "sqlite": sqlite3.sqlite_version,
        "wrk": wrk_version(),
    }


def filesystem_of(folder: Path) -> str:
    """Name the kind of filesystem a folder is on."""
    mounts = [each for each in psutil.disk_partitions(all=True) if folder.resolve().is_relative_to(each.mountpoint)]
    return max(mounts, key=lambda each: len(each.mountpoint)).fstype if mounts else "unknown"


def _processor() -> str:
    if sys.platform == "linux":
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return platform.system()
