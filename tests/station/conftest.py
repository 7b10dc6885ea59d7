"""A browser for the folder, and a print station of a fresh event for each test."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser import open_browser
from tests.servers import Tenant
from tests.station.desk import Desk, new_desk


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Closed with its module: where it is open, no other test could run a loop of its own."""
    with open_browser() as opened:
        yield opened


@pytest.fixture
def desk(alice: Tenant) -> Desk:
    """An event of Alice's with a print station."""
    return new_desk(alice)


@pytest.fixture
def bobs_desk(bob: Tenant) -> Desk:
    """An event of Bob's with a print station."""
    return new_desk(bob)
