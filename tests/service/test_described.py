# SPDX-License-Identifier: EUPL-1.2
"""The running nodes take what their OpenAPI descriptions say, of the roles they say, and nothing else."""

import re
import uuid

import pytest

from harness.client import Client
from harness.described import Described, description
from harness.fixtures import closing
from harness.system import System

ROLES = ("system", "worker", "group leader", "lead", "coordinator", "brobygger", "project lead", "admin", "auditor",
         "cultural mediator", "steering group")
NODE = {"intake": "reden", "reporting": "reporting"}
OPERATIONS = [(service, *one) for service in NODE for one in description(service).operations()]
SECURED = [one for one in OPERATIONS if one[3].get("security") != []]
IDS = {"ids": lambda value: value if isinstance(value, str) else ""}


@pytest.fixture(scope="module")
def nodes(cluster):
    made = System(cluster, ["reden", "reporting"])
    with closing([made]):
        made.start()
        yield made


def address(path):
    """An address of this form, of nothing that exists."""
    return re.sub(r"\{\w+\}", str(uuid.uuid4()), path)


def client(nodes, service, role):
    plain = nodes.api("reden", role) if service == "intake" else nodes.reporting("reden", role)
    return Described(plain, service)


@pytest.mark.parametrize("service", NODE)
def test_the_node_serves_its_description(nodes, service):
    served = Client(nodes.url(NODE[service])).get("/api/v1/openapi.json")
    assert (served.status_code, served.headers["Content-Type"]) == (200, "application/json")
    assert served.json() == description(service).document


@pytest.mark.parametrize("service, method, path, operation", SECURED, **IDS)
def test_without_a_token_nothing_is_told(nodes, service, method, path, operation):
    answer = Described(Client(nodes.url(NODE[service])), service).request(method, address(path))
    assert answer.status_code == 401 and answer.json()["type"] == "/problems/no-token"
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("service, method, path, operation", SECURED, **IDS)
def test_the_roles_that_are_described_may_and_no_others(nodes, service, method, path, operation):
    roles = [role for role in ROLES if service == "intake" or role != "system"]  # a system gets no statement
    may = set()
    for role in roles:
        answer = client(nodes, service, role).request(method, address(path))
        if answer.status_code != 403:
            may.add(role)
            assert answer.status_code != 405
            # of an address that exists, but for the record
            assert answer.status_code != 404 or answer.json().get("field") == "id"
    assert may == {role for role in operation["x-roles"] if role in roles}


@pytest.mark.parametrize("service, method, path, operation", [one for one in OPERATIONS if one not in SECURED], **IDS)
def test_what_is_open_to_anyone_needs_no_token(nodes, service, method, path, operation):
    assert Described(Client(nodes.url(NODE[service])), service).request(method, path).status_code == 200


@pytest.mark.parametrize("service", NODE)
def test_another_method_is_answered_with_those_allowed(nodes, service):
    described = description(service)
    for path, item in described.document["paths"].items():
        answer = client(nodes, service, "lead").request("DELETE", address(path))
        assert answer.status_code == 405 and answer.json()["type"] == "/problems/method-not-allowed"
        assert {word.strip() for word in answer.headers["Allow"].split(",")} == {method.upper() for method in item}


@pytest.mark.parametrize("service", NODE)
def test_an_address_that_does_not_exist_is_refused(nodes, service):
    answer = client(nodes, service, "lead").get("/api/v1/nothing")
    assert answer.status_code == 404 and answer.json()["type"] == "/problems/not-found"


@pytest.mark.parametrize("service, method, path, operation", SECURED, **IDS)
def test_a_query_parameter_that_is_not_described_is_refused(nodes, service, method, path, operation):
    role = operation["x-roles"][-1]
    answer = client(nodes, service, role).request(method, address(path), params={"colour": "red"})
    assert (answer.status_code, answer.json()["field"]) == (400, "colour")


# --- what a request may be ---


WITH_BODY = [one for one in SECURED if "requestBody" in one[3]]
WITH_FORMS = [one for one in SECURED if "406" in one[3]["responses"]]


def refused(answer):
    """(status, kind of problem, field)"""
    problem = answer.json()
    return answer.status_code, problem["type"].removeprefix("/problems/"), problem.get("field")


