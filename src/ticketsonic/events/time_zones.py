"""An event's time zone: the names of the IANA time zone database, pure."""

import functools
import zoneinfo
from typing import Annotated, Any

from ticketsonic.wire.kinds import Kind, Number, RefusedValue

DEFAULT = "UTC"
_NO_PLACES = frozenset({"Factory", "localtime", "leapseconds", "tzdata.zi", "posixrules"})


@functools.cache
def time_zone_names() -> tuple[str, ...]:
    """List the names that an event's time zone may have, sorted."""
    return tuple(sorted(zoneinfo.available_timezones() - _NO_PLACES))


@functools.cache
def _known() -> frozenset[str]:
    return frozenset(time_zone_names())


def read_time_zone(value: Any) -> str:
    """Read the name of a time zone, such as Europe/Sofia."""
    if not isinstance(value, str) or isinstance(value, Number) or value not in _known():
        raise RefusedValue("must be the name of a time zone, such as Europe/Sofia")
    return str(value)


TimeZone = Annotated[str, Kind(read=read_time_zone, schema={"type": "string", "enum": list(time_zone_names())})]
