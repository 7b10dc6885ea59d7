"""The settings of one server: from the environment and the command line, checked once, then frozen.

Every setting is documented in docs/configuration.md; tests/test_settings.py holds the two together.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ticketsonic.allowed_hosts import AllowedHosts, read_allowed_hosts

PREFIX = "TICKETSONIC_"
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "::1", "localhost"})


class InvalidSetting(ValueError):
    """A setting is refused; the one argument says which variable, and why."""


def _within(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            raise ValueError("is not a whole number") from None
        if not low <= number <= high:
            raise ValueError(f"is not between {low} and {high}")
        return number

    return parse


def _one_of(*words: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text.lower() not in words:
            raise ValueError("is not one of " + ", ".join(words))
        return text.lower()

    return parse


def _some_text(text: str) -> str:
    return text


def _folder(text: str) -> Path:
    path = Path(text).expanduser()
    if path.exists() and not path.is_dir():
        raise ValueError("is not a folder")
    return path


def _file(text: str) -> Path:
    path = Path(text).expanduser()
    if not path.is_file():
        raise ValueError("is not a file that can be read")
    return path


def _database(text: str) -> str:
    if not text.startswith(("sqlite:///", "postgresql://")) or text in {"sqlite:///", "postgresql://"}:
        raise ValueError("is neither sqlite:///FILE nor postgresql://USER:PASSWORD@HOST/NAME")
    if text.startswith("postgresql:"):
        try:
            _ = urlsplit(text).port
        except ValueError:  # not shown: what stands in the port's place may be half of a password
            raise ValueError("has no number for its port; / : @ # in a password are %2F %3A %40 %23") from None
    return text


def _secret(text: str) -> str:
    if len(text) < 32:  # noqa: PLR2004 - 128 bits, spelled in hex
        raise ValueError("has fewer than 32 characters")
    return text


def _public_url(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise ValueError("does not begin with http:// or https://")
    return text.rstrip("/")


def _sender(text: str) -> str:
    if "@" not in text or not text.isprintable():
        raise ValueError("is no address such as tickets@example.com or Tickets <tickets@example.com>")
    return text


_SECRETS = frozenset({"secret", "secret_file", "database", "smtp_password"})
"""Whose values no error shows."""


def _printer_hosts(text: str) -> str:
    if text.lower() != "auto":
        read_allowed_hosts(text)
    return text.lower()


def _setting(parse: Callable[[str], Any], default: Any) -> Any:
    return field(default=default, metadata={"parse": parse})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an operator can set. Units stand last in a name."""

    data_dir: Path = _setting(_folder, Path("data"))
    database: str | None = _setting(_database, None)
    host: str = _setting(_some_text, "127.0.0.1")
    port: int = _setting(_within(0, 65535), 9507)
    workers: int = _setting(_within(1, 64), 1)
    secret: str | None = _setting(_secret, None)
    secret_file: Path | None = _setting(_file, None)
    public_url: str | None = _setting(_public_url, None)
    tls_certificate: Path | None = _setting(_file, None)
    tls_key: Path | None = _setting(_file, None)
    log_level: str = _setting(_one_of("debug", "info", "warning", "error"), "info")
    log_format: str = _setting(_one_of("auto", "json", "text"), "auto")
    metrics: str = _setting(_one_of("auto", "on", "off"), "auto")
    registration: str = _setting(_one_of("auto", "open", "invitation", "closed"), "auto")
    smtp_host: str | None = _setting(_some_text, None)
    smtp_port: int = _setting(_within(1, 65535), 587)
    smtp_security: str = _setting(_one_of("starttls", "tls", "none"), "starttls")
    smtp_user: str | None = _setting(_some_text, None)
    smtp_password: str | None = _setting(_some_text, None)
    mail_from: str | None = _setting(_sender, None)
    order_units: int = _setting(_within(1, 10_000), 1000)
    failures_per_minute: int = _setting(_within(1, 1_000_000), 600)
    printer_hosts: str = _setting(_printer_hosts, "auto")
    minted_codes: int = _setting(_within(0, 10_000_000), 5000)
    batch_size: int = _setting(_within(1, 4096), 512)
    queue_length: int = _setting(_within(1, 100_000), 4096)
    connections: int = _setting(_within(8, 100_000), 10_000)
    request_seconds: int = _setting(_within(1, 600), 20)
    shutdown_seconds: int = _setting(_within(1, 600), 25)

    @property
    def database_url(self) -> str:
        """The database in force: SQLite in the data folder where none was set."""
        return self.database or f"sqlite:///{self.data_dir / 'ticketsonic.db'}"

    @property
    def uses_sqlite(self) -> bool:
        """Whether the database is SQLite."""
        return self.database_url.startswith("sqlite:")

    @property
    def allowed_printers(self) -> AllowedHosts:
        """Where printers may be: as set, else private networks where nobody but this machine reaches the server."""
        if self.printer_hosts != "auto":
            return read_allowed_hosts(self.printer_hosts)
        return read_allowed_hosts("private" if self.on_loopback and not self.public_url else "none")

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return self.host in LOOPBACK_HOSTS

    @property
    def registration_policy(self) -> str:
        """Who may register: `open`, `invitation` or `closed`. By itself open only where nobody else comes by."""
        if self.registration != "auto":
            return self.registration
        return "open" if self.on_loopback and self.public_url is None else "closed"

    @property
    def own_url(self) -> str:
        """Where a person reaches the pages: the address that was set, else the one listened at."""
        if self.public_url:
            return self.public_url
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.tls_certificate else 'http'}://{host}:{self.port}"


