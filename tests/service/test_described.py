# SPDX-License-Identifier: EUPL-1.2
"""The running nodes take what their OpenAPI descriptions say, of the roles they say, and nothing else."""

import re
import uuid

import pytest

from harness.client import Client
from harness.described import Described, description
from harness.fixtures import closing
from harness.system import System

ROLES = ("system", "worker", "group leader", "lead", "coordinator", "brobygger", "project lead", "admin", "auditor")
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
    assert may == set(operation["x-roles"])


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
    role = operation["x-roles"][0]
    answer = client(nodes, service, role).request(method, address(path), params={"colour": "red"})
    assert (answer.status_code, answer.json()["field"]) == (400, "colour")
