"""A wire between server and PostgreSQL that can be cut at a chosen moment."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit


@dataclass
class Wire:
    """Passes bytes on, until what is sent to the database holds `needle`: then it is cut, before or after."""

    socket_path: str
    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    needle: bytes | None = None
    deliver: bool = False
    cuts: int = 0

    def cut_at(self, needle: bytes, *, deliver: bool) -> None:
        """Cut once at the next statement that holds `needle`; `deliver` it first and swallow the answer, or not."""
        self.needle, self.deliver = needle, deliver

    def serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                threading.Thread(target=self._carry, args=(connection,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        with near, socket.socket(socket.AF_UNIX) as far:
            far.connect(self.socket_path)
            back = threading.Thread(target=self._answer, args=(far, near), daemon=True)
            back.start()
            while data := receive(near):
                if self.needle is not None and self.needle in data:
                    self.needle = None
                    self.cuts += 1
                    hang_up(near)  # the answer finds nobody
                    if self.deliver:
                        far.sendall(data)
                        far.shutdown(socket.SHUT_WR)
                        back.join(10)
                    break
                with contextlib.suppress(OSError):
                    far.sendall(data)
            hang_up(far)
            back.join(10)

    def _answer(self, far: socket.socket, near: socket.socket) -> None:
        while data := receive(far):
            with contextlib.suppress(OSError):
                near.sendall(data)
        hang_up(near)


def receive(connection: socket.socket) -> bytes:
    try:
        return connection.recv(65536)
    except OSError:
        return b""


def hang_up(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def wired(database_url: str) -> Iterator[tuple[Wire, str]]:
    """Put a wire before a PostgreSQL that listens at a Unix socket; gives it, and the URL that leads through it."""
    url = urlsplit(database_url)
    (folder,) = parse_qs(url.query)["host"]
    wire = Wire(f"{folder}/.s.PGSQL.5432")
    threading.Thread(target=wire.serve, daemon=True).start()
    try:
        yield wire, f"postgresql://postgres@127.0.0.1:{wire.listener.getsockname()[1]}{url.path}"
    finally:
        with contextlib.suppress(OSError):
            wire.listener.shutdown(socket.SHUT_RDWR)
        wire.listener.close()
