"""Dates, numbers and money as a visitor's language writes them, and as an event's time zone has them."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_currency, format_decimal

NONE = "\N{EN DASH}"
_LOCALES = {"en": "en_GB", "bg": "bg", "es": "es"}


def formats_of(language: str) -> Mapping[str, Callable[..., str]]:
    """Give the filters of the templates: `moment`, `day`, `ago`, `money`, `number`."""
    locale = Locale.parse(_LOCALES[language])

    def moment(seconds: float | None, zone: str = "UTC") -> str:
        """Spell unix seconds as date and time in a zone, and name the zone."""
        if seconds is None:
            return NONE
        there = _at(seconds, zone)
        spelled = format_datetime(there, "medium", locale=locale).removesuffix(f":{there.second:02d}")
        return f"{spelled} {there.tzname()}"

    def day(seconds: float | None, zone: str = "UTC") -> str:
        return NONE if seconds is None else format_date(_at(seconds, zone).date(), "medium", locale=locale)

    def ago(seconds: float, now: float | None = None) -> str:
        passed = round(seconds - (datetime.now(UTC).timestamp() if now is None else now))
        if passed == 0:  # "in 0 seconds", Babel would say
            passed = -1
        return format_timedelta(passed, add_direction=True, locale=locale)

    def money(minor: int, currency: str) -> str:
        return format_currency(Decimal(minor) / 100, currency, locale=locale)

    def number(value: Any) -> str:
        return format_decimal(value, locale=locale)

    return {"moment": moment, "day": day, "ago": ago, "money": money, "number": number}


def _at(seconds: float, zone: str) -> datetime:
    return datetime.fromtimestamp(seconds, _zone(zone))


def _zone(name: str) -> tzinfo:
    return UTC if name == "UTC" else ZoneInfo(name)
