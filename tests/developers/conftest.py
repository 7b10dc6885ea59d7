"""A server of its own for the samples: what they show is the same on both databases, which tests/api sees to."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.developers.story import Story
from tests.servers import RunningServer


@pytest.fixture(scope="session")
def samples_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    folder: Path = tmp_path_factory.mktemp("samples")
    with RunningServer.start(f"sqlite:///{folder / 'samples.db'}", folder) as running:
        yield running


@pytest.fixture
def story(samples_server: RunningServer) -> Iterator[Story]:
    with samples_server.new_tenant("ada") as tenant:
        told = Story(tenant)
        told.prepare()
        yield told
