# SPDX-License-Identifier: EUPL-1.2
"""A node's keys are changed while it works: nothing is lost, and the old keys are worth nothing afterwards."""

import json
import shutil
import subprocess

import pytest

from harness.facts import referral
from harness.system import eventually
from stack.errors import Trouble
from test_registry_live import change_registry

NODE = "kommune"
REFERRALS = "/api/v1/referrals"


def make_keys(system):
    """New keys of the node beside the old ones; their public part."""
    new = system.place.keys(f"{NODE}-new")
    words = [system.place.bin / "udvej", "keys", "--out", new, "--name", NODE, "--before", system.place.keys(NODE)]
    made = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=True)
    return json.loads(made.stdout)


def set_keys(system, **settings):
    conf = system.place.conf(NODE)
    lines = [line for line in conf.read_text().splitlines() if line.split(" = ")[0] not in ("keys", "keys_before", *settings)]
    conf.write_text("\n".join([*lines, *(f"{key} = {value}" for key, value in settings.items())]) + "\n")


def with_keys(public):
    def change(content):
        row = next(node for node in content["nodes"] if node["name"] == NODE)
        row |= {key: public[key] for key in ("curve", "sign", "box")}
    return change


def post(system, n=1):
    answers = [system.api(NODE).post(REFERRALS, referral("cti"), wait=0) for _ in range(n)]
    assert [answer.status_code for answer in answers] == [202] * n
    return [answer.json()["id"] for answer in answers]


def decided(system, ids):
    def all_decided():
        return all(system.api(NODE).json(f"{REFERRALS}/{one}")["state"] == "accepted" for one in ids)
    eventually(all_decided, 60, "that all are decided")


@pytest.fixture
def world(make_system):
    system = make_system("broker", NODE, "caseload", "outcomes", "reporting").start()
    system.put_workers({NODE: {"one": {"name": "Anna", "kind": "worker", "programmes": ["cti"], "cap": 200}}})
    return system


def both_keys(system):
    """The first step: the node has both, and the registry still the old ones."""
    place = system.place
    public = make_keys(system)
    set_keys(system, keys=place.keys(f"{NODE}-new"), keys_before=place.keys(NODE))
    system.restart(NODE)
    return public


def test_keys_are_changed_while_referrals_come_in_and_none_is_lost(world):
    public = both_keys(world)
    ids = post(world, 20)
    change_registry(world, with_keys(public))
    for _ in range(10):
        ids += post(world, 5)
    decided(world, ids)
    assert world.query("caseload", "select count(*) from course") == [(len(ids),)]
    assert "the registry has other keys of this node" in world.log(NODE)
    set_keys(world, keys=world.place.keys(f"{NODE}-new"))
    world.restart(NODE)
    decided(world, post(world))
    set_keys(world, keys=world.place.keys(NODE))
    world.stop(NODE)
    with pytest.raises(Trouble, match="another key"):
        world.start(NODE)
    del world.children[NODE]


def test_broker_that_hears_of_new_keys_before_the_node_or_after_it_lets_it_in(world):
    """The node has a copy of the registry of its own: the one that knows of the change tells the other."""
    place = world.place
    public = make_keys(world)
    own = place.registry.with_name("own.json")
    for name in (place.registry, f"{place.registry}.sig"):
        shutil.copy(name, str(name).replace(place.registry.name, own.name))
    set_keys(world, keys=place.keys(f"{NODE}-new"), keys_before=place.keys(NODE), registry=own)
    world.restart(NODE)
    decided(world, post(world))
    change_registry(world, with_keys(public))
    decided(world, post(world, 3))
    eventually(lambda: own.read_bytes() == place.registry.read_bytes(), 30, "that the node hears of it")


def test_pseudonyms_stay_what_they_were(world):
    citizen = {"citizen": {"name": "Anna Prøve", "cpr": "0101901234"}}
    for _ in range(2):
        answer = world.api(NODE).post(REFERRALS, referral("cti", **citizen), wait=10)
        assert answer.status_code == 201, answer.text
        if world.query("caseload", "select count(*) from course") == [(1,)]:
            public = both_keys(world)
            change_registry(world, with_keys(public))
    assert world.query("caseload", "select count(distinct citizen), count(*) from course") == [(1, 2)]
