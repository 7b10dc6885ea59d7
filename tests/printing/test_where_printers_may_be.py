"""A tenant's address must not lead into the operator's network unasked."""

import pytest

from ticketsonic.allowed_hosts import read_allowed_hosts
from ticketsonic.settings import InvalidSetting, load_settings

INSIDE = ("127.0.0.1", "10.1.2.3", "172.31.255.255", "192.168.0.9", "::1", "fd00::7", "::ffff:10.0.0.1")
OUTSIDE = ("8.8.8.8", "169.254.169.254", "fe80::1%eth0", "172.32.0.1", "2001:4860::8888", "0.0.0.0", "::ffff:8.8.8.8")


@pytest.mark.parametrize("address", INSIDE)
def test_private_networks_are_where_printers_are(address: str) -> None:
    assert read_allowed_hosts("private").allows(address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_elsewhere_is_not_private_and_link_local_never_is(address: str) -> None:
    assert not read_allowed_hosts("private").allows(address)
    assert read_allowed_hosts("any").allows(address)


def test_a_list_names_hosts_addresses_and_networks() -> None:
    allowed = read_allowed_hosts("Printer.local., 192.0.2.0/24, 2001:db8::7")
    assert allowed.trusts("printer.LOCAL")
    assert not allowed.trusts("other.local")
    assert [allowed.allows(address) for address in ("192.0.2.9", "192.0.3.9", "2001:db8::7", "10.0.0.1")] == [
        True,
        False,
        True,
        False,
    ]
    assert read_allowed_hosts("private, 192.0.2.7").allows("10.0.0.1")


def test_none_is_none() -> None:
    allowed = read_allowed_hosts("none")
    assert not any(allowed.allows(address) or allowed.trusts(address) for address in INSIDE + OUTSIDE)


@pytest.mark.parametrize("nonsense", [",", "none, private", "http://printer", "10.0.0.0/99", "a b", "-x"])
def test_nonsense_is_refused_at_the_start(nonsense: str) -> None:
    with pytest.raises(InvalidSetting, match="TICKETSONIC_PRINTER_HOSTS"):
        load_settings({"TICKETSONIC_PRINTER_HOSTS": nonsense})


def test_without_a_word_it_is_private_for_one_machine_and_none_for_a_server() -> None:
    def allows(**settings: str) -> bool:
        environment = {f"TICKETSONIC_{name.upper()}": value for name, value in settings.items()}
        return load_settings(environment).allowed_printers.allows("192.168.0.9")

    assert allows()
    assert not allows(host="0.0.0.0")
    assert not allows(public_url="https://tickets.example")
    assert allows(host="0.0.0.0", printer_hosts="private")
