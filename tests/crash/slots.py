# SPDX-License-Identifier: EUPL-1.2
"""The places of common/base/fault.h in one daemon: how often each was passed, and at which passing to strike."""

import mmap
import re
import struct
import time

from harness import SOURCE

SLOT = struct.Struct("=32sQQ")  # as in common/base/fault.c


def table(name):
    """The names of a table of fault.h, in its order."""
    text = (SOURCE / "common" / "base" / "fault.h").read_text()
    body = re.search(rf"#define {name}\(ROW\)(.*?[^\\])\n", text, re.DOTALL).group(1)
    return re.findall(r"ROW\((\w+)\)", body)


POINTS, CALLS = table("FAULT_POINTS"), table("FAULT_CALLS")


class Slots:
    """The file that a daemon maps as well: what is armed here strikes in the running daemon."""

    def __init__(self, path):
        self.path, self.map, self.at = path, None, {}
        path.touch(mode=0o600)

    def open(self):
        """After the daemon has made its slots."""
        if self.map is None:
            with open(self.path, "r+b") as file:
                self.map = mmap.mmap(file.fileno(), 0)
            for offset in range(0, len(self.map), SLOT.size):
                self.at[SLOT.unpack_from(self.map, offset)[0].rstrip(b"\0").decode()] = offset
        return self

    def passed(self, name):
        return SLOT.unpack_from(self.open().map, self.at[name])[1]

    def all_passed(self):
        return {name: self.passed(name) for name in self.open().at}

    def arm(self, name, nth=1):
        """Strikes at the nth passing from now."""
        struct.pack_into("=Q", self.open().map, self.at[name] + SLOT.size - 8, self.passed(name) + nth)

    def struck(self, name, within=0):
        """Whether it has struck there since it was armed, or does within these seconds."""
        deadline = time.monotonic() + within
        while True:
            _, passed, strike_at = SLOT.unpack_from(self.open().map, self.at[name])
            if 0 < strike_at <= passed:
                return True
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.01)

    def disarm(self):
        for offset in self.at.values():
            struct.pack_into("=Q", self.map, offset + SLOT.size - 8, 0)
