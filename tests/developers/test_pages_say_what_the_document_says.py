"""Page, specification and server cannot disagree: whatever stands in one of the first two stands in the other."""

import re
from typing import Any

import httpx
import pytest

from tests.developers.pages import errors_of, names_of
from tests.servers import RunningServer
from ticketsonic.app import ROUTES


@pytest.fixture(scope="module")
def document(samples_server: RunningServer) -> dict[str, Any]:
    parsed: dict[str, Any] = httpx.get(f"{samples_server.url}/openapi.json").json()
    return parsed


def _page(server: RunningServer, path: str) -> str:
    answer = httpx.get(f"{server.url}/developer{path}", headers={"accept-language": "en"})
    assert answer.status_code == 200, path
    return answer.text


def _followed(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def _fields(document: dict[str, Any], schema: dict[str, Any], before: str = "") -> list[str]:
    """Every field that a schema knows, with where it is: written apart from the pages' own reading of it."""
    found = []
    for name, said in _followed(document, schema).get("properties", {}).items():
        found.append(before + name)
        for each in said.get("anyOf", [said]):
            if "items" in each:
                found += _fields(document, each["items"], f"{before}{name}[].")
            elif each.get("$ref", "").rpartition("/")[2] not in ("", "Absent"):
                found += _fields(document, each, f"{before}{name}.")
    return found


def test_every_route_has_its_page_and_every_page_its_route(samples_server: RunningServer) -> None:
    start = _page(samples_server, "")
    links = re.findall(r'<a class="mono" href="/developer/([^"]+)"', start[start.index("<nav aria-label=") :])
    listed = list(dict.fromkeys(links))
    assert sorted(listed) == sorted(route.operation for route in ROUTES)
    assert httpx.get(f"{samples_server.url}/developer/order/burn").status_code == 404


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation)
def test_a_page_has_each_header_field_and_error_of_its_request_and_no_other(
    samples_server: RunningServer, document: dict[str, Any], route: Any
) -> None:
    page = _page(samples_server, f"/{route.operation}")
    operation = document["paths"][route.path][route.method.lower()]
    for part, place in (("headers", "header"), ("query", "query")):
        names = [given["name"] for given in operation["parameters"] if given["in"] == place]
        assert names == (names_of(page, part) if names else [])
    if "requestBody" in operation:
        assert names_of(page, "body") == _fields(
            document, operation["requestBody"]["content"]["application/json"]["schema"]
        )
    success = operation["responses"]["200"]
    answered = list(success["headers"])
    if "application/json" in success["content"]:
        shape = _followed(document, success["content"]["application/json"]["schema"])
        shapes = shape.get("anyOf", [shape])
        answered = [name for each in shapes for name in _fields(document, each)] + answered
    assert names_of(page, "answer") == answered
    errors = {
        (int(status), message)
        for status, response in operation["responses"].items()
        for message in re.findall(r"^- `([^`]+)`", response["description"], re.MULTILINE)
    }
    assert set(errors_of(page)) == errors


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation)
def test_a_required_field_is_called_so(samples_server: RunningServer, document: dict[str, Any], route: Any) -> None:
    page = _page(samples_server, f"/{route.operation}")
    for given in document["paths"][route.path][route.method.lower()]["parameters"]:
        described = page[page.index(f'id="{given["name"]}"') :]
        word = re.search(r'<span class="badge[^"]*">(required|optional)</span>', described)
        assert word is not None
        assert (word[1] == "required") is given["required"], given["name"]


def test_the_chapters_sum_up_every_header_field_and_error(
    samples_server: RunningServer, document: dict[str, Any]
) -> None:
    headers, fields, errors = (_page(samples_server, path) for path in ("/headers", "/fields", "/errors"))
    known_errors = set(errors_of(errors))
    for item in document["paths"].values():
        for operation in item.values():
            for given in operation["parameters"]:
                assert given["in"] != "header" or f"<dt><code>{given['name']}</code>" in headers
            if "requestBody" in operation:
                schema = operation["requestBody"]["content"]["application/json"]["schema"]
                for name in _fields(document, schema):
                    assert f"<dt><code>{name.rpartition('.')[2]}</code>" in fields
            for status, response in operation["responses"].items():
                for message in re.findall(r"^- `([^`]+)`", response["description"], re.MULTILINE):
                    assert (int(status), message) in known_errors
