# SPDX-License-Identifier: EUPL-1.2
"""The delivery protocol, checked in every state that it can reach within stated limits, by Spin.

Prints one line for each search: the states and the seconds. README.md says what the model is.
"""

import re
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

MODELS = Path(__file__).resolve().parent
AT_ONCE = 2                # searches beside each other
MEMORY_MIB = 1900          # of one search
SECONDS = 300              # after which a search is given up, and fails
DEPTH = 2_000_000          # steps of one path; more is a failure, not a silent cut

ASSERTION, STANDSTILL, LIVELOCK = "assertion violated", "invalid end state", "acceptance cycle"


@dataclass(frozen=True)
class Search:
    sentence: str
    limits: str
    live: bool = False
    fault: str = ""
    caught_by: str = ""
    model: str = "delivery.pml"

    def definitions(self):
        return [f"-D{word}" for word in f"{self.limits} {self.fault} {'LIVENESS' if self.live else ''}".split()]


HOLDS = [
    Search("three_messages_survive_any_three_troubles", "MESSAGES=3 TROUBLE=3"),
    Search("a_restored_sender_is_found_out_before_anything_is_lost", "MESSAGES=3 TROUBLE=2 SENDER_RESTORES=1"),
    Search("a_restored_receiver_is_found_out_and_gets_no_gap", "MESSAGES=2 TROUBLE=2 RECEIVER_RESTORES=1"),
    Search("both_sides_restored_are_found_out", "MESSAGES=2 TROUBLE=1 SENDER_RESTORES=1 RECEIVER_RESTORES=1"),
    Search("a_second_instance_of_the_receiver_applies_nothing_twice", "MESSAGES=2 TROUBLE=2 INSTANCES=2"),
    Search("two_senders_share_the_transactions_of_one_receiver", "MESSAGES=1 TROUBLE=2 STREAMS=2"),
    Search("all_is_applied_when_troubles_end", "MESSAGES=2 TROUBLE=2", live=True),
    Search("all_is_applied_when_troubles_end_for_two_senders", "MESSAGES=1 TROUBLE=1 STREAMS=2", live=True),
    Search("all_is_applied_after_a_sender_was_recovered", "MESSAGES=2 TROUBLE=1 SENDER_RESTORES=1", live=True),
    Search("all_is_applied_after_a_receiver_was_recovered", "MESSAGES=2 TROUBLE=1 RECEIVER_RESTORES=1", live=True),
    Search("books_agree_after_a_recovery_whatever_was_held_meanwhile", "THINGS=5 RESTARTS=3", model="recovery.pml"),
]


def fault(sentence, name, caught_by, limits="MESSAGES=2 TROUBLE=2", live=False, model="delivery.pml"):
    return Search(sentence, limits, live, name, caught_by, model)


def fault_of_recovery(sentence, name):
    return fault(sentence, name, ASSERTION, "THINGS=3 RESTARTS=2", model="recovery.pml")


SENDER_BACK = "MESSAGES=3 TROUBLE=2 SENDER_RESTORES=1"
RECEIVER_BACK = "MESSAGES=2 TROUBLE=2 RECEIVER_RESTORES=1"
CAUGHT = [
    fault("acknowledged_before_the_commit", "ACK_BEFORE_COMMIT", ASSERTION),
    fault("trimmed_when_sent", "TRIM_ON_SEND", ASSERTION),
    fault("position_moved_without_condition", "NO_CONDITION", ASSERTION, "MESSAGES=2 TROUBLE=2 INSTANCES=2"),
    fault("no_new_epoch_after_a_restore", "NO_EPOCH", ASSERTION, SENDER_BACK),
    fault("no_chain_compared", "NO_CHAIN NO_CHAIN_IN_BATCH", ASSERTION, SENDER_BACK),
    fault("no_duplicate_check", "NO_DUPLICATE_CHECK NO_CHAIN_IN_BATCH", ASSERTION),
    fault("no_gap_check", "NO_GAP_CHECK NO_CHAIN_IN_BATCH", ASSERTION),
    fault("chain_compared_for_letters_in_memory_only", "CHAIN_IN_MEMORY_ONLY", ASSERTION, SENDER_BACK),
    fault("batch_without_the_chain", "NO_CHAIN_IN_BATCH", ASSERTION, SENDER_BACK),
    fault("sent_stays_behind_acknowledged", "SENT_STAYS_BEHIND", ASSERTION),
    fault("patience_ends_at_any_acknowledgement", "PATIENCE_ENDS_AT_ANY_ACK", STANDSTILL),
    fault("letters_kept_over_a_reload", "LETTERS_KEPT_OVER_RELOAD NO_CHAIN_IN_BATCH", ASSERTION),
    fault("no_greeting_when_all_is_acknowledged", "SILENT_WHEN_ALL_ACKED", STANDSTILL, RECEIVER_BACK),
    fault("no_greeting_now_and_then", "NO_IDLE_GREETING", STANDSTILL, RECEIVER_BACK),
    fault("recovered_receiver_stays_where_it_was", "RECOVERED_RECEIVER_STAYS", LIVELOCK,
          "MESSAGES=2 TROUBLE=1 RECEIVER_RESTORES=1", live=True),
    fault("recovered_receiver_skips_what_is_under_way", "RECOVERED_RECEIVER_SKIPS", ASSERTION, RECEIVER_BACK),
    fault("restored_receiver_says_nothing", "RESTORED_RECEIVER_SAYS_NOTHING", LIVELOCK,
          "MESSAGES=2 TROUBLE=1 RECEIVER_RESTORES=1", live=True),
    fault_of_recovery("what_a_broker_held_is_taken_after_it_was_told", "TAKES_AFTER_TELLING"),
    fault_of_recovery("told_while_something_waits", "TELLS_WHILE_SOMETHING_WAITS"),
    fault_of_recovery("one_old_greeting_ends_it", "ONE_GREETING_ENDS_IT"),
    fault_of_recovery("a_restart_forgets_that_it_was_asked", "FORGETS_THAT_IT_WAS_ASKED"),
]


