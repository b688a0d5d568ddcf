# SPDX-License-Identifier: EUPL-1.2
"""A client that holds each answer of a node against the node's own OpenAPI description: status, headers, body."""

import json
import re
import subprocess

from jsonschema import Draft202012Validator, FormatChecker, RefResolver

from .client import Client
from .system import SANITIZERS, programs

# Headers that an answer bears only where the description says so.
HEADERS = ("Location", "ETag", "Preference-Applied", "WWW-Authenticate", "Retry-After")


class Description:
    """What `udvej-SERVICE --describe` prints."""

    def __init__(self, service):
        printed = subprocess.run([programs() / f"udvej-{service}", "--describe"], env=SANITIZERS, capture_output=True,
                                 check=True).stdout
        self.document = json.loads(printed)
        self.resolver = RefResolver.from_schema(self.document)
        self.paths = {
            re.compile(re.sub(r"\{\w+\}", "[^/]+", path) + "$"): path for path in self.document["paths"]
        }

    def operations(self):
        """(METHOD, path, operation) of each."""
        for path, item in self.document["paths"].items():
            for method, operation in item.items():
                yield method.upper(), path, operation

    def check(self, method, path, answer):
        """Fails when the answer is not one of those described. An address or a method that is not described must
        be refused."""
        said = f"{method} {path}: {answer.status_code} {answer.text[:500]}"
        template = next((known for pattern, known in self.paths.items() if pattern.match(path.split("?")[0])), None)
        operation = self.document["paths"].get(template, {}).get(method.lower())
        if operation is None:
            assert answer.status_code in (401, 404, 405, 413), f"not described, but answered: {said}"
            return
        status = str(answer.status_code)
        assert status in operation["responses"], f"this status is not described: {said}"
        response = self.resolved(operation["responses"][status])
        for header in HEADERS:
            described = header in response.get("headers", {})
            assert described or header not in answer.headers, f"{header} is not described: {said}"
        self.check_body(response.get("content", {}), answer, said)

    def check_body(self, content, answer, said):
        kind = answer.headers.get("Content-Type", "").split(";")[0]
        assert kind in content or (not kind and not content), f"{kind} is not described: {said}"
        schema = content.get(kind, {}).get("schema")
        if schema is None or not kind.endswith("json"):
            return
        problems = self.problems(schema, answer.json())
        assert not problems, f"{said}\n" + "\n".join(problems)

    def problems(self, schema, value):
        """What of the value is not as the schema says."""
        validator = Draft202012Validator(schema, resolver=self.resolver, format_checker=FormatChecker())
        return [f"{one.json_path}: {one.message}" for one in validator.iter_errors(value)]

    def resolved(self, node):
        while "$ref" in node:
            node = self.resolver.resolve(node["$ref"])[1]
        return node


class Described(Client):
    """A Client all of whose answers are held against the description."""

    def __init__(self, client, service="intake"):
        super().__init__(client.url, client.token)
        self.description = description(service)

    def request(self, method, path, *words, **options):
        answer = super().request(method, path, *words, **options)
        self.description.check(method, path, answer)
        return answer


KNOWN = {}


def description(service):
    if service not in KNOWN:
        KNOWN[service] = Description(service)
    return KNOWN[service]
