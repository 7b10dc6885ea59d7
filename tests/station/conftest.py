"""A print station of a fresh event for each test."""

import pytest

from tests.servers import Tenant
from tests.station.desk import Desk, new_desk


@pytest.fixture
def desk(alice: Tenant) -> Desk:
    """An event of Alice's with a print station."""
    return new_desk(alice)


@pytest.fixture
def bobs_desk(bob: Tenant) -> Desk:
    """An event of Bob's with a print station."""
    return new_desk(bob)
