"""The address of a printer or print queue that is spoken to by IPP, as it may be given. Pure."""

import re
from typing import Annotated, Any

from ticketsonic.wire.kinds import Kind, RefusedValue, read_text

LONGEST_CHARACTERS = 1000
_PORT = "([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
_HOST = r"([A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])"
_PATTERN = f"(ipp|ipps|http|https)://{_HOST}(:{_PORT})?(/[A-Za-z0-9._~%!$&'()*+,;=:@/?-]*)?"
_WHOLE = re.compile(_PATTERN)


def read_printer_url(value: Any) -> str:
    """Read the address of a printer: ipp:// or ipps:// (or http, https), a host, and most often a path."""
    url = read_text(value, longest=LONGEST_CHARACTERS)
    if not _WHOLE.fullmatch(url):
        raise RefusedValue("must be an address such as ipp://printer.local/ipp/print")
    return url


PrinterUrl = Annotated[
    str,
    Kind(
        read=read_printer_url,
        schema={"type": "string", "minLength": 1, "maxLength": LONGEST_CHARACTERS, "pattern": f"^{_PATTERN}$"},
    ),
]
