# SPDX-License-Identifier: EUPL-1.2
"""Two validators of OpenAPI descriptions that nobody here wrote, in the versions of package-lock.json.

@redocly/cli 1.27.2 is the last that asks for no newer npm than Debian 12 has.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

from harness.system import programs

HERE = Path(__file__).parent
QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "NO_COLOR": "1"}


def run(words, folder):
    return subprocess.run([str(word) for word in words], cwd=folder, env=os.environ | QUIET, capture_output=True,
                          text=True, check=False)


def installed():
    """The folder in which they are, in the build directory; installed anew when the lock file is another."""
    folder = programs().parents[1] / "validators"
    done = folder / "installed"
    lock = (HERE / "package-lock.json").read_text()
    if done.exists() and done.read_text() == lock:
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, folder)
    said = run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder)
    assert said.returncode == 0, said.stdout + said.stderr
    done.write_text(lock)
    return folder


def documents(text):
    """The JSON documents that stand one after another in a text."""
    while text.strip():
        value, end = json.JSONDecoder().raw_decode(text.lstrip())
        yield value
        text = text.lstrip()[end:]


def redocly(folder, files):
    """[(name of the file, rule that is broken)]: errors and warnings."""
    words = ["lint", "--config", HERE / "redocly.yaml", "--format", "json", "--max-problems", "1000"]
    said = run([folder / "node_modules/.bin/redocly", *words, *files], folder)
    reports = list(documents(said.stdout))
    assert len(reports) == len(files), said.stdout + said.stderr
    return [(Path(one["location"][0]["source"]["ref"]).name, one["ruleId"]) for report in reports
            for one in report["problems"]]


def spectral(folder, files):
    """The same, and hints too."""
    words = ["lint", "--ruleset", HERE / "spectral.yaml", "--fail-severity", "hint", "--format", "json"]
    said = run([folder / "node_modules/.bin/spectral", *words, *files], folder)
    assert said.returncode in (0, 1), said.stdout + said.stderr
    found = [(Path(one["source"]).name, one["code"]) for one in next(documents(said.stdout))]
    assert bool(found) == bool(said.returncode), said.stdout + said.stderr
    return found
