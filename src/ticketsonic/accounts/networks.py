"""Whose an address is, where tries are counted: one IPv4 address, or the /64 that a household has of IPv6."""

import ipaddress

_HOUSEHOLD_BITS = 64


def network_of(address: str) -> str:
    """Name the network that one person has to themselves; an address that is none stays as it is."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.IPv6Network((parsed.packed, _HOUSEHOLD_BITS), strict=False))
