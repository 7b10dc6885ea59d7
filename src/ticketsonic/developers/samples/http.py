"""HTTP as it goes over the wire. There is no program to draw a hash or read a key: the page puts a fresh hash in."""

from ticketsonic.developers.requests import KEY_VARIABLE, SampleRequest
from ticketsonic.developers.samples.literals import Signs, spell

KEY_PLACE = f"${KEY_VARIABLE}"
"""Stands where the key belongs."""
HASH_PLACE = "00000000000000000000000000000000"
"""Stands where a fresh hash belongs, as long as one: so Content-Length is right with either."""

_SIGNS = Signs(fresh_hash=f'"{HASH_PLACE}"', trailing_comma=False, indent="  ")


def write_http(request: SampleRequest) -> str:
    """Write the request as bytes on the wire, with plain line ends."""
    body = "" if request.body is None else spell(request.body, _SIGNS)
    headers = [("Host", request.base_url.partition("://")[2]), *request.headers]
    headers.insert(2, ("X-API-Key", KEY_PLACE))
    if body:
        headers += [("Content-Type", "application/json"), ("Content-Length", str(len(body.encode())))]
    lines = [f"{request.method} {request.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers), ""]
    return "\n".join([*lines, body])
