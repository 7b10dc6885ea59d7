"""A real CUPS of the test's own, on a port of its own, whose queue prints on a real IPP Everywhere printer."""

import contextlib
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.printing.ippeveprinter import RealPrinter, free_port

_SBIN = "/usr/sbin:/usr/bin:/usr/local/sbin"
CUPSD = shutil.which("cupsd") or shutil.which("cupsd", path=_SBIN)
LPADMIN = shutil.which("lpadmin") or shutil.which("lpadmin", path=_SBIN)
FILTER = Path("/usr/lib/cups/filter/pdftopdf")
IS_THERE = CUPSD is not None and LPADMIN is not None and FILTER.exists()
QUEUE = "badges"
START_SECONDS = 30
_FILES = """
ServerRoot {folder}/root
DataDir /usr/share/cups
CacheDir {folder}/cache
StateDir {folder}/run
RequestRoot {folder}/spool
TempDir {folder}/spool
ServerBin /usr/lib/cups
AccessLog {folder}/access.log
ErrorLog {folder}/error.log
PageLog {folder}/page.log
Sandboxing relaxed
SystemGroup root
"""
# Names of jobs are kept from others, as in CUPS's own configuration: what we sent we may ask for.
_DAEMON = """
Listen 127.0.0.1:{port}
Browsing Off
DefaultAuthType None
WebInterface No
LogLevel info
<Location />
  Order allow,deny
  Allow from 127.0.0.1
</Location>
<Policy default>
  JobPrivateAccess default
  JobPrivateValues default
  <Limit All>
    Order deny,allow
  </Limit>
</Policy>
"""


@dataclass
class RealQueue:
    """One queue of a CUPS."""

    port: int

    @property
    def url(self) -> str:
        return f"ipp://127.0.0.1:{self.port}/printers/{QUEUE}"

    def tell(self, program: str, *arguments: str) -> None:
        """Run one of CUPS's own commands for the queue."""
        found = shutil.which(program, path=_SBIN) or program
        command = [found, "-h", f"127.0.0.1:{self.port}", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr


@contextlib.contextmanager
def real_queue(printer: RealPrinter) -> Iterator[RealQueue]:
    """Start CUPS with a queue to a printer; it ends with the block."""
    # Its filters run as another user, who may not look into pytest's folders.
    with tempfile.TemporaryDirectory(prefix="ticketsonic-cups-", ignore_cleanup_errors=True) as name:
        folder, port = Path(name), free_port()
        folder.chmod(0o755)
        for inner in ("root", "cache", "run", "spool"):
            (folder / inner).mkdir()
        (folder / "files.conf").write_text(_FILES.format(folder=folder))
        (folder / "cupsd.conf").write_text(_DAEMON.format(port=port))
        command = [CUPSD or "", "-f", "-c", str(folder / "cupsd.conf"), "-s", str(folder / "files.conf")]
        with (folder / "out.log").open("ab") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        try:
            queue = RealQueue(port)
            _wait_for(port, process, folder)
            queue.tell("lpadmin", "-p", QUEUE, "-E", "-v", printer.url, "-m", "everywhere")
            yield queue
        finally:
            process.terminate()
            process.wait(30)


def _wait_for(port: int, process: subprocess.Popen[bytes], folder: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        assert process.poll() is None, (folder / "out.log").read_text()
        time.sleep(0.05)
    raise AssertionError("CUPS does not listen")
