"""Whose an address is: an IPv4 address is one person's, of IPv6 a household has a whole /64."""

import pytest

from ticketsonic.accounts.networks import network_of


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::9", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unknown, 1", "unknown, 1"),
    ],
)
def test_it_names_what_one_person_has_to_themselves(address: str, network: str) -> None:
    assert network_of(address) == network
