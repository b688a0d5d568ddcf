# SPDX-License-Identifier: EUPL-1.2
"""The OpenAPI descriptions say what the source does: fields as in the .proto, routes, roles and rules as in main.c.

That the running node answers as they say is held by tests/service/test_described.py and by every test that speaks
through harness.described.
"""

import copy
import json

import pytest

from api_table import camel, code_lists, proto_messages, role_names, routes_of
from tree import SOURCE, assert_none

SERVICES = ("intake", "reporting")
SCALARS = {"string": "string", "bool": "boolean", "int32": "integer", "int64": "integer", "double": "number"}
NOT_OVER_HTTP = {"StatementClaims"}  # inside a bearer token
NAMES = role_names(SOURCE / "common" / "daemon" / "role.c")
CODES = code_lists(SOURCE / "common" / "vocab" / "code.c")


def document(service):
    return json.loads((SOURCE / "services" / service / "openapi.json").read_text())


def messages(service):
    files = {"intake": ("api", "vocabulary"), "reporting": ("report",)}[service]
    found = proto_messages(*(SOURCE / "proto" / f"{name}.proto" for name in files))
    if service == "reporting":
        found |= {"Problem": proto_messages(SOURCE / "proto" / "api.proto")["Problem"]}
    return {name: fields for name, fields in found.items() if name not in NOT_OVER_HTTP}


def routes(service):
    folder = SOURCE / "services" / service
    own = routes_of(folder / "main.c", sorted(folder.glob("*.h")), NAMES)
    return own + routes_of(SOURCE / "common" / "daemon" / "health.c", [], NAMES, "health_routes")


def resolved(doc, schema):
    """The schema with what it refers to, and the last name in $ref."""
    name = ""
    if "allOf" in schema:
        schema = next(part for part in schema["allOf"] if "$ref" in part)
    while "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        target = doc
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        schema = target
    return schema, name


# --- what disagrees, in sentences ---


def type_of(doc, schema):
    """A schema as the type of a proto field."""
    inner, name = resolved(doc, schema)
    if name and not name.startswith("Code."):
        return name
    if inner.get("type") == "array":
        return f"[{type_of(doc, inner['items'])}]"
    if inner.get("type") == "object":
        return "{" + type_of(doc, inner["additionalProperties"]) + "}"
    return inner.get("type", "?")


def as_schema_type(proto_type):
    core = proto_type.strip("[]{}")
    return proto_type.replace(core, SCALARS.get(core, core))


def against_proto(doc, protos):
    shapes = {name: schema for name, schema in doc["components"]["schemas"].items() if not name.startswith("Code.")}
    found = [f"{name}: no such message" for name in sorted(set(shapes) - set(protos))]
    found += [f"{name}: not described" for name in sorted(set(protos) - set(shapes))]
    for name in sorted(set(shapes) & set(protos)):
        properties, fields = shapes[name]["properties"], protos[name]
        found += [f"{name}.{field}: no such field" for field in sorted(set(properties) - set(fields))]
        found += [f"{name}.{field}: not described" for field in sorted(set(fields) - set(properties))]
        required = set(shapes[name].get("required", []))
        found += [f"{name}.{field}: required, but no field" for field in sorted(required - set(fields))]
        found += [
            f"{name}.{field}: {type_of(doc, properties[field])}, in the .proto {fields[field]}"
            for field in sorted(set(properties) & set(fields))
            if type_of(doc, properties[field]) != as_schema_type(fields[field])
        ]
    return found


def operations(doc):
    return {(method.upper(), path): one for path, item in doc["paths"].items() for method, one in item.items()}


def query_of(doc, operation):
    parameters = [resolved(doc, one)[0] for one in operation.get("parameters", [])]
    return frozenset(one["name"] for one in parameters if one["in"] == "query")


def body_of(operation):
    content = operation.get("requestBody", {}).get("content", {})
    return content["application/json"]["schema"]["$ref"].rsplit("/", 1)[1] if content else ""


def against_routes(doc, table):
    described, there = operations(doc), {(route.method, route.path): route for route in table}
    found = [f"{' '.join(key)}: no such route" for key in sorted(set(described) - set(there))]
    found += [f"{' '.join(key)}: not described" for key in sorted(set(there) - set(described))]
    for key in sorted(set(described) & set(there)):
        operation, route = described[key], there[key]
        facts = (
            ("roles", frozenset(operation.get("x-roles", [])), route.roles),
            ("open to anyone", operation.get("security") == [], not route.roles),
            ("query", query_of(doc, operation), route.query),
            ("body", body_of(operation), route.body),
        )
        differing = ((what, said, true) for what, said, true in facts if said != true)
        found += [f"{' '.join(key)}: {what}: {said!r}, in the source {true!r}" for what, said, true in differing]
    return found


def field_schema(doc, message, path):
    """The schema of a field by its proto path, and whether its message requires it."""
    schema, required = doc["components"]["schemas"][message], False
    for step in path.split("."):
        required = camel(step) in schema.get("required", [])
        schema = resolved(doc, schema["properties"][camel(step)])[0]
    return schema, required


