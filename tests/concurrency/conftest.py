"""One server on each database, and two processes on one PostgreSQL: as two servers, and as two workers of one."""

from collections.abc import Iterator

import pytest

from tests.concurrency.crowd import Site
from tests.postgresql import make_postgresql_database
from tests.servers import RunningServer, Tenant


@pytest.fixture(scope="session", params=["sqlite", "postgresql", "two servers", "two workers"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    url = f"sqlite:///{folder / 'site.db'}" if request.param == "sqlite" else make_postgresql_database()
    arguments = ("--workers", "2") if request.param == "two workers" else ()
    with RunningServer.start(url, folder, *arguments) as first:
        if request.param != "two servers":
            yield Site(url, [first])
            return
        with RunningServer.start(url, folder) as second:
            yield Site(url, [first, second])


@pytest.fixture
def shop(site: Site) -> Iterator[Tenant]:
    """A tenant whose crowd it is, fresh for each test."""
    with site.tenant() as tenant:
        yield tenant
