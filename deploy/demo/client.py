# SPDX-License-Identifier: EUPL-1.2
"""A client of one node's HTTP API with a connection that is kept. What may be tried again is tried again, with the same
Idempotency-Key; a refusal becomes a sentence."""

import http.client
import json
import time
from urllib.parse import urlsplit

PATIENCE = 60  # seconds, for a node that is gone or busy, and for a decision
CONFLICT_PATIENCE = 3  # seconds; most conflicts are final
TIMEOUT = 30


class Trouble(Exception):
    """What went wrong, as a sentence for the person at the terminal."""


class Client:
    def __init__(self, url, token, lead_token=""):
        address = urlsplit(url)
        self.host, self.port, self.token, self.lead_token = address.hostname, address.port, token, lead_token
        self.connection = None

    def get(self, path):
        return self.call("GET", path)[1]

    def command(self, method, path, body, key, lead=False):
        """The final answer of a command, also where another daemon decides and that takes its time."""
        headers = {"Idempotency-Key": key, "Prefer": "wait=5", "Content-Type": "application/json"}
        status, answer, location = self.call(method, path, json.dumps(body).encode(), headers, lead)
        if status != 202:
            return answer
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            operation = self.get(location)
            if operation["state"] == "refused":
                raise Trouble(sentence(operation.get("problem", {})))
            if operation["state"] == "done":
                return self.get(operation["subject"])
            time.sleep(0.05)
        raise Trouble(f"not decided within {PATIENCE} seconds")

    def call(self, method, path, body=None, headers=None, lead=False):
        """(status, answer, Location)"""
        began, pause = time.monotonic(), 0.05
        whole = {**(headers or {}), "Authorization": f"Bearer {self.lead_token if lead else self.token}"}
        while True:
            try:
                status, text, location = self._once(method, path, body, whole)
                problem = f"{status} {sentence(_json(text))}"
            except (OSError, http.client.HTTPException) as broken:
                self.close()
                status, problem = 0, f"{self.host}:{self.port}: {broken or type(broken).__name__}"
            if 200 <= status < 300:
                return status, _json(text), location
            patience = CONFLICT_PATIENCE if status == 409 else PATIENCE
            may_pass = status in (0, 409, 429) or status >= 500
            if not may_pass or time.monotonic() - began > patience:
                raise Trouble(f"{method} {path}: {problem}")
            time.sleep(pause)
            pause = min(1.0, pause * 2)

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def _once(self, method, path, body, headers):
        if self.connection is None:
            self.connection = http.client.HTTPConnection(self.host, self.port, timeout=TIMEOUT)
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        return answer.status, answer.read(), answer.headers.get("Location", "")


def _json(text):
    try:
        return json.loads(text) if text else {}
    except ValueError:
        return {}


def sentence(problem):
    """RFC 9457 as a sentence: what, which field, which rule."""
    parts = (problem.get("title"), problem.get("field"), problem.get("rule") or problem.get("detail"))
    return ": ".join(part for part in parts if part)
