# SPDX-License-Identifier: EUPL-1.2
"""What was under way when a database was set back, and what others tell of it: one effect, and only of what is theirs."""

import uuid

from harness.facts import day, referral
from harness.protobuf import packed
from harness.system import eventually
from recover_world import INTAKES, REFERRALS, assert_all_agree, copy, lose, place, recover, settle, work, workers
from test_recover import world  # noqa: F401
from test_recover_members import begin



def test_what_waits_at_another_when_its_sender_is_set_back_has_one_effect(world):  # noqa: F811
    """caseload has taken the requests of referrals in, and cannot store them; then their node forgets them."""
    work(world, 1)
    settle(world)
    copy(world, "kommune")
    world.wait_ready("caseload")
    with world.db("caseload") as held, held.cursor() as cursor:
        cursor.execute("lock table course in exclusive mode")
        before = world.query("caseload", "select count(*) from course")
        for node in ("kommune", "livarehab"):
            answer = world.api(node).post(REFERRALS, referral("cti"))
            assert answer.status_code == 202, answer.text
        waiting = ("select count(*) from pg_locks where not granted and database = (select oid from pg_database"
                   " where datname = current_database())")
        eventually(lambda: world.query("caseload", waiting)[0][0] > 0, what="that caseload waits")
        eventually(lambda: world.query("kommune", "select count(*) from referral where state = 'requested'")[0][0] >= 2)
        lose(world, "kommune", "back")
        running = begin(world, "kommune")
        with running:
            eventually(lambda: "reden has told all it knows" in world.log("kommune"), 30, "that the others have told")
            assert "caseload has told" not in world.log("kommune")
            assert world.query("caseload", "select count(*) from course") == before
            held.rollback()
            said = running.communicate(timeout=90)[0]
    assert "Everything that was told is applied." in said, said
    world.wait_ready("kommune")
    world.tokens.clear()
    assert_all_agree(world)


def test_aim_is_that_of_the_latest_day_also_after_a_recovery(world):  # noqa: F811
    world.put_workers(workers(1))
    course = place(world, "kommune", authoredOn=day(-10))
    path = f"/api/v1/courses/{course}/measurements"
    for on, aim in ((day(0), "improve"), (day(-1), "exit")):  # the earlier day is entered later
        answer = world.api("kommune").post(path, {"instrument": "who5", "answers": {
            "happy": 1, "calm": 1, "active": 1, "rested": 1, "interest": 1}, "aim": aim, "measuredOn": on}, wait=20)
        assert answer.status_code == 201, answer.text
    aim = "select aim from course where id = %s"
    settle(world)
    assert world.query("caseload", aim, course) == [("improve",)]
    copy(world, "caseload")
    lose(world, "caseload", "empty")
    recover(world, "caseload")
    assert_all_agree(world)
    assert world.query("caseload", aim, course) == [("improve",)]


def test_node_that_tells_of_anothers_courses_is_not_believed(world):  # noqa: F811
    """Written into what kommune told caseload, and outcomes: a course of livarehab's programme under a request of its own,
    and a list of what is due on a course of livarehab."""
    work(world, 1)
    settle(world)
    course = world.query("livarehab", "select id::text from course limit 1")[0][0]
    forged = str(uuid.uuid4())
    request = packed((1, forged), (2, str(uuid.uuid4())), (3, str(uuid.uuid4())), (4, "cti"), (5, "exit"), (7, day(0)),
                     (9, str(uuid.uuid4())))
    state = packed((1, forged), (2, 5), (4, INTAKES["livarehab"]), (5, "livarehab"), (6, "exit"), (7, "offered"),
                   (8, "livarehab-0"), (11, "stat"), (12, day(0)), (14, day(0)))
    tales = {"caseload": ("CourseKnown", forged, packed((1, request), (2, state))),
             "outcomes": ("MeasurementDue", course, packed((1, course), (2, 2 ** 62 + 1)))}
    for node, tale in tales.items():
        copy(world, node)
        lose(world, node, "empty")
        world.stop("reporting")
        with begin(world, node) as running:
            eventually(lambda at=node: "kommune has told all it knows" in world.log(at), 30, "what kommune tells")
            world.query(node, "insert into recovery_item (sender, type, entity, body) values ('kommune', %s, %s, %s)", *tale)
            world.start("reporting", ready=False)
            assert "Some of it could not be applied" in running.communicate(timeout=60)[0]
        world.wait_ready(node)
        world.tokens.clear()
        assert world.query(node, "select sender, entity from recovery_item") == [("kommune", tale[1])]
        world.query(node, "delete from recovery_item")
    assert world.query("caseload", "select count(*) from course where id = %s", forged) == [(0,)]
    assert_all_agree(world)
