"""A stall of its own for each test, in the worker's database, and a way to run what is asynchronous."""

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from tests.postgresql import make_postgresql_database
from tests.printing.ippeveprinter import IS_THERE, WITHOUT, RealPrinter, real_printer
from tests.printing.running import run
from tests.printing.stall import Stall, open_stall
from ticketsonic.badges.lanes import Lanes
from ticketsonic.settings import load_settings

Body = Callable[[Stall], Awaitable[None]]


@pytest.fixture(scope="session")
def stall_database_url(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database apart from the server's, whose dispatcher would work the printers of these tests as well."""
    if database_url.startswith("sqlite"):
        return f"sqlite:///{tmp_path_factory.mktemp('stalls') / 'stalls.db'}"
    return make_postgresql_database()


@pytest.fixture
def at_stall(stall_database_url: str) -> Callable[[Body], None]:
    """Run a test's body at a fresh stall."""

    async def main(body: Body) -> None:
        stall = await open_stall(stall_database_url)
        try:
            await body(stall)
        finally:
            await stall.database.close()

    return lambda body: run(main(body))


@pytest.fixture(scope="session")
def printer_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealPrinter]:
    """One real printer for a worker's tests that leave it as they found it."""
    if not IS_THERE:
        pytest.skip(WITHOUT)
    with real_printer(tmp_path_factory.mktemp("printer") / "p") as found:
        yield found


@pytest.fixture
def printer(printer_session: RealPrinter) -> RealPrinter:
    return printer_session


@pytest.fixture
def own_printer(tmp_path: Path) -> Iterator[RealPrinter]:
    """A printer of the test's own, to be stopped, killed and starved."""
    if not IS_THERE:
        pytest.skip(WITHOUT)
    with real_printer(tmp_path / "p") as found:
        yield found


@pytest.fixture(scope="session")
def lanes() -> Iterator[Lanes]:
    """The processes that draw, for tests without a server."""
    found = Lanes(load_settings({}))
    yield found
    found.close()