def query_of(service, operation):
    """Parameters that must be given, with a value that may stand there."""
    parameters = [description(service).resolved(one) for one in operation["parameters"]]
    return {one["name"]: "2026-01-01" for one in parameters if one["in"] == "query" and one.get("required")}


@pytest.mark.parametrize("service, method, path, operation", WITH_BODY, **IDS)
def test_a_body_of_another_media_type_or_over_64_kib_is_refused(nodes, service, method, path, operation):
    api = client(nodes, service, operation["x-roles"][0])
    answer = api.request(method, address(path), data="a=b", headers={"Content-Type": "text/plain"})
    assert refused(answer)[:2] == (415, "unsupported-media-type")
    assert refused(api.request(method, address(path), data=" " * (64 * 1024 + 1)))[:2] == (413, "too-large")


@pytest.mark.parametrize("service, method, path, operation", WITH_FORMS, **IDS)
def test_a_form_that_is_not_described_is_not_given(nodes, service, method, path, operation):
    api = client(nodes, service, operation["x-roles"][0])
    query = query_of(service, operation)
    answer = api.request(method, address(path), params=query, headers={"Accept": "image/png"})
    assert refused(answer) == (406, "not-acceptable", "Accept")
    for media in operation["responses"]["200"]["content"]:
        answer = api.request(method, address(path), params=query, headers={"Accept": media})
        assert (answer.status_code, answer.headers["Content-Type"].split(";")[0]) == (200, media)


class Body:
    """What a body must be, after the description; and one that is so in all but one rule."""

    def __init__(self, service, operation):
        self.description = description(service)
        self.schema = self.resolved(operation["requestBody"]["content"]["application/json"]["schema"])

    def resolved(self, schema):
        return self.description.resolved(schema)

    def good(self, schema):
        schema = self.resolved(schema)
        if "enum" in schema:
            return schema["enum"][0]
        if schema["type"] == "array":
            return [self.good(schema["items"])]
        if schema["type"] == "object" and "properties" not in schema:
            return {"a": schema["additionalProperties"].get("minimum", 1)}
        if schema["type"] == "object":
            return {name: self.good(schema["properties"][name]) for name in schema.get("required", [])}
        return "2026-01-01" if schema.get("format") == "date" else "a" if schema["type"] == "string" else 1

    def bad(self, schema, field):
        """(field, value, kind of problem) for each rule of this field."""
        schema = self.resolved(schema)
        if "enum" in schema:
            yield field, "no such code", "invalid-value"
        if schema.get("format") == "date":
            yield field, "2026-02-30", "invalid-value"
        if "maxLength" in schema:
            yield field, "a" * (schema["maxLength"] + 1), "invalid-value"
        for name, beyond in (("minimum", -1), ("maximum", 1)):
            if schema.get(name):
                yield field, schema[name] + beyond or -1, "invalid-value"
        if "maxItems" in schema:
            yield field, [self.good(schema["items"])] * (schema["maxItems"] + 1), "invalid-value"
        if schema.get("type") == "array":
            for _, value, kind in self.bad(schema["items"], field):
                yield f"{field}[0]", [value], kind
        yield field, {"number": "one"} if schema.get("type") in ("string", None) else "one", "wrong-type"

    def cases(self, schema=None, before=""):
        """(the body, field, kind of problem)"""
        schema = self.resolved(schema or self.schema)
        for name in schema.get("required", []):
            body = self.good(schema)
            del body[name]
            yield body, before + name, "missing-field"
        for name, what in schema["properties"].items():
            what = self.resolved(what)
            if "properties" in what:
                for body, field, kind in self.cases(what, f"{before}{name}."):
                    yield self.good(schema) | {name: body}, field, kind
                continue
            for field, value, kind in self.bad(what, before + name):
                yield self.good(schema) | {name: value}, field, kind
        yield self.good(schema) | {"colour": "red"}, f"{before}colour", "unknown-field"


@pytest.mark.parametrize("service, method, path, operation", WITH_BODY, **IDS)
def test_each_rule_that_is_described_is_held(nodes, service, method, path, operation):
    api, cases = client(nodes, service, operation["x-roles"][0]), list(Body(service, operation).cases())
    assert cases
    for body, field, kind in cases:
        answer = api.request(method, address(path), json=body)
        assert answer.status_code == 422, f"{body}: {answer.text}"
        assert field in {one["field"] for one in answer.json()["errors"]}, f"{body}: {answer.text}"
