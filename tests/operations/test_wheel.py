"""The wheel is what people install: it is built, installed with the pinned hashes into an empty place, and serves."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
import venv
import zipfile
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
MOST_SECONDS = 1.5
TRIES = 6


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    _run(sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", str(folder), str(CHECKOUT))
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def program(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`ticketsonic` as installed from the wheel, with nothing around it but what requirements/run.txt pins."""
    folder = tmp_path_factory.mktemp("installed") / "venv"
    venv.create(folder, symlinks=True)
    pip = (sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"), "install", "--quiet")
    _run(*pip, "--require-hashes", "-r", str(CHECKOUT / "requirements" / "run.txt"))
    _run(*pip, "--no-deps", str(wheel))
    return folder / "bin" / "ticketsonic"


def _run(*command: str) -> None:
    # pip may have to fetch something, from whom the tests (conftest.py) do not trust.
    environment = {name: value for name, value in os.environ.items() if name != "SSL_CERT_FILE"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _start(program: Path, data_dir: Path) -> float:
    """Serve and stop; gives the seconds from exec to the first answer, less those in which it waited for a core.

    What other work of this machine takes away is not ours; a quiet machine takes nothing.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("TICKETSONIC_", "PYTHON"))}
    began = time.monotonic()
    with (
        (data_dir.parent / "log").open("a") as log,
        subprocess.Popen(
            [program, "serve", "--port", "0"],
            env=environment | {"TICKETSONIC_DATA_DIR": str(data_dir)},
            cwd=data_dir.parent,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        assert process.stdout is not None
        try:
            found = re.search(r"http://\S+", process.stdout.readline())
            assert found, (data_dir.parent / "log").read_text()
            with urllib.request.urlopen(f"{found[0]}/v1/health", timeout=10) as answer:
                assert answer.read() == b'{"status":"success"}'
            return time.monotonic() - began - _waited_for_a_core_seconds(process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0


def _waited_for_a_core_seconds(process_id: int) -> float:
    """How long the main thread was ready to run and another process ran; Linux counts it, elsewhere it is 0."""
    counted = Path(f"/proc/{process_id}/schedstat")
    return int(counted.read_text().split()[1]) / 1e9 if counted.exists() else 0.0


def test_the_migrations_and_the_type_marker_are_in_it_and_no_test_is(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    source = CHECKOUT / "src"
    for file in (source / "ticketsonic").rglob("*"):
        if file.is_file() and "__pycache__" not in file.parts:
            assert str(file.relative_to(source)) in names
    assert "ticketsonic/py.typed" in names
    assert any("migrations/versions/" in name for name in names)
    assert not [name for name in names if name.startswith("tests")]


def test_the_pages_are_in_it_as_they_were_built(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    static = "ticketsonic/pages/static/"
    built = json.loads(zipfile.ZipFile(wheel).read(f"{static}manifest.json"))
    assert {"pages.css", "pages.js", "mark.svg", "licences.txt"} <= built.keys()
    assert {static + name for name in built.values()} <= names
    assert f"{static}{built['pages.css']}.gz" in names
    assert {f"ticketsonic/pages/translations/{language}.mo" for language in ("bg", "es")} <= names
    assert not [name for name in names if "node_modules" in name]


def test_installed_in_an_empty_place_it_migrates_and_answers_within_1_5_seconds(program: Path, tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    first = _start(program, data_dir)
    assert (data_dir / "ticketsonic.db").exists()
    took = [first]
    while min(took) > MOST_SECONDS and len(took) < TRIES:  # cores shared in hardware slow it down as well
        took.append(_start(program, data_dir))
    assert min(took) <= MOST_SECONDS, took
