"""What the documents tell a reader to type exists."""

import re
from dataclasses import fields
from pathlib import Path

import click
import pytest

from tests.docs.documents import DEPLOYMENT, DOCUMENTS, ROOT, name_of
from ticketsonic.__main__ import main
from ticketsonic.api.calling import BODY_BYTES, BODY_WITH_IMAGE_BYTES
from ticketsonic.settings import Settings, variable_of

_FENCED = re.compile(r"```sh\n(.*?)```", re.DOTALL)
_INLINE = re.compile(r"`([^`\n]+)`")


def _code_of(document: Path) -> str:
    """What a document sets as code: blocks of shell, and what stands in backticks."""
    text = document.read_text("utf-8")
    without_blocks = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    return "\n".join([*_FENCED.findall(text), *_INLINE.findall(without_blocks)])


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_make_target_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    mentioned = set(re.findall(r"^(?:\w+=\S+ )*make ([a-z-]+)\b", _code_of(document), re.MULTILINE))
    assert mentioned - targets == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_command_and_option_of_ours_exists(document: Path) -> None:
    wrong = [call for call in _calls(_code_of(document)) if not _exists(call)]
    assert wrong == []


def _calls(code: str) -> list[list[str]]:
    """Every call of `ticketsonic`, as its words after the name."""
    calls = []
    for line in code.replace("\\\n", " ").splitlines():
        found = re.search(r"(?:^|[ /])ticketsonic ((?:[a-z]|--version).*)", line.partition(" #")[0])
        if found and not line.startswith(("docker run", "docker build", "systemctl", "useradd")):
            calls.append(found[1].removeprefix("ticketsonic ").split())
    return calls


def _exists(words: list[str]) -> bool:
    command: click.Command = main
    rest = list(words)
    while rest and isinstance(command, click.Group) and rest[0] in command.commands:
        command = command.commands[rest.pop(0)]
    options = {option for parameter in command.params for option in parameter.opts} | {"--help"}
    given = {word.partition("=")[0] for word in rest if word.startswith("--")}
    is_whole = not isinstance(command, click.Group) or not rest or rest[0].startswith("--")
    return is_whole and given <= options


def test_the_check_above_sees_what_does_not_exist() -> None:
    assert _exists(["key", "create", "a@b", "--scope", "door"])
    assert not _exists(["key", "destroy"])
    assert not _exists(["serve", "--fast"])
    assert _calls("TICKETSONIC_PORT=1 ticketsonic serve --workers 4  # fast") == [["serve", "--workers", "4"]]
    assert _calls("docker exec ticketsonic ticketsonic account list") == [["account", "list"]]


@pytest.mark.parametrize("document", [*DOCUMENTS, *DEPLOYMENT], ids=name_of)
def test_every_setting_exists(document: Path) -> None:
    known = {variable_of(item.name) for item in fields(Settings)} | {"TICKETSONIC_API_KEY"}
    mentioned = set(re.findall(r"TICKETSONIC_[A-Z]+(?:_[A-Z]+)*", document.read_text("utf-8")))
    assert mentioned - known == set()


def test_the_unit_stops_the_server_later_than_the_server_stops_itself() -> None:
    unit = (ROOT / "deploy" / "ticketsonic.service").read_text()
    stop_seconds = int(re.search(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)[1])  # type: ignore[index]
    files = int(re.search(r"^LimitNOFILE=(\d+)$", unit, re.MULTILINE)[1])  # type: ignore[index]
    assert stop_seconds > Settings().shutdown_seconds + 5
    assert files > Settings().connections


def test_the_proxy_takes_bodies_as_large_as_the_server_does() -> None:
    proxy = (ROOT / "deploy" / "nginx.conf").read_text()
    sizes = [int(size) * 1024 * 1024 for size in re.findall(r"client_max_body_size (\d+)m;", proxy)]
    assert sizes == [BODY_BYTES, BODY_WITH_IMAGE_BYTES]
