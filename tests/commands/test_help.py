"""`--help` of everything, and both ways to call the program."""

import sys

import click
import pytest
from click.testing import CliRunner
from tests.commands.conftest import PROGRAM, run_program
from tests.servers import environment_for

from ticketsonic import __version__
from ticketsonic.__main__ import main


def _commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = [path]
    for name, command in group.commands.items():
        found += _commands(command, (*path, name)) if isinstance(command, click.Group) else [(*path, name)]
    return found


EVERY_COMMAND = _commands(main)


def test_there_are_the_commands_of_the_issue() -> None:
    words = {" ".join(path) for path in EVERY_COMMAND}
    assert words >= {
        *("serve", "migrate", "account create", "account list", "key create", "key list", "key revoke"),
        *("signing-key rotate", "signing-key list", "signing-key show", "signing-key revoke"),
    }


@pytest.mark.parametrize("path", EVERY_COMMAND, ids=" ".join)
def test_help_says_what_it_does_and_what_each_option_is(path: tuple[str, ...]) -> None:
    command: click.Command = main
    for name in path:
        assert isinstance(command, click.Group)
        command = command.commands[name]
    shown = CliRunner().invoke(main, [*path, "--help"])
    assert shown.exit_code == 0
    assert shown.output.startswith("Usage: ")
    assert len((command.help or "").split("\n\n")[0]) > 20
    for option in command.params:
        if isinstance(option, click.Option):
            assert option.help or isinstance(option.type, click.Choice), option.name
            assert option.opts[0] in shown.output


def test_the_options_of_serve_name_their_variables() -> None:
    shown = " ".join(CliRunner().invoke(main, ["serve", "-h"]).output.split())
    for name in ("HOST", "PORT", "WORKERS", "DATABASE", "DATA_DIR", "TLS_CERTIFICATE", "TLS_KEY"):
        assert f"TICKETSONIC_{name}" in shown


@pytest.mark.parametrize("program", [(PROGRAM,), (sys.executable, "-m", "ticketsonic")], ids=["script", "module"])
def test_it_is_called_by_its_name_and_as_a_module(program: tuple[str, ...]) -> None:
    environment = environment_for("", "")  # type: ignore[arg-type]
    shown = run_program("--version", environment=environment, program=program)
    assert (shown.code, shown.printed.strip()) == (0, f"ticketsonic, version {__version__}")
    nonsense = run_program("sevre", environment=environment, program=program)
    assert nonsense.code == 2
    assert "No such command 'sevre'" in nonsense.error
