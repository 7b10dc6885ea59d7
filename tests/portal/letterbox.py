"""A real SMTP server on the loopback that keeps what it gets."""

import contextlib
import queue
import re
import socket
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller

LETTER_SECONDS = 30


class Letterbox:
    """Takes every mail."""

    def __init__(self) -> None:
        self.port = 0
        self._letters: queue.Queue[str] = queue.Queue()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        letter = message_from_bytes(envelope.content, policy=default)
        self._letters.put(letter.get_body(("plain",)).get_content())  # type: ignore[union-attr, attr-defined]
        return "250 kept"

    def is_empty(self) -> bool:
        """Whether every letter that has come was looked at."""
        return self._letters.empty()

    def link(self) -> str:
        """Wait for the next letter; the path and query of the link in it."""
        text = self._letters.get(timeout=LETTER_SECONDS)
        found = re.search(r"https?://[^/\s]+(/account/\S+)", text)
        assert found, text
        return found[1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextlib.contextmanager
def open_letterbox() -> Iterator[Letterbox]:
    """Listen until the block ends."""
    letterbox = Letterbox()
    letterbox.port = free_port()
    controller = Controller(letterbox, hostname="127.0.0.1", port=letterbox.port)
    controller.start()
    try:
        yield letterbox
    finally:
        controller.stop()
