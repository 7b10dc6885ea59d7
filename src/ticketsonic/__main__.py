"""`ticketsonic`, or `python -m ticketsonic`."""

import click

from ticketsonic import __version__
from ticketsonic.commands.accounts import account, key, signing_key
from ticketsonic.commands.printers import printer
from ticketsonic.commands.serving import migrate, serve


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="ticketsonic")
def main() -> None:
    """Sell, sign and admit tickets: the engine behind other people's shops.

    Settings come from options and from the environment (TICKETSONIC_…); docs/configuration.md lists them all.
    """


for command in (serve, account, key, signing_key, printer, migrate):
    main.add_command(command)

if __name__ == "__main__":
    main(prog_name="ticketsonic")
