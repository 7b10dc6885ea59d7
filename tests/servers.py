"""Running `ticketsonic serve` for real, and talking to it as a tenant's shop would."""

import asyncio
import contextlib
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx
import psutil

from ticketsonic.accounts.accounts import create_account, find_account
from ticketsonic.accounts.api_keys import NewApiKey, create_api_key
from ticketsonic.accounts.signing_keys import Keyring
from ticketsonic.database import Database
from ticketsonic.sealing import Seal, load_secret
from ticketsonic.settings import load_settings

T = TypeVar("T")
START_SECONDS = 20
STOP_SECONDS = 30


def environment_for(database_url: str, data_dir: Path, **more: str) -> dict[str, str]:
    """The machine's environment without any setting of ours, plus these."""
    unwanted = ("TICKETSONIC_", "PYTHONDONTWRITEBYTECODE")  # who compiles each time starts half a second later
    clean = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
    return clean | {
        "TICKETSONIC_DATABASE": database_url,
        "TICKETSONIC_DATA_DIR": str(data_dir),
        "TICKETSONIC_LOG_FORMAT": "json",
        **more,
    }


def run_apart(work: Coroutine[Any, Any, T]) -> T:
    """Run what is asynchronous in a thread of its own: in this one the loop of a browser may be running."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def spawned_by(process_id: int) -> list[int]:
    """The processes that one has spawned to work for it: workers, or those that draw badges."""
    found = []
    for child in psutil.Process(process_id).children():
        with contextlib.suppress(psutil.Error):  # it ends at this moment
            if "spawn_main" in " ".join(child.cmdline()):
                found.append(child.pid)
    return found


def run_command(environment: dict[str, str], *arguments: str) -> str:
    """Run `ticketsonic …`; returns what it printed."""
    command = [sys.executable, "-m", "ticketsonic", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@dataclass
class Tenant:
    """One account with a key, and the words of the API."""

    url: str
    user_id: str
    key: str
    client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = httpx.Client(base_url=self.url, headers=self.credentials, timeout=30)

    @property
    def credentials(self) -> dict[str, str]:
        return {"X-Api-UserID": self.user_id, "X-API-Key": self.key}

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.client.get(f"/v1/{path}", headers=_dashed(headers))

    def post(self, path: str, body: Any, **headers: str) -> httpx.Response:
        content = body if isinstance(body, bytes | str) else json.dumps(body)
        return self.client.post(f"/v1/{path}", content=content, headers=_dashed(headers))

    def event(self, *types: dict[str, Any], **fields: Any) -> tuple[int, list[str]]:
        """Make an event; returns its id and the SKUs of its types, in order."""
        body = {
            "request_hash": fresh_hash(),
            "primary_text_pl": "Dinosaurs",
            "tickets": [ticket_type(**given) for given in types or ({},)],
            "badge": {},
            **fields,
        }
        answer = self.post("event/new", body)
        assert answer.status_code == 200, answer.text
        event_id = answer.json()["event_id"]
        listed = self.get("ticket/list", x_api_eventid=str(event_id)).json()["tickets"]
        return event_id, [found["sku"] for found in listed]

    def order(self, *lines: tuple[str, int], **fields: Any) -> httpx.Response:
        """Place an order of (sku, units)."""
        tickets = [{"sku": sku, "stock": units} for sku, units in lines]
        return self.post("order/new", {"request_hash": fresh_hash(), "tickets": tickets, **fields})

    def codes(self, *lines: tuple[str, int], **fields: Any) -> list[str]:
        """Place an order that must succeed; returns its codes."""
        answer = self.order(*lines, **fields)
        assert answer.status_code == 200, answer.text
        return [ticket["encrypted_data"] for ticket in answer.json()["tickets"]]

    def validate(self, code: Any, **headers: str) -> httpx.Response:
        return self.post("ticket/validate", {"ticket_sensitive": code}, **headers)

    def stock(self, sku: str) -> int:
        listed = self.get("ticket/list").json()["tickets"]
        return next(found["stock"] for found in listed if found["sku"] == sku)


def _dashed(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def fresh_hash() -> str:
    return secrets.token_hex(16)


def ticket_type(**given: Any) -> dict[str, Any]:
    """The body of a ticket type, with what is given in place of the usual."""
    return {"primary_text_pl": "Regular pass", "price": 250, "currency": "EUR", "stock": 100} | given


@dataclass
class RunningServer:
    """A server in a process group of its own, ended by its process id."""

    url: str
    process: subprocess.Popen[str]
    environment: dict[str, str]
    started_seconds: float

    @classmethod
    @contextlib.contextmanager
    def start(cls, database_url: str, data_dir: Path, *arguments: str, **settings: str) -> Iterator["RunningServer"]:
        """Serve until the block ends. Settings are given as `TICKETSONIC_…` by their short names."""
        running = cls.launch(database_url, data_dir, *arguments, **settings)
        try:
            yield running
        finally:
            running.stop()

    @classmethod
    def launch(cls, database_url: str, data_dir: Path, *arguments: str, **settings: str) -> "RunningServer":
        more = {f"TICKETSONIC_{name.upper()}": value for name, value in settings.items()}
        environment = environment_for(database_url, data_dir, **more)
        began = time.monotonic()
        with (data_dir / "server.log").open("a") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "ticketsonic", "serve", "--port", "0", *arguments],
                env=environment,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"https?://\S+", line)
        if found is None:
            process.kill()
            raise AssertionError(f"no start: {line!r} {(data_dir / 'server.log').read_text()[-2000:]}")
        running = cls(found[0], process, environment, 0.0)
        running.wait_until_healthy()
        running.started_seconds = time.monotonic() - began
        return running

    def wait_until_healthy(self) -> None:
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"{self.url}/v1/health", timeout=5, verify=False).status_code == 200:
                    return
            time.sleep(0.02)
        raise AssertionError("the server does not answer")

    def stop(self) -> int:
        """SIGTERM, and wait; returns the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            raise
        finally:
            self._close_output()

    def kill(self) -> None:
        """SIGKILL, workers too: as a power cut would have it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(STOP_SECONDS)
        self._close_output()

    def _close_output(self) -> None:
        if self.process.stdout is not None:
            self.process.stdout.close()

    def command(self, *arguments: str) -> str:
        """Run `ticketsonic …` beside it."""
        return run_command(self.environment, *arguments)

    @contextlib.contextmanager
    def new_tenant(self, name: str) -> Iterator[Tenant]:
        """A fresh account, talking to this server: made by the function behind `ticketsonic account create`."""
        tenant = run_apart(self._make_tenant(f"{name}.{secrets.token_hex(4)}@example.com"))
        with tenant.client:
            yield tenant

    async def _make_tenant(self, email: str) -> Tenant:
        settings = load_settings(self.environment)
        database = Database(settings.database_url)
        try:
            keyring = Keyring(database, Seal(load_secret(settings)))
            account, key = await create_account(database, keyring, email, rsa_bits=1024)
        finally:
            await database.close()
        return Tenant(self.url, account.email, key.secret)

    def new_key(self, user_id: str, name: str, scope: str = "full") -> NewApiKey:
        """Another key of an account, as `ticketsonic key create` makes it; a server knows it half a second later."""
        return run_apart(self._make_key(user_id, name, scope))

    async def _make_key(self, user_id: str, name: str, scope: str) -> NewApiKey:
        database = Database(load_settings(self.environment).database_url)
        try:
            account = await find_account(database, user_id)
            async with database.transaction() as connection:
                return await create_api_key(connection, account.account_id, name=name, scope=scope)
        finally:
            await database.close()
