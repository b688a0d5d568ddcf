# SPDX-License-Identifier: EUPL-1.2
"""The registry as the daemons live with it: signed by all partners, read live, older ones refused."""

import json
import os
import subprocess

from harness.facts import referral
from harness.system import eventually


def change_registry(system, change, signers=("reden", "livarehab", "kommune")):
    """As an operator does it: a new serial, signed by the partners, put in place signatures first."""
    place = system.place
    content = json.loads(place.registry.read_text())
    content["serial"] += 1
    change(content)
    fresh = place.registry.with_name("next.json")
    fresh.write_text(json.dumps(content))
    for name in signers:
        words = [place.bin / "udvej", "registry", "sign", fresh, name, place.keys(f"partner-{name}"),
                 place.partners]
        subprocess.run([str(word) for word in words], check=True)
    os.replace(f"{fresh}.sig", f"{place.registry}.sig")
    fresh.replace(place.registry)


def registry_row(system, name):
    return next(node for node in json.loads(system.place.registry.read_text())["nodes"] if node["name"] == name)


def without(name):
    def change(content):
        content["nodes"] = [node for node in content["nodes"] if node["name"] != name]
    return change


def test_node_that_is_taken_out_is_cut_off_without_a_restart_and_let_in_again(make_system):
    system = make_system("reden", "caseload", "outcomes", "reporting", "kommune", "broker").start()
    row = registry_row(system, "reden")
    change_registry(system, without("reden"))
    eventually(lambda: "no longer in the registry" in system.log("reden"))
    answer = system.api("reden", "system").post("/api/v1/referrals", referral(), wait=1)
    assert answer.status_code == 202, "it still serves its own people, but nobody hears it"
    change_registry(system, lambda content: content["nodes"].append(row))
    operation = answer.headers["Location"]
    eventually(lambda: system.api("reden", "system").json(operation)["state"] == "done")


def test_daemons_start_when_a_registry_was_half_replaced(make_system):
    """Ended between the two renames: the new signatures are there, the new registry lies beside the old one."""
    system = make_system("reden", "caseload", "broker").start()
    before = system.place.registry.read_bytes()
    change_registry(system, lambda content: None)
    eventually(lambda: all("serial 2 in force" in system.log(name) for name in ("reden", "caseload")))
    system.kill("reden", "caseload", "broker")
    fresh = system.place.registry.with_name(system.place.registry.name + ".new")
    system.place.registry.rename(fresh)
    system.place.registry.write_bytes(before)
    system.start()
    assert json.loads(system.place.registry.read_text())["serial"] == 2 and not fresh.exists()
    assert system.api("reden", "system").post("/api/v1/referrals", referral(), wait=10).status_code == 201


def test_registry_without_every_signature_changes_nothing(make_system):
    system = make_system("reden", "caseload", "broker").start()
    change_registry(system, without("reden"), signers=("reden", "kommune"))
    eventually(lambda: "livarehab has not signed" in system.log("caseload"))
    assert "no longer in the registry" not in system.log("reden")
    assert system.api("reden", "system").get("/api/v1/courses").status_code == 200
