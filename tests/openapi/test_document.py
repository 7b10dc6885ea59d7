"""The document itself: valid, whole, and the route table's own."""

from collections.abc import Iterator
from typing import Any

import httpx
import jsonschema_rs
import pytest
from schemathesis.specs.openapi.definitions import OPENAPI_31

from tests.servers import RunningServer
from ticketsonic.api import glossary
from ticketsonic.app import ROUTES
from ticketsonic.errors import Refusal
from ticketsonic.wire.plan import plan_of


@pytest.fixture(scope="module")
def document(server: RunningServer) -> dict[str, Any]:
    answer = httpx.get(f"{server.url}/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    parsed: dict[str, Any] = answer.json()
    return parsed


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield f"{method.upper()} {path}", operation


def contents(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every body and answer, by where it stands."""
    for name, operation in operations(document):
        if "requestBody" in operation:
            yield f"{name} body", operation["requestBody"]["content"]["application/json"]
        for status, response in operation["responses"].items():
            if "application/json" in response["content"]:  # a badge is a PDF or PNG
                yield f"{name} {status}", response["content"]["application/json"]


def validator(document: dict[str, Any], schema: dict[str, Any]) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator({**schema, "components": document["components"]})


def test_it_is_valid_by_the_metaschema_of_openapi(document: dict[str, Any]) -> None:
    found = jsonschema_rs.Draft202012Validator(OPENAPI_31).iter_errors(document)
    assert [f"{list(error.instance_path)}: {error.message}" for error in found] == []


def test_each_of_its_schemas_is_valid_json_schema_and_refers_to_what_is_there(document: dict[str, Any]) -> None:
    for schema in document["components"]["schemas"].values():
        assert jsonschema_rs.meta.is_valid(schema)
        validator(document, schema)
    for _, content in contents(document):
        validator(document, content["schema"])


def test_its_paths_are_those_of_the_route_table(document: dict[str, Any]) -> None:
    assert [name for name, _ in operations(document)] == [f"{route.method} {route.path}" for route in ROUTES]


def test_every_example_fits_the_schema_beside_it(document: dict[str, Any]) -> None:
    for name, content in contents(document):
        assert validator(document, content["schema"]).is_valid(content["example"]), name
    for name, operation in operations(document):
        for parameter in operation["parameters"]:
            assert validator(document, parameter["schema"]).is_valid(parameter["example"]), name


def test_every_field_parameter_and_answer_is_described(document: dict[str, Any]) -> None:
    for name, schema in document["components"]["schemas"].items():
        assert schema.get("description") or "anyOf" in schema, name
        for field, described in schema.get("properties", {}).items():
            assert described.get("description") or "$ref" in described, f"{name}.{field}"
    for name, operation in operations(document):
        assert operation["summary"], name
        assert operation["description"], name
        assert all(parameter["description"] for parameter in operation["parameters"]), name
        assert all(response["description"] for response in operation["responses"].values()), name


def test_the_glossary_explains_no_field_that_is_not_there() -> None:
    for struct_type, meanings in glossary.FIELDS.items():
        known = {*struct_type.__struct_fields__, struct_type.__struct_config__.tag_field, "status"}
        strange = set(meanings) - known
        assert strange <= {"request_hash", "tickets", "stock_change"}, struct_type  # shared by the new and the edited


def test_every_field_of_a_body_is_in_the_document(document: dict[str, Any]) -> None:
    for route in ROUTES:
        if route.body is not None:
            schema = document["components"]["schemas"][route.body.__name__]
            assert list(schema["properties"]) == [plan.name for plan in plan_of(route.body)]


def test_every_error_that_a_route_names_is_in_the_document(document: dict[str, Any]) -> None:
    for route in ROUTES:
        responses = document["paths"][route.path][route.method.lower()]["responses"]
        for refusal in route.refusals:
            assert refusal.message in messages(responses, refusal.status), route.path
        assert {"200", "400", "405", "408", "413", "429", "500", "503"} <= set(responses)
        # A key of any scope may ask for what no scope is kept from.
        assert ("403" in responses) is (route.operation not in {"health", "print/jobs"})


def test_it_names_no_message_that_is_none_of_the_contracts(document: dict[str, Any]) -> None:
    known = {refusal.message for refusal in refusals(Refusal)}
    for name, operation in operations(document):
        for status in set(operation["responses"]) - {"200"}:
            assert messages(operation["responses"], int(status)) <= known, name


def messages(responses: dict[str, Any], status: int) -> set[str]:
    schema = responses[str(status)]["content"]["application/json"]["schema"]
    return set(schema["allOf"][1]["properties"]["message"]["enum"])


def refusals(base: type[Refusal]) -> Iterator[type[Refusal]]:
    for below in base.__subclasses__():
        yield below
        yield from refusals(below)


def test_an_event_or_sku_that_must_be_named_is_a_required_header(document: dict[str, Any]) -> None:
    required = {
        (operation["operationId"], parameter["name"])
        for _, operation in operations(document)
        for parameter in operation["parameters"]
        if parameter["required"] and parameter["name"] in {"X-API-EventID", "X-API-SKU"}
    }
    assert required == {
        ("event_edit", "X-API-EventID"),
        ("printer_new", "X-API-EventID"),
        ("ticket_new", "X-API-EventID"),
        ("ticket_edit", "X-API-SKU"),
    }
