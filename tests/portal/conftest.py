"""A server that sends mail, beside the usual one, which sends none."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.portal.letterbox import Letterbox, open_letterbox
from tests.portal.visitors import Visitor, new_visitor
from tests.servers import RunningServer

on_one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what asks the database nothing new: seen once is enough."""


@dataclass
class PostOffice:
    """A server that sends mail, and where it arrives."""

    server: RunningServer
    letterbox: Letterbox

    def visitor(self) -> Visitor:
        return new_visitor(self.server)


@pytest.fixture(scope="session")
def post_office(database_url: str, data_dir: Path) -> Iterator[PostOffice]:
    with open_letterbox() as letterbox:
        mail = {"smtp_host": "127.0.0.1", "smtp_port": str(letterbox.port), "smtp_security": "none"}
        mail |= {"mail_from": "TicketSonic <tickets@example.com>", "registration": "open"}
        with RunningServer.start(database_url, data_dir, **mail) as running:
            yield PostOffice(running, letterbox)
