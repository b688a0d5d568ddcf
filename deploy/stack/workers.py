# SPDX-License-Identifier: EUPL-1.2
"""Workers and groups of each organisation (deploy/setup/workers.json), put through the API like anybody would."""

import json

from . import api
from .accounts import variable
from .place import SOURCE

FILE = SOURCE / "deploy" / "setup" / "workers.json"


def load(file=FILE):
    """{organisation: {worker id: WorkerInput}}"""
    return json.loads(file.read_text())["organisations"]


def put_workers(place, values, organisations):
    """Puts all of them with the token of each organisation's lead; the same again changes nothing."""
    for organisation, workers in organisations.items():
        token = values[variable(organisation, "LEAD_TOKEN")]
        for worker, body in workers.items():
            api.call(place.url(organisation), token, "PUT", f"/api/v1/workers/{worker}", body)
    return sum(len(workers) for workers in organisations.values())
