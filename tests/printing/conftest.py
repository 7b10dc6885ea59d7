"""A stall of its own for each test, in the worker's database, and a way to run what is asynchronous."""

from collections.abc import Awaitable, Callable

import pytest

from tests.printing.running import run
from tests.printing.stall import Stall, open_stall

Body = Callable[[Stall], Awaitable[None]]


@pytest.fixture
def at_stall(database_url: str) -> Callable[[Body], None]:
    """Run a test's body at a fresh stall."""

    async def main(body: Body) -> None:
        stall = await open_stall(database_url)
        try:
            await body(stall)
        finally:
            await stall.database.close()

    return lambda body: run(main(body))
