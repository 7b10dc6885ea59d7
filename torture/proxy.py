"""A proxy between people and server that can cut every connection in the middle of a request or an answer."""

import asyncio
import contextlib

CHUNK_BYTES = 16 * 1024


class Proxy:
    """Passes bytes both ways; after `cut` each connection passes a few bytes more and is gone."""

    def __init__(self) -> None:
        self.target_port = 0
        self.port = 0
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._bytes_left: int | None = None

    async def start(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Hang up on everybody."""
        if self._server is not None:
            self._server.close()
        self._drop_all()
        while self._writers:
            await asyncio.sleep(0.01)

    def cut(self, after_bytes: int) -> None:
        """Let `after_bytes` more pass, all connections together, and drop every connection then."""
        self._bytes_left = after_bytes

    def _drop_all(self) -> None:
        for writer in list(self._writers):
            writer.transport.abort()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            onward_reader, onward_writer = await asyncio.open_connection("127.0.0.1", self.target_port)
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, onward_writer}
        try:
            await asyncio.gather(self._pass(reader, onward_writer), self._pass(onward_reader, writer))
        except asyncio.CancelledError:
            return  # the run is over
        finally:
            self._writers -= {writer, onward_writer}
            writer.transport.abort()
            onward_writer.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, EOFError):
            while data := await reader.read(CHUNK_BYTES):
                if self._bytes_left is not None:
                    data = data[: self._bytes_left]
                    self._bytes_left -= len(data)
                writer.write(data)
                if self._bytes_left == 0:
                    await asyncio.sleep(0)
                    self._bytes_left = None
                    self._drop_all()
                    return
                await writer.drain()
        writer.close()