def rule_is_told(doc, schema, required, kind, codes, limits):
    item = resolved(doc, schema["items"])[0] if schema.get("type") == "array" else schema
    if kind == "CODE" and codes == "language":
        return item.get("pattern") == "^[a-z]{2}$"
    return {
        "REQUIRED": required,
        "DATE": item.get("format") == "date",
        "CODE": item.get("enum") == CODES.get(codes),
        "RANGE": (item.get("minimum"), item.get("maximum")) == (limits.get("min"), limits.get("max")),
        "MAX_LENGTH": item.get("maxLength") == limits.get("max"),
        "MAX_ITEMS": schema.get("maxItems") == limits.get("max"),
    }[kind]


def against_rules(doc, table):
    found = []
    for route in table:
        for field, kind, codes, limits in route.rules:
            schema, required = field_schema(doc, route.body, field)
            if not rule_is_told(doc, schema, required, kind, codes, limits):
                found.append(f"{route.body}.{field}: {kind} {codes or limits or ''} is not what the description says")
        needed = {camel(field) for field, kind, _, _ in route.rules if kind == "REQUIRED"}
        said = set(doc["components"]["schemas"][route.body].get("required", [])) if route.body else set()
        found += [f"{route.body}.{field}: required, without a rule" for field in sorted(said - needed)]
    return found


def incomplete(doc):
    """References into nothing, refusals that are no problem documents, operations that forget to be refused."""
    found, ids = [], [one["operationId"] for one in operations(doc).values()]
    found += [f"{name}: twice" for name in sorted({name for name in ids if ids.count(name) > 1})]
    for (method, path), operation in operations(doc).items():
        answers = {code: resolved(doc, one)[0] for code, one in operation["responses"].items()}
        secured = operation.get("security") != []
        found += [f"{method} {path}: no {code}" for code in ("401", "403", "503") if secured and code not in answers]
        if "{" in path and method == "GET" and "404" not in answers:
            found.append(f"{method} {path}: no 404")
        found += [
            f"{method} {path}: {code} is no problem document"
            for code, one in answers.items()
            if code >= "400" and secured and list(one["content"]) != ["application/problem+json"]
        ]
        wordless = (code for code, one in answers.items() if not one.get("description"))
        found += [f"{method} {path}: {code} has no words" for code in wordless]
    return found


# --- the rules ---


@pytest.mark.parametrize("service", SERVICES)
def test_every_schema_has_the_fields_of_its_message(service):
    assert_none(against_proto(document(service), messages(service)))


@pytest.mark.parametrize("service", SERVICES)
def test_every_route_is_described_with_its_roles_query_and_body(service):
    table = routes(service)
    assert len(table) >= {"intake": 20, "reporting": 6}[service]
    assert_none(against_routes(document(service), table))


@pytest.mark.parametrize("service", SERVICES)
def test_every_rule_of_a_field_is_described(service):
    assert_none(against_rules(document(service), routes(service)))


@pytest.mark.parametrize("service", SERVICES)
def test_every_description_is_complete(service):
    assert_none(incomplete(document(service)))


# --- they find what they look for ---


def test_a_field_of_another_type_or_name_is_found():
    doc = document("intake")
    properties = {"instrument": {"type": "integer"}, "dueOn": {"type": "string"}, "x": {}}
    doc["components"]["schemas"]["Due"]["properties"] = properties
    assert [finding for finding in against_proto(doc, messages("intake")) if "Due." in finding] == [
        "Due.x: no such field", "Due.kind: not described", "Due.instrument: integer, in the .proto string",
    ]


def test_a_route_that_one_side_lacks_or_that_differs_is_found():
    doc, table = document("reporting"), routes("reporting")
    changed = copy.deepcopy(doc)
    changed["paths"]["/api/v1/reports/none"] = changed["paths"].pop("/api/v1/reports/enquiries")
    changed["paths"]["/api/v1/reports/status"]["get"]["x-roles"] = ["worker"]
    findings = against_routes(changed, table)
    assert [finding.split(": ")[0:2] for finding in findings] == [
        ["GET /api/v1/reports/none", "no such route"], ["GET /api/v1/reports/enquiries", "not described"],
        ["GET /api/v1/reports/status", "roles"],
    ]


def test_a_rule_that_is_not_told_is_found():
    doc = document("intake")
    doc["components"]["schemas"]["Code.aim"]["enum"].append("other")
    doc["components"]["schemas"]["EnquiryInput"]["properties"]["age"]["maximum"] = 99
    doc["components"]["schemas"]["CloseInput"]["required"] = ["on"]
    findings = " ".join(against_rules(doc, routes("intake")))
    for what in ("ReferralInput.aim: CODE", "EnquiryInput.age: RANGE", "CloseInput.reason: REQ", "CloseInput.on: req"):
        assert what in findings
