"""The project's documents: where they are, and what stands in them."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "ticketsonic"
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
DEPLOYMENT = sorted(path for path in (ROOT / "deploy").iterdir() if path.is_file())

_FENCED = re.compile(r"(?:<!-- test: (?P<name>.+?) -->\n)?```(?P<language>\w*)\n(?P<body>.*?)```", re.DOTALL)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def prose_of(path: Path) -> str:
    """A document without its blocks of code."""
    return _FENCED.sub("", path.read_text("utf-8"))


def blocks_of(path: Path, language: str) -> list[str]:
    """A document's blocks of one language, in their order."""
    return [found["body"] for found in _FENCED.finditer(path.read_text("utf-8")) if found["language"] == language]


def named_block(path: Path, name: str) -> str:
    """The block that a test runs, marked by a comment above it."""
    (body,) = [found["body"] for found in _FENCED.finditer(path.read_text("utf-8")) if found["name"] == name]
    return body


def anchors_of(path: Path) -> set[str]:
    """What a link to a heading of a document may end in, spelled as GitHub does."""
    headings = _HEADING.findall(prose_of(path))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def rows_of(text: str) -> list[list[str]]:
    """The cells of a text's tables, without their heads."""
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in text.splitlines() if "|" in line]
    return [row for row in rows if not set(row[0]) <= set("-: ")]


def run_as_pasted(script: str, environment: dict[str, str], folder: Path) -> str:
    """Run a block as someone would who pastes it into a shell; it must succeed."""
    done = subprocess.run(
        ["bash", "-e", "-u", "-o", "pipefail", "-c", script],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
    return done.stdout