def variable_of(name: str) -> str:
    """Name the environment variable of a setting."""
    return PREFIX + name.upper()


def load_settings(environment: Mapping[str, str] = os.environ, **overrides: Any) -> Settings:
    """Load settings from the environment, with what the command line gave before it.

    Raises :class:`InvalidSetting` naming the variable, also for a variable of ours that does not exist.
    """
    known = {item.name: item.metadata["parse"] for item in fields(Settings)}
    unknown = {name for name in environment if name.startswith(PREFIX)} - {variable_of(name) for name in known}
    if unknown := unknown - {"TICKETSONIC_API_KEY"}:  # the shop's own key, where both live on one machine
        raise InvalidSetting(f"{min(unknown)} is no setting of TicketSonic")
    texts = {name: environment[variable_of(name)] for name in known if environment.get(variable_of(name))}
    texts |= {name: str(value) for name, value in overrides.items() if value is not None}
    values = {}
    for name, text in texts.items():
        try:
            values[name] = known[name](text)
        except ValueError as refused:
            shown = "" if name in _SECRETS else f" ({text!r})"
            raise InvalidSetting(f"{variable_of(name)}{shown} {refused}") from None
    settings = Settings(**values)
    _check_together(settings)
    return settings


def _check_together(settings: Settings) -> None:
    if (settings.tls_certificate is None) != (settings.tls_key is None):
        missing = "tls_key" if settings.tls_key is None else "tls_certificate"
        raise InvalidSetting(f"{variable_of(missing)} is missing: a certificate and its key go together")
    if settings.workers > 1 and settings.uses_sqlite:
        raise InvalidSetting(
            f"{variable_of('workers')} above 1 needs PostgreSQL in {variable_of('database')}: SQLite is for one"
        )
    if settings.secret and settings.secret_file:
        raise InvalidSetting(f"{variable_of('secret')} and {variable_of('secret_file')} are both set: one of them")
    if settings.smtp_host and not settings.mail_from:
        raise InvalidSetting(f"{variable_of('mail_from')} is missing: mail needs a sender")
    if settings.smtp_user and settings.smtp_security == "none" and settings.smtp_host not in LOOPBACK_HOSTS:
        raise InvalidSetting(
            f"{variable_of('smtp_security')} is none: a password goes to {settings.smtp_host} by starttls or tls alone"
        )
