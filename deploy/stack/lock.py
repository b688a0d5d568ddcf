# SPDX-License-Identifier: EUPL-1.2
"""One at a time: deploy/up, deploy/down and the supervisor's writing in one directory."""

import contextlib
import fcntl


def _lock_file(place):
    return open(place.run / "lock", "w")


@contextlib.contextmanager
def only_one(place):
    """Waits until nobody else has the directory."""
    with _lock_file(place) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def only_one_now(place):
    """Gives True when nobody else has the directory, else False at once."""
    with _lock_file(place) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
