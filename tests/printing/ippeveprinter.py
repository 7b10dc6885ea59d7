"""A real IPP Everywhere printer: Debian's ippeveprinter, on a port of its own, with its pages in a folder.

It insists on D-Bus, to announce itself: it gets a bus of its own, on which nobody announces anything.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

PROGRAM = shutil.which("ippeveprinter") or shutil.which("ippeveprinter", path="/usr/sbin:/usr/local/sbin")
BUS = shutil.which("dbus-daemon")
WITHOUT = "needs ippeveprinter and dbus-daemon: make printers"
IS_THERE = PROGRAM is not None and BUS is not None
START_SECONDS = 20
_BUS_CONFIG = """<busconfig><type>system</type><listen>unix:path={socket}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
<allow user="*"/></policy></busconfig>"""
# Keeps the page under the job's name, which is what is counted; `state` holds what the printer is to say of itself.
_COMMAND = """#!/bin/sh
sed 's/^/STATE: /' {folder}/state >&2 2>/dev/null
[ -e {folder}/abort ] && exit 1
[ -e {folder}/slow ] && sleep "$(cat {folder}/slow)"
n=0
while ! ( set -C; : > "{folder}/pages/$IPP_JOB_NAME.$n" ) 2>/dev/null; do n=$((n + 1)); done
cat "$1" > "{folder}/pages/$IPP_JOB_NAME.$n"
"""


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port


@dataclass
class RealPrinter:
    """The printer's process; it can be stopped, gone on, killed and started again at its port."""

    folder: Path
    formats: str
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"ipp://localhost:{self.port}/ipp/print"

    @property
    def pages_folder(self) -> Path:
        return self.folder / "pages"

    def pages(self) -> dict[str, list[bytes]]:
        """What came out, by the job's name: one entry for each time."""
        found: dict[str, list[bytes]] = {}
        for page in sorted(self.pages_folder.iterdir()):
            found.setdefault(page.name.rpartition(".")[0], []).append(page.read_bytes())
        return found

    def start(self) -> None:
        command = [PROGRAM or "", "-p", str(self.port), "-n", "localhost", "-r", "off", "-f", self.formats]
        command += ["-d", str(self.folder / "spool"), "-c", str(self.folder / "command"), "-v", "-v", "A printer"]
        environment = os.environ | {"DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={self.folder / 'bus'}"}
        with (self.folder / "printer.log").open("ab") as log:
            self.process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
        self._wait_until_it_listens()

    def _wait_until_it_listens(self) -> None:
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            with contextlib.suppress(OSError), socket.create_connection(("localhost", self.port), 1):
                return
            assert self.process is not None
            assert self.process.poll() is None, (self.folder / "printer.log").read_text()[-2000:]
            time.sleep(0.05)
        raise AssertionError("the printer does not listen")

    def signal(self, number: signal.Signals) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)

    def kill(self) -> None:
        """Like pulling the plug: it forgets what it had."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)
            self.process = None

    def say(self, *reasons: str) -> None:
        """Let it say this of itself from its next job on: `+media-empty`, `-media-empty`."""
        (self.folder / "state").write_text("".join(f"{reason}\n" for reason in reasons))


@contextlib.contextmanager
def real_printer(folder: Path, formats: str = "application/pdf") -> Iterator[RealPrinter]:
    """Start one, with its bus; both end with the block."""
    for name in ("pages", "spool"):
        (folder / name).mkdir(parents=True)
    (folder / "state").write_text("")
    command = folder / "command"
    command.write_text(_COMMAND.format(folder=folder))
    command.chmod(0o755)
    (folder / "bus.conf").write_text(_BUS_CONFIG.format(socket=folder / "bus"))
    with (folder / "bus.log").open("ab") as log:
        command_line = [BUS or "", f"--config-file={folder / 'bus.conf'}", "--nofork", "--nopidfile"]
        bus = subprocess.Popen(command_line, stdout=log, stderr=log)
    printer = RealPrinter(folder, formats)
    try:
        end = time.monotonic() + START_SECONDS
        while not (folder / "bus").exists() and time.monotonic() < end:
            time.sleep(0.02)
        printer.start()
        yield printer
    finally:
        printer.signal(signal.SIGCONT)
        printer.kill()
        bus.terminate()
        bus.wait(10)
