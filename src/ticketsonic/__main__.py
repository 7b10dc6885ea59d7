"""`ticketsonic`, or `python -m ticketsonic`."""

from collections import UserDict
from importlib import import_module

import click

from ticketsonic import __version__


class _LoadedWhenCalled(UserDict[str, click.Command]):
    """Commands by their names; each is loaded when it is asked for: `serve` should not wait for what it does not do."""

    def __init__(self, places: dict[str, str]) -> None:
        super().__init__()
        self._places = self.data = places  # type: ignore[assignment]

    def __getitem__(self, name: str) -> click.Command:
        module, _, attribute = self._places[name].partition(":")
        command: click.Command = getattr(import_module(f"ticketsonic.commands.{module}"), attribute)
        return command


COMMANDS = _LoadedWhenCalled(
    {
        "serve": "serving:serve",
        "account": "accounts:account",
        "key": "accounts:key",
        "signing-key": "accounts:signing_key",
        "printer": "printers:printer",
        "migrate": "serving:migrate",
    }
)


@click.group(commands=COMMANDS, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="ticketsonic")
def main() -> None:
    """Sell, sign and admit tickets: the engine behind other people's shops.

    Settings come from options and from the environment (TICKETSONIC_…); docs/configuration.md lists them all.
    """


if __name__ == "__main__":
    main(prog_name="ticketsonic")
