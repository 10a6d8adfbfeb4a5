"""The API's own document: whole, sound, and of the version that it says."""

import pytest
from jsonschema import Draft202012Validator

from hq.every_route import every_route
from hq.web import create_app
from tests.hq.server import serving


@pytest.fixture
def document(hq):
    with serving(hq) as web:
        return web.get("/openapi.json").json()


def references(node):
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for each in node.values():
            yield from references(each)
    elif isinstance(node, list):
        for each in node:
            yield from references(each)


def test_the_document_is_openapi_3_1_and_leaves_no_route_out(hq, document) -> None:
    assert document["openapi"].startswith("3.1.")
    for route in every_route(create_app(hq)):
        if route.path.startswith("/v1/"):
            told = set(document["paths"].get(route.path, {}))
            assert {method.lower() for method in route.methods or ()} - {"head"} <= told, route.path


def test_every_name_in_the_document_leads_somewhere_and_every_schema_is_one(document) -> None:
    schemas = document["components"]["schemas"]
    for reference in references(document):
        assert reference.removeprefix("#/components/schemas/") in schemas, reference
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)


def test_every_operation_has_a_name_of_its_own_and_says_who_may_ask(document) -> None:
    operations = [each for path in document["paths"].values() for each in path.values()]
    names = [each["operationId"] for each in operations]
    assert len(names) == len(set(names))
    assert all("security" in each for each in operations)
    assert all({"400", "401", "429"} <= each["responses"].keys() for each in operations if "x-scope" in each)
