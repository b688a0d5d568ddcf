# SPDX-License-Identifier: EUPL-1.2
"""What the daemons print about their API is a good OpenAPI description: by two validators that nobody here wrote, and
with a word on everything. That it is also true is the matter of tests/service/test_described.py."""

import json
import re

import pytest

import validators
from harness.described import description

SERVICES = ("intake", "caseload", "outcomes", "reporting")
DOCUMENTS = {service: description(service).document for service in SERVICES}
SCHEMAS = [(service, name, schema) for service, document in DOCUMENTS.items()
           for name, schema in document["components"]["schemas"].items()]
OPERATIONS = [(service, *one) for service in SERVICES for one in description(service).operations()]
IDS = {"ids": lambda value: value if isinstance(value, str) else ""}


# --- by others ---


@pytest.fixture(scope="module", params=[validators.redocly, validators.spectral], ids=["redocly", "spectral"])
def found(request, tmp_path_factory):
    """What a validator finds: of what is printed, and of the same with a planted fault each."""
    files, folder = [], tmp_path_factory.mktemp("documents")
    for name, document in {**DOCUMENTS, **{spoil.__name__: spoilt(spoil) for spoil in FAULTS}}.items():
        files.append(folder / name)
        files[-1].write_text(json.dumps(document))
    return request.param(validators.installed(), files)


def spoilt(spoil):
    document = json.loads(json.dumps(DOCUMENTS["intake"]))
    spoil(document, document["paths"]["/api/v1/courses/{id}"]["get"])
    return document


def without_an_answer(_document, operation):
    operation["responses"] = {}


def with_a_reference_to_nothing(document, _operation):
    document["components"]["schemas"]["Course"]["properties"]["id"] = {"$ref": "#/components/schemas/Nothing"}


def with_an_id_that_stands_twice(_document, operation):
    operation["operationId"] = "getReferral"


FAULTS = (without_an_answer, with_a_reference_to_nothing, with_an_id_that_stands_twice)


def test_a_validator_finds_nothing(found):
    assert [one for one in found if one[0] in SERVICES] == []


def test_a_validator_finds_each_planted_fault(found):
    assert {name for name, _ in found} == {spoil.__name__ for spoil in FAULTS}


# --- words ---


@pytest.mark.parametrize("service, name, schema", SCHEMAS, **IDS)
def test_every_message_field_and_code_has_a_word(service, name, schema):
    assert schema["description"], f"{name} has no comment in proto/"
    for field, what in schema.get("properties", {}).items():
        assert what.get("description", "").endswith("."), f"{name}.{field} has no sentence in proto/"
    for code in schema.get("enum", []) if "x-words" in schema else []:
        assert schema["x-words"][code]["da"] and schema["x-words"][code]["en"]


def test_every_list_of_codes_has_codes():
    lists = [(name, schema) for _, name, schema in SCHEMAS if name.startswith("Code.")]
    assert len(lists) > 20
    for name, schema in lists:
        assert schema["enum"] and ("x-words" in schema or name == "Code.problem"), name


@pytest.mark.parametrize("service, method, path, operation", OPERATIONS, **IDS)
def test_every_operation_says_what_it_does_and_for_whom(service, method, path, operation):
    assert operation["summary"] and operation["description"]
    secured = operation.get("security") != []
    assert secured == bool(operation.get("x-roles"))
    if secured:
        assert operation["x-scope"] in ("nobodys", "own-cases", "organisation")
        assert operation["x-reads"] in ("nothing", "codes", "person")


# --- names ---


def id_of(method, path):
    """getCourseMeasurements of GET /api/v1/courses/{id}/measurements: what others build on stays while these do."""
    words = path.removeprefix("/api/v1").strip("/").split("/")
    name = method.lower()
    for word, after in zip(words, [*words[1:], ""]):
        one = re.sub("s$", "", re.sub("ies$", "y", word)) if after.startswith("{") else word
        name += "" if word.startswith("{") else re.sub(r"[^A-Za-z0-9]*([a-z])([a-z0-9]*)",
                                                      lambda part: part[1].upper() + part[2], one)
    return name


@pytest.mark.parametrize("service, method, path, operation", OPERATIONS, **IDS)
def test_ids_follow_from_method_and_address(service, method, path, operation):
    assert operation["operationId"] == id_of(method, path)


# --- refusals ---


@pytest.mark.parametrize("service", SERVICES)
def test_every_kind_of_problem_is_told_at_its_status(service):
    components = DOCUMENTS[service]["components"]
    kinds = {kind.removeprefix("/problems/") for kind in components["schemas"]["Code.problem"]["enum"]}
    told = {status: set(re.findall("`([a-z-]+)`:", answer["description"]))
            for status, answer in components["responses"].items()}
    assert all(told.values()) and set().union(*told.values()) <= kinds
    assert components["schemas"]["Problem"]["properties"]["type"]["$ref"].endswith("/Code.problem")
