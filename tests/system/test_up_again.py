# SPDX-License-Identifier: EUPL-1.2
"""deploy/up on a system that somebody has changed since: what was changed stays, what was not still moves."""

import json
import os
import subprocess
from pathlib import Path

import psycopg2
import pytest
import requests

from harness.facts import referral
from harness.system import eventually, free_port_base, programs
from stack import keys, up
from stack.cluster import Cluster
from stack.errors import Trouble
from stack.place import ORGANISATIONS, Place
from test_up import alive, an_operator

NODE = "livarehab"


@pytest.fixture(scope="module")
def operator():
    with an_operator() as made:
        made.up()
        yield made


@pytest.fixture
def place(tmp_path):
    """Files only: no process is started."""
    made = Place(tmp_path, programs(), 20000)
    made.prepare()
    write(made)
    return made


def write(place):
    return up.write_files(place, Cluster(place.dir, place.run, place.log("postgres")))


def at(place, base):
    return Place(place.dir, place.bin, base)


def registry_of(place):
    return json.loads(place.registry.read_text())


def change_registry(place, change):
    """As the runbook says: a higher serial, signed by all partners, put in place signatures first."""
    content = registry_of(place)
    content["serial"] += 1
    change(content)
    fresh = place.registry.with_name("next.json")
    fresh.write_text(json.dumps(content))
    for name in ORGANISATIONS:
        keys.udvej(place, "registry", "sign", fresh, name, place.keys(f"partner-{name}"), place.partners)
    os.replace(f"{fresh}.sig", f"{place.registry}.sig")
    fresh.replace(place.registry)


def take_out(content):
    content["nodes"] = [node for node in content["nodes"] if node["name"] != NODE]


def set_lines(path, **settings):
    lines = [line for line in path.read_text().splitlines() if line.split(" = ")[0] not in settings]
    path.write_text("\n".join([*lines, *(f"{key} = {value}" for key, value in settings.items())]) + "\n")


def rotate(place):
    """New keys of the node, as the runbook says. Returns their public part."""
    new, old = place.keys(f"{NODE}-new"), place.keys(NODE)
    public = json.loads(keys.udvej(place, "keys", "--out", new, "--name", NODE, "--before", old))
    set_lines(place.conf(NODE), keys=new, keys_before=old)
    before = next(node for node in registry_of(place)["nodes"] if node["name"] == NODE)["sign"]

    def change(content):
        row = next(node for node in content["nodes"] if node["name"] == NODE)
        row |= {key: public[key] for key in ("curve", "sign", "box")} | {"sign_before": before}
    change_registry(place, change)
    return public


def signed(place):
    return keys.udvej(place, "registry", "verify", place.registry, place.partners)


def statuses(operator):
    place = Place(operator.dir, programs(), int(operator.port_base))
    found = {}
    for name in place.nodes:
        try:
            found[name] = requests.get(f"{place.url(name)}/readyz", timeout=5).status_code
        except requests.ConnectionError:
            found[name] = None
    return found


def test_a_node_whose_keys_were_changed_keeps_them_over_down_and_up(operator):
    place = Place(operator.dir, programs(), int(operator.port_base))
    operator.down()
    rotate(place)
    kept = [path.read_bytes() for path in (place.registry, place.conf(NODE))]
    operator.up()
    assert [path.read_bytes() for path in (place.registry, place.conf(NODE))] == kept
    assert set(statuses(operator).values()) == {200}


def test_an_untouched_system_moves_with_its_ports_and_a_changed_registry_keeps_its_rows(operator):
    place = Place(operator.dir, programs(), int(operator.port_base))
    operator.down()
    before = registry_of(place)
    operator.port_base = str(free_port_base())
    refused = operator.run("up", "--port-base", operator.port_base, "--empty", "--detach")
    assert refused.returncode == 1 and f"{NODE}.conf was changed by hand" in refused.stderr
    assert registry_of(place) == before, "nothing has changed"
    place = at(place, int(operator.port_base))
    set_lines(place.conf(NODE), http_port=place.port(NODE))
    operator.up()
    after = registry_of(place)
    assert after["nodes"] == before["nodes"] and after["serial"] == before["serial"] + 1
    assert after["brokers"][0]["endpoint"] == place.endpoint("broker")
    assert set(statuses(operator).values()) == {200}


def test_a_node_that_was_taken_out_stays_out_over_down_and_up_until_it_is_let_in_again(operator):
    place = Place(operator.dir, programs(), int(operator.port_base))
    row = next(node for node in registry_of(place)["nodes"] if node["name"] == NODE)
    change_registry(place, take_out)
    kept = place.registry.read_bytes()
    said = operator.up()
    assert f"{NODE} is not in the registry" in said
    operator.down()
    said = operator.up()
    assert f"{NODE} is not in the registry" in said and place.registry.read_bytes() == kept
    found = statuses(operator)
    assert found.pop(NODE) is None and set(found.values()) == {200}
    change_registry(place, lambda content: content["nodes"].append(row))
    eventually(lambda: statuses(operator)[NODE] == 200, 30, f"{NODE} again")


def test_written_twice_changes_nothing(place):
    files = {path: path.stat() for path in place.dir.rglob("*") if path.is_file()}
    assert write(place) == []
    assert {path: path.stat().st_mtime_ns for path in place.dir.rglob("*") if path.is_file()} == {
        path: stat.st_mtime_ns for path, stat in files.items()}