@dataclass(frozen=True)
class Found:
    errors: int
    what: str
    states: int
    seconds: float
    whole: bool


def run(words, folder):
    done = subprocess.run([str(word) for word in words], cwd=folder, capture_output=True, text=True, check=False,
                          timeout=SECONDS)
    assert done.returncode == 0, f"{words[0]}: {done.stdout}{done.stderr}"
    return done.stdout


def explore(search, folder):
    """Makes the verifier for these definitions and lets it run to its end, or to the first error."""
    folder.mkdir()
    started = time.monotonic()
    run(["spin", "-a", *search.definitions(), MODELS / search.model], folder)
    kind = ["-DNFAIR=3"] if search.live else ["-DSAFETY", "-DNOCLAIM"]
    run(["cc", "-O1" if search.fault else "-O2", "-w", f"-DMEMLIM={MEMORY_MIB}", *kind, "-o", "pan", "pan.c"], folder)
    options = ["-a", "-f"] if search.live else ["-E"] if search.caught_by == ASSERTION else []  # -E: assertions only
    told = run(["./pan", f"-m{DEPTH}", "-w22", *options], folder)
    errors = re.search(r"errors: (\d+)", told)
    states = re.search(r"^\s*(\d+) states, stored", told, re.MULTILINE)
    what = re.search(r"^pan:\d+: (assertion violated|invalid end state|acceptance cycle|.+)", told, re.MULTILINE)
    whole = not re.search(r"max search depth too small|out of memory|not completed|interrupted", told)
    assert errors and states, told
    return Found(int(errors[1]), what[1].strip() if what else "", int(states[1]), time.monotonic() - started, whole)


@pytest.fixture(scope="module")
def searches(request, tmp_path_factory):
    """Those that were asked for, under way, the long ones first."""
    folder = tmp_path_factory.mktemp("model")
    asked = {item.callspec.params["search"] for item in request.session.items if item.path == Path(__file__)}
    todo = [search for search in (*HOLDS, *CAUGHT) if search in asked]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {search: pool.submit(explore, search, folder / str(n)) for n, search in enumerate(todo)}


def outcome(searches, search, capsys):
    found = searches[search].result()
    with capsys.disabled():
        print(f"\n{search.sentence:<60} {found.states:>9} states {found.seconds:6.1f} s  {found.what or 'holds'}", end="")
    return found


@pytest.mark.parametrize("search", HOLDS, ids=lambda search: search.sentence)
def test_in_every_state(searches, search, capsys):
    found = outcome(searches, search, capsys)
    assert (found.errors, found.what) == (0, "")
    assert found.whole, "the search did not see every state"
    assert found.states > 1000, "hardly a search: the model stands still early"


@pytest.mark.parametrize("search", CAUGHT, ids=lambda search: search.sentence)
def test_a_fault_is_caught(searches, search, capsys):
    found = outcome(searches, search, capsys)
    assert found.errors > 0, "the seeded fault is not caught"
    assert found.what == search.caught_by
