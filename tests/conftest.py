"""A server for each database, and the named cast: Alice sells, Bob is another tenant and must see nothing of hers."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser

from tests.browser import SharedBrowser
from tests.postgresql import make_postgresql_database
from tests.samples.story import Story
from tests.servers import RunningServer, Tenant

settings.register_profile(
    "suite", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
settings.register_profile("long", parent=settings.get_profile("suite"), max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))


ONE_DATABASE_WILL_DO = ("http", "wire", "pages", "portal", "station")
"""Folders whose tests ask the database nothing that others do not ask on both: what they are about is before it."""


TWO_PROCESSES_WILL_DO = "test_printer_stopped_and_started.py"
"""A minute of a printer's waiting: PostgreSQL, where two processes serve, is the harder half."""

DRIVES_SOMEBODY_ELSE = ("badges", "developers", "pages", "portal", "printing", "samples", "station")
"""Folders whose tests drive a browser, a printer or a language's runtime, which may stumble on a machine that is busy:
one that fails is tried once more, and shown with an R. What fails twice fails."""


LONGEST = (
    "test_printer_stopped_and_started.py",
    "test_organisers_way.py",
    "test_copied_samples_run.py",
    "test_every_sample_runs.py",
    "test_in_a_browser.py",
    "test_account_in_chromium.py",
    "test_each_badge_once.py",
    "test_paper.py",
    "test_uncertain.py",
)
"""Files with tests of many seconds: first, and dealt out to all workers, as one that comes last leaves a core idle."""

KEPT_TOGETHER = "post_office"
"""A server that each worker would start for the few tests that ask it: one worker has them all."""

NOBODY = Path(__file__).with_name("nobody.pem")
"""The certificate of an authority whose key nobody has."""


def pytest_configure() -> None:
    """Trust nobody's certificates: every client of the tests would read those of all the world's authorities first.

    That takes 25 ms each, some thousand times, and nothing that a test talks to is anywhere but on this machine.
    """
    os.environ["SSL_CERT_FILE"] = str(NOBODY)


@pytest.hookimpl(trylast=True)  # after pytest-randomly has shuffled them
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the suite under 15 minutes on two cores; `make test EVERYTHING=1` runs all of it on both databases."""
    for item in items:
        if _folder(item) in DRIVES_SOMEBODY_ELSE:
            item.add_marker(pytest.mark.flaky(reruns=1))
    if not os.environ.get("EVERYTHING"):
        left_out = [item for item in items if _left_out(item)]
        config.hook.pytest_deselected(items=left_out)
        gone = set(left_out)
        items[:] = [item for item in items if item not in gone]
    items[:] = _dealt(items, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))


def _dealt(items: list[pytest.Item], workers: int) -> list[pytest.Item]:
    """Give each worker its share of the longest tests first, and then of the others.

    `--dist worksteal` hands every worker one run of the list, as many tests to each. What is stolen later comes from
    the end of a run, so the longest would all be left to the first worker.
    """
    together = [item for item in items if KEPT_TOGETHER in getattr(item, "fixturenames", ())]
    kept = set(together)
    longest = [item for item in items if item.path.name in LONGEST and item not in kept]
    others = [item for item in items if item.path.name not in LONGEST and item not in kept]
    dealt: list[pytest.Item] = []
    for number in range(workers):
        count = (len(items) - len(dealt)) // (workers - number)
        own = (longest[number::workers] if number else together + longest[::workers])[:count]
        dealt += own + others[: count - len(own)]
        del others[: count - len(own)]
    given = set(dealt)
    return dealt + [item for item in items if item not in given]


def _left_out(item: pytest.Item) -> bool:
    parameters = getattr(item, "callspec", _NoParameters).params.values()
    if _folder(item) in ONE_DATABASE_WILL_DO:
        return "postgresql" in parameters
    return item.path.name == TWO_PROCESSES_WILL_DO and "sqlite" in parameters


def _folder(item: pytest.Item) -> str:
    here = Path(__file__).parent
    return item.path.relative_to(here).parts[0] if item.path.is_relative_to(here) else ""


class _NoParameters:
    params: ClassVar[dict[str, object]] = {}


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, sqlite_folder: Path) -> str:
    """A database of this worker's own, empty; every test that uses it runs on both."""
    if request.param == "sqlite":
        return _sqlite_in(sqlite_folder)
    return make_postgresql_database()


def _sqlite_in(folder: Path) -> str:
    return f"sqlite:///{folder / 'test.db'}"


@pytest.fixture(scope="session")
def sqlite_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sqlite")


@pytest.fixture
def fresh_database_url(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> str:
    """An empty database for one test alone, of the same kind."""
    if database_url.startswith("sqlite"):
        return f"sqlite:///{tmp_path / 'fresh.db'}"
    return make_postgresql_database()


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory, sqlite_folder: Path, database_url: str) -> Path:
    return sqlite_folder if database_url == _sqlite_in(sqlite_folder) else tmp_path_factory.mktemp("data")


@pytest.fixture(scope="session")
def sqlite_server(sqlite_folder: Path) -> Iterator[RunningServer]:
    """The real thing, `ticketsonic serve` in a process of its own: one for all that a worker asks of SQLite."""
    with RunningServer.start(_sqlite_in(sqlite_folder), sqlite_folder) as running:
        yield running


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest, database_url: str, data_dir: Path) -> Iterator[RunningServer]:
    """A server on either database."""
    if database_url.startswith("sqlite"):
        shared: RunningServer = request.getfixturevalue("sqlite_server")
        yield shared
        return
    with RunningServer.start(database_url, data_dir) as running:
        yield running


@pytest.fixture(scope="session")
def samples_server(sqlite_server: RunningServer) -> RunningServer:
    """A server for the developer centre and its samples: they are the same on both databases, as tests/api sees to."""
    return sqlite_server


@pytest.fixture
def story(samples_server: RunningServer) -> Iterator[Story]:
    """What all samples tell, made ready to be told."""
    with samples_server.new_tenant("ada") as tenant:
        told = Story(tenant)
        told.prepare()
        yield told


@pytest.fixture(scope="session")
def shared_browser() -> Iterator[SharedBrowser]:
    """Starts with the first test that wants it."""
    shared = SharedBrowser()
    yield shared
    shared.close()


@pytest.fixture
def browser(shared_browser: SharedBrowser) -> Iterator[Browser]:
    """Debian's Chromium: each test opens contexts of its own in it."""
    with shared_browser.lent() as browser:
        yield browser


@pytest.fixture
def alice(server: RunningServer) -> Iterator[Tenant]:
    """A tenant with a full key, fresh for each test."""
    with server.new_tenant("alice") as tenant:
        yield tenant


@pytest.fixture
def bob(server: RunningServer) -> Iterator[Tenant]:
    """Another tenant."""
    with server.new_tenant("bob") as tenant:
        yield tenant
