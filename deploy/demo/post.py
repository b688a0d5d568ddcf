# SPDX-License-Identifier: EUPL-1.2
"""Posts the events of a plan over the HTTP API, several at a time, each after those it must wait for.

Every request carries an Idempotency-Key made from its event: whatever was lost on the way is sent again, and a load
that is started again goes on where it stopped. Nothing here decides what is posted.
"""

import heapq
import threading
import time

from .client import Client, Trouble
from .event import CLOSE, ENQUIRE, ENROL, MEASURE, REFER, SET_UP

PATHS = {
    SET_UP: "/api/v1/workers/{name}",
    ENQUIRE: "/api/v1/enquiries",
    REFER: "/api/v1/referrals",
    ENROL: "/api/v1/courses/{course}/enrol",
    MEASURE: "/api/v1/courses/{course}/measurements",
    CLOSE: "/api/v1/courses/{course}/close",
}
ENROLMENT_WITHIN = 60  # seconds


class Post:
    """The work of one load. `access`: {organisation: (url, system token, lead token)}."""

    def __init__(self, access, events, prefix):
        self.access, self.events, self.prefix = access, events, prefix
        self.courses = {}  # name of a course -> its id at the provider
        self.waiting = [len(one.after) for one in events]
        self.followers = [[] for _ in events]
        for index, one in enumerate(events):
            for earlier in one.after:
                self.followers[earlier].append(index)
        self.ready = [index for index, count in enumerate(self.waiting) if count == 0]
        self.done, self.trouble = 0, None
        self.changed = threading.Condition()

    # --- several at a time ---

    def run(self, workers, look):
        """Posts everything; calls look(done) now and then. Raises the first Trouble."""
        heapq.heapify(self.ready)
        threads = [threading.Thread(target=self._work, daemon=True) for _ in range(workers)]
        for one in threads:
            one.start()
        try:
            while any(one.is_alive() for one in threads):
                look(self.done)
                time.sleep(0.1)
        except BaseException as interruption:
            self._stop(interruption)
            raise
        look(self.done)
        if self.trouble:
            raise self.trouble

    def _work(self):
        clients = {name: Client(*rest) for name, rest in self.access.items()}
        while (index := self._next()) is not None:
            try:
                self._send(clients, self.events[index])
            except Exception as trouble:  # noqa: BLE001 - it is raised again where the load was asked for
                return self._stop(trouble)
            self._finish(index)
        return None

    def _next(self):
        with self.changed:
            self.changed.wait_for(lambda: self.ready or self.trouble or self.done == len(self.events))
            return None if self.trouble or not self.ready else heapq.heappop(self.ready)

    def _finish(self, index):
        with self.changed:
            self.done += 1
            for follower in self.followers[index]:
                self.waiting[follower] -= 1
                if self.waiting[follower] == 0:
                    heapq.heappush(self.ready, follower)
            self.changed.notify_all()

    def _stop(self, trouble):
        with self.changed:
            self.trouble = self.trouble or trouble
            self.changed.notify_all()

    # --- one request ---

    def _send(self, clients, event):
        client = clients[event.at]
        path = PATHS[event.kind].format(name=event.name, course=self.courses.get(event.name))
        if event.entered:
            self._await_enrolment(client, event)
        try:
            answer = client.command("PUT" if event.kind == SET_UP else "POST", path, event.body,
                                    key=f"{self.prefix}/{event.key}", lead=event.kind == SET_UP)
        except Trouble as trouble:
            raise Trouble(f"{event.key} of {event.on}: {trouble}") from None
        if event.kind == REFER:
            self.courses[event.name] = self._course_of(clients, event, answer)

    def _course_of(self, clients, event, referral):
        """The id of the course at its provider, where a referral to another organisation has the sender's id."""
        if event.owner:
            referral = clients[event.owner].get(f"/api/v1/referrals/{referral['id']}")
        if referral.get("courseState") == "waiting" or not referral.get("courseId"):
            raise Trouble(f"{event.key} of {event.on}: {event.programme} has no place: {referral.get('reason')}")
        return referral["courseId"]

    def _await_enrolment(self, client, event):
        """The star enrols by way of outcomes and caseload: a close must not overtake it."""
        deadline = time.monotonic() + ENROLMENT_WITHIN
        while True:
            course = client.get(f"/api/v1/courses/{self.courses[event.name]}")
            if course["state"] in ("enrolled", "closed"):
                return
            if time.monotonic() > deadline:
                raise Trouble(f"{event.key} of {event.on}: the course is still {course['state']}: {course.get('reason')}")
            time.sleep(0.05)
