# SPDX-License-Identifier: EUPL-1.2
"""A few seconds of fuzzing for every decoder, from its kept corpus: no crash, leak, hang, or use of more than 512 MB.

The long run is done by hand: see README.md.
"""

import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
DECODERS = sorted(folder.name for folder in (HERE / "corpus").iterdir() if folder.is_dir())
PLANTED = {"overread": "AddressSanitizer", "leak": "LeakSanitizer", "hang": "timeout", "memory": "out-of-memory"}
SECONDS = 4
AT_ONCE = min(2, os.cpu_count() or 1)


@pytest.fixture(scope="session")
def programs():
    """Where the fuzz targets are; a build that fails fails every test."""
    built = subprocess.run([HERE / "build"], capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    return Path(built.stdout.split()[-1])


@pytest.fixture(scope="session")
def runs(programs, tmp_path_factory):
    """All targets, two at a time; what a target says, by name."""
    work = tmp_path_factory.mktemp("fuzz")
    env = {**os.environ, "UDVEJ_FUZZ_BIN": str(programs), "UDVEJ_FUZZ_WORK": str(work)}

    def fuzz(name):
        words = [HERE / "run", name, str(SECONDS)]
        if name.startswith("planted"):
            words = [HERE / "run", name, "30", "-timeout=2"]
        return subprocess.run(words, env=env, capture_output=True, text=True, check=False)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {name: pool.submit(fuzz, name) for name in [*DECODERS, *(f"planted_{fault}" for fault in PLANTED)]}


@pytest.mark.parametrize("decoder", DECODERS)
def test_no_input_breaks_the_decoder(decoder, runs):
    run = runs[decoder].result()
    assert run.returncode == 0, run.stdout + run.stderr
    executions = int(re.search(r"(\d+) executions", run.stdout)[1])
    assert executions > 10 * len(list((HERE / "corpus" / decoder).iterdir())), run.stdout


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_found(fault, runs):
    run = runs[f"planted_{fault}"].result()
    assert run.returncode != 0 and PLANTED[fault] in run.stderr, run.stdout + run.stderr


def test_every_decoder_has_a_corpus(programs):
    built = {file.name.removeprefix("fuzz_") for file in programs.glob("fuzz_*")}
    assert sorted(name for name in built if not name.startswith("planted_")) == DECODERS
