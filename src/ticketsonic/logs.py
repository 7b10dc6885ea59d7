"""Structured logs: one JSON object a line where no terminal reads them, one readable line where one does.

What may be logged is what the call site names in `extra`; a body, a header, a code, a key or a buyer's name is
never among it. An unexpected error is logged by its class and place, never by its message, which may quote values.
"""

import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

import msgspec

_OWN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName", "color_message"}
_FIELDS_OF_TRACEBACK = 12


def set_up_logs(level: str, log_format: str) -> None:
    """Send everything to standard error. `log_format` is json, text, or auto: text on a terminal, else JSON."""
    if log_format == "auto":
        log_format = "text" if sys.stderr.isatty() else "json"
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if log_format == "json" else TextLines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for noisy in ("aiosqlite", "asyncio", "sqlalchemy", "alembic", "uvicorn", "uvicorn.error", "httpx", "httpcore"):
        logging.getLogger(noisy).setLevel("WARNING")


def fields_of(record: logging.LogRecord) -> dict[str, Any]:
    """Give what the call site named, and of an exception its class and place."""
    fields = {name: value for name, value in record.__dict__.items() if name not in _OWN}
    if record.exc_info and record.exc_info[1] is not None:
        error = record.exc_info[1]
        frames = traceback.extract_tb(error.__traceback__)[-_FIELDS_OF_TRACEBACK:]
        fields["error"] = type(error).__name__
        fields["where"] = [f"{frame.filename.rpartition('site-packages/')[2]}:{frame.lineno}" for frame in frames]
    return fields


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Spell a record as JSON."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **fields_of(record),
        }
        return msgspec.json.encode(line, enc_hook=str).decode()


class TextLines(logging.Formatter):
    """One line for a person."""

    def format(self, record: logging.LogRecord) -> str:
        """Spell a record as text."""
        moment = datetime.fromtimestamp(record.created).astimezone().strftime("%H:%M:%S")
        fields = " ".join(f"{name}={value}" for name, value in fields_of(record).items())
        return f"{moment} {record.levelname.lower():7} {record.getMessage()} {fields}".rstrip()
