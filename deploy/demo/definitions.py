# SPDX-License-Identifier: EUPL-1.2
"""Reads the programmes, instruments and workers that the system itself runs on: nothing of them is repeated here."""

import json
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Definitions:
    programmes: dict  # {key: programme}
    instruments: dict  # {key: instrument}
    workers: dict  # {organisation: {id: WorkerInput}}


def load(source=SOURCE):
    vocabulary = source / "common" / "vocab"
    workers = json.loads((source / "deploy" / "setup" / "workers.json").read_text())["organisations"]
    return Definitions(_by_key(vocabulary / "programmes"), _by_key(vocabulary / "instruments"), workers)


def _by_key(folder):
    every = (json.loads(path.read_text()) for path in sorted(folder.glob("*.json")))
    return {one["key"]: one for one in every}
