"""Many gates at one instant (promise 5)."""

from tests.concurrency.crowd import Ask, Site
from tests.servers import Tenant


def test_64_gates_admit_one_ticket_once(site: Site, shop: Tenant) -> None:
    _, (sku,) = shop.event()
    (code,) = shop.codes((sku, 1))
    answers = site.at_once(shop, [Ask("ticket/validate", {"ticket_sensitive": code}) for _ in range(64)])
    admitted = [answer for answer in answers if answer.json()["status"] == "success"]
    refused = [answer.json() for answer in answers if answer.json()["status"] == "failure"]
    assert len(admitted) == 1
    assert [body["reason"] for body in refused] == ["already_used"] * 63
    assert len({body["used_at"] for body in refused}) == 1


def test_several_tickets_at_several_gates_are_admitted_once_each(site: Site, shop: Tenant) -> None:
    _, (sku,) = shop.event()
    codes = shop.codes((sku, 8))
    asks = [Ask("ticket/validate", {"ticket_sensitive": code}) for turn in range(8) for code in codes[turn:] + codes]
    answers = site.at_once(shop, asks)
    admitted = [ask for ask, answer in zip(asks, answers, strict=True) if answer.json()["status"] == "success"]
    assert sorted(ask.body["ticket_sensitive"] for ask in admitted) == sorted(codes)
    assert {answer.status_code for answer in answers} == {200}
