"""Which hosts a printer's address may name: tenants give addresses, and the network is the operator's. Pure.

The rule is a list: `private` (loopback and private networks, where printers are; never link-local, where clouds keep
their secrets), `any`, `none`, an address, a network such as 192.0.2.0/24, or a host's name, which is then trusted
wherever it leads. Every other name is looked up and its address checked, and that very address is connected to.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

WORDS: Final = ("any", "none", "private")
PRIVATE: Final[tuple[Network, ...]] = tuple(
    ip_network(text)
    for text in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "::1/128", "fc00::/7")
)
_NAME = re.compile(r"[a-z0-9]([a-z0-9._-]{0,251}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class AllowedHosts:
    """What may be connected to."""

    all_allowed: bool
    networks: tuple[Network, ...]
    names: frozenset[str]

    def trusts(self, host: str) -> bool:
        """Whether a host is allowed by its name, wherever it leads."""
        return self.all_allowed or host.lower().rstrip(".") in self.names

    def allows(self, address: str) -> bool:
        """Whether an address is allowed."""
        if self.all_allowed:
            return True
        try:
            found = ip_address(address.split("%", maxsplit=1)[0])
        except ValueError:
            return False
        mapped = getattr(found, "ipv4_mapped", None)
        return any(_holds(network, mapped or found) for network in self.networks)


def _holds(network: Network, address: Address) -> bool:
    return network.version == address.version and address in network


def read_allowed_hosts(text: str) -> AllowedHosts:
    """Read the setting; raises ValueError with the reason."""
    networks: list[Network] = []
    names: set[str] = set()
    words = [word.strip().lower() for word in text.split(",") if word.strip()]
    for word in words:
        if word == "private":
            networks += PRIVATE
        elif word not in WORDS:
            try:
                networks.append(ip_network(word, strict=False))
            except ValueError:
                if not _NAME.fullmatch(word.rstrip(".")):
                    raise ValueError(f"has {word!r}, which is no host, address or network") from None
                names.add(word.rstrip("."))
    if not words or ("none" in words and len(words) > 1):
        raise ValueError("is not any, none, private, or a list of hosts, addresses and networks")
    return AllowedHosts("any" in words, tuple(networks), frozenset(names))
