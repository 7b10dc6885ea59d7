"""SQLite's log comes into its file beside the commits, and what keeps it from that keeps nobody from committing."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ticketsonic.database.checkpointing import COMMITS, Checkpoints

PATIENCE_SECONDS = 10


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.db"


@pytest.fixture
def writer(path: Path) -> Iterator[sqlite3.Connection]:
    """Writes to the log, and never copies it."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    connection.execute("CREATE TABLE sold (number INTEGER)")
    yield connection
    connection.close()


def _connect_to(path: Path) -> Callable[[], sqlite3.Connection]:
    return lambda: sqlite3.connect(path, isolation_level=None, check_same_thread=False)


def _in_the_file(path: Path) -> int:
    """Count what the file holds without its log."""
    alone = sqlite3.connect(f"file:{path}?immutable=1", uri=True)
    try:
        return int(alone.execute("SELECT count(*) FROM sold").fetchone()[0])
    except sqlite3.DatabaseError:  # not even the table, or half a page of it
        return 0
    finally:
        alone.close()


def _commit(writer: sqlite3.Connection, checkpoints: Checkpoints, count: int) -> None:
    for number in range(count):
        writer.execute("INSERT INTO sold VALUES (?)", (number,))
        checkpoints.count_commit()


def _await(path: Path, count: int) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while _in_the_file(path) < count:
        assert time.monotonic() < end, f"{_in_the_file(path)} of {count} are in the file"
        time.sleep(0.01)


def test_the_log_comes_into_the_file_while_its_writer_goes_on(path: Path, writer: sqlite3.Connection) -> None:
    checkpoints = Checkpoints(_connect_to(path))
    _commit(writer, checkpoints, COMMITS - 1)
    time.sleep(0.1)
    assert _in_the_file(path) == 0
    _commit(writer, checkpoints, 1)
    _await(path, COMMITS)
    _commit(writer, checkpoints, 2 * COMMITS)
    checkpoints.close()
    assert _in_the_file(path) >= 2 * COMMITS


def test_what_keeps_it_from_copying_keeps_nobody_from_committing(path: Path, writer: sqlite3.Connection) -> None:
    connect = _connect_to(path)
    refusals = [sqlite3.OperationalError("unable to open database file"), sqlite3.OperationalError("disk I/O error")]

    def connect_at_last() -> sqlite3.Connection:
        if refusals:
            raise refusals.pop()
        return connect()

    checkpoints = Checkpoints(connect_at_last)
    end = time.monotonic() + PATIENCE_SECONDS
    while refusals:
        _commit(writer, checkpoints, COMMITS)
        assert time.monotonic() < end
    _commit(writer, checkpoints, 2 * COMMITS)
    _await(path, COMMITS)
    checkpoints.close()


def test_where_no_thread_can_be_started_commits_go_on(
    path: Path, writer: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    without, later = Checkpoints(_connect_to(path)), Checkpoints(_connect_to(path))
    with monkeypatch.context() as system:
        system.setattr(threading.Thread, "start", refuse)
        _commit(writer, without, COMMITS)
        without.close()
        _commit(writer, later, COMMITS)
    _commit(writer, later, COMMITS)
    _await(path, 3 * COMMITS)
    later.close()


def test_one_that_never_copied_closes(path: Path) -> None:
    Checkpoints(_connect_to(path)).close()
    assert not path.exists()
