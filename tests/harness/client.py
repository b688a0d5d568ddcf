# SPDX-License-Identifier: EUPL-1.2
"""A small client of the HTTP API: a base address, a token, and an idempotency key where one is needed."""

import uuid

import requests


class Client:
    def __init__(self, url, token=None):
        self.url, self.token = url, token
        self.session = requests.Session()

    def request(self, method, path, body=None, wait=None, key=None, headers=None, **options):
        """One call. `wait`: seconds to hold the answer back for the decision; `key`: Idempotency-Key (POST: made up)."""
        own = {}
        if self.token:
            own["Authorization"] = f"Bearer {self.token}"
        if wait is not None:
            own["Prefer"] = f"wait={wait}"
        if key is None and method == "POST":
            key = str(uuid.uuid4())
        if key:
            own["Idempotency-Key"] = key
        if body is not None:
            options["json"] = body
        options.setdefault("timeout", 30)
        return self.session.request(method, self.url + path, headers={**own, **(headers or {})}, **options)

    def get(self, path, **options):
        return self.request("GET", path, **options)

    def post(self, path, body=None, **options):
        return self.request("POST", path, body, **options)

    def put(self, path, body=None, **options):
        return self.request("PUT", path, body, **options)

    def json(self, path, **options):
        """GET that must succeed."""
        answer = self.get(path, **options)
        assert answer.status_code == 200, f"GET {path}: {answer.status_code} {answer.text}"
        return answer.json()
