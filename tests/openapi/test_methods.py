"""What a path answers to methods and paths that are none of the table's (contract.md §1)."""

import pytest

from tests.servers import Tenant
from ticketsonic.api.calling import Route
from ticketsonic.app import ROUTES

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE")


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation)
def test_it_refuses_other_methods_with_405_and_names_its_own(alice: Tenant, route: Route) -> None:
    own = {"GET", "HEAD"} if route.method == "GET" else {route.method}
    for method in set(METHODS) - own:
        answer = alice.client.request(method, route.path)
        assert answer.status_code == 405, method
        assert set(answer.headers["allow"].split(", ")) == own | {"OPTIONS"}
        if method != "HEAD":
            assert answer.json() == {"status": "error", "message": "method not allowed"}


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation)
def test_options_names_the_same_methods(alice: Tenant, route: Route) -> None:
    answer = alice.client.options(route.path)
    assert answer.status_code == 204
    assert answer.content == b""
    refused = alice.client.request("PUT", route.path)
    assert answer.headers["allow"] == refused.headers["allow"]


def test_an_unknown_path_answers_404_to_every_method(alice: Tenant) -> None:
    for path in ("/v1/nothing", "/v1/order", "/v1/order/new/more", "/v1/"):
        for method in (*METHODS, "OPTIONS"):
            answer = alice.client.request(method, path)
            assert answer.status_code == 404, (method, path)
            if method != "HEAD":
                assert answer.json() == {"status": "error", "message": "not found"}