def test_files_that_nobody_changed_move_with_ports_and_directory(place, tmp_path):
    moved = Path(f"{tmp_path}-moved")
    place.dir.rename(moved)
    there = Place(moved, place.bin, 21000)
    assert write(there) == []
    assert registry_of(there)["brokers"][0]["endpoint"] == there.endpoint("broker") and registry_of(there)["serial"] == 2
    text = there.conf(NODE).read_text()
    assert f"http_port = {there.port(NODE)}\n" in text and str(tmp_path) + "/" not in text
    signed(there)


def test_a_setting_that_was_added_stays_and_what_it_lacks_is_said(place):
    conf = place.conf("caseload")
    set_lines(conf, clock_offset_days=7)
    changed = conf.read_text()
    assert write(place) == [] and conf.read_text() == changed
    # As a newer version does, with a setting that this file has not.
    record = place.dir / "conf" / "written.json"
    written = json.loads(record.read_text())
    written["caseload"] = [text.replace("share = ", "former = ") for text in written["caseload"]]
    record.write_text(json.dumps(written))
    conf.write_text(changed.replace("share = ", "former = "))
    (said,) = write(place)
    assert str(conf) in said and "see to share" in said
    assert "share = " in conf.with_name("caseload.conf.new").read_text() and "share = " not in conf.read_text()


def test_the_settings_of_a_node_that_was_taken_out_stop_nobody(place):
    set_lines(place.conf(NODE), clock_offset_days=7)
    change_registry(place, take_out)
    (said,) = write(at(place, 21000))
    assert f"{NODE}.conf was changed by hand" in said
    assert [node for node in registry_of(place)["nodes"] if node["name"] == NODE] == []


def test_a_broker_address_that_somebody_chose_stays(place):
    def choose(content):
        content["brokers"][0]["endpoint"] = "tcp://127.0.0.1:9123"
    change_registry(place, choose)
    write(at(place, 21000))
    assert registry_of(place)["brokers"][0]["endpoint"] == "tcp://127.0.0.1:9123"


def test_a_registry_that_not_all_have_signed_is_not_started_with_and_not_signed(place):
    content = registry_of(place)
    take_out(content)
    place.registry.write_text(json.dumps(content))
    with pytest.raises(Trouble, match="has not signed"):
        write(place)
    assert registry_of(place) == content


class Killed(BaseException):
    pass


def killed_at(monkeypatch, step, place):
    """Whether writing was killed at the rename of this number, before or after it."""
    real, count = Path.rename, [0]

    def rename(path, target):
        count[0] += 1
        if count[0] == step:
            raise Killed
        return real(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", rename)
        try:
            write(place)
        except Killed:
            return True
    return False


def test_killed_at_any_file_while_it_moves_it_starts_again(place, monkeypatch):
    step = 1
    while True:
        write(at(place, 20000))
        serial = registry_of(place)["serial"]
        if not killed_at(monkeypatch, step, at(place, 21000)):
            break
        there = at(place, 21000 if step % 3 else 22000)  # there again, or somewhere else
        assert write(there) == [], f"killed at {step}"
        signed(there)
        assert registry_of(there)["brokers"][0]["endpoint"] == there.endpoint("broker"), f"killed at {step}"
        assert registry_of(there)["serial"] > serial
        assert all(f"http_port = {there.port(name)}\n" in there.conf(name).read_text() for name in there.nodes)
        step += 1
    assert step > 10


def test_killed_at_any_file_while_it_is_made_it_starts_again(tmp_path, monkeypatch):
    step = 1
    while True:
        made = Place(tmp_path / str(step), programs(), 20000)
        made.prepare()
        if not killed_at(monkeypatch, step, made):
            break
        write(made)
        signed(made)
        step += 3
    assert step > 20


def test_a_node_whose_database_was_set_back_is_told_of_and_left_running_for_its_operator():
    with an_operator() as one:
        one.up()
        env = one.env()
        answer = requests.post(f"{env['UDVEJ_REDEN_URL']}/api/v1/referrals", json=referral(), timeout=20,
                               headers={"Authorization": f"Bearer {env['UDVEJ_REDEN_TOKEN']}", "Prefer": "wait=10",
                                        "Idempotency-Key": "before"})
        assert answer.status_code == 201, answer.text
        acked = "select 1 from bus_out_stream where receiver = 'caseload' and acked = seq"
        eventually(lambda: query(env["UDVEJ_REDEN_DB"], acked), what="that the acknowledgement is stored")
        query(env["UDVEJ_CASELOAD_DB"], "update bus_in_stream set seq = 0, chain = decode(repeat('00', 32), 'hex'),"
              " signed_seq = 0, signed_chain = null, signature = null where sender = 'reden' returning 1")
        one.down()
        one.up()  # found out as the others come up
        said = eventually(lambda: about_caseload(one.up()), what="that it is said")
        assert "`udvej recover`" in said and alive(one, one.pids()) == list(one.pids())
        assert requests.get(f"{env['UDVEJ_REDEN_URL']}/readyz", timeout=5).status_code == 200


def about_caseload(said):
    return said if "caseload is not ready" in said else None


def query(address, sql):
    with psycopg2.connect(address) as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()
