# SPDX-License-Identifier: EUPL-1.2
"""One HTTP call to a node, for setting up: JSON in, JSON out, a refusal as a sentence."""

import json
import urllib.error
import urllib.request

from .errors import Trouble


def call(url, token, method, path, body=None):
    """The answer as a value. Waits for a decision that another daemon has to make."""
    headers = {"Authorization": f"Bearer {token}", "Prefer": "wait=5"}
    data = None
    if body is not None:
        data, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
    request = urllib.request.Request(url + path, data=data, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
    except urllib.error.HTTPError as refusal:
        raise Trouble(f"{method} {path}: {refusal.code} {refusal.read().decode(errors='replace')}") from None
    except OSError as problem:
        raise Trouble(f"{method} {path}: {problem}") from None
    return json.loads(text) if text else {}
