# SPDX-License-Identifier: EUPL-1.2
"""A daemon started by root keeps the user id (its files are root's) but none of root's powers."""

import functools
import os
import subprocess

NO_POWERS = ("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs", "--")
# A source tree in somebody's private home can only be reached by overriding permissions.
ONLY_READING = ("setpriv", "--bounding-set=-all,+dac_override", "--inh-caps=-all", "--no-new-privs", "--")


@functools.cache
def prefix(program, conf):
    """Words to put before a daemon's command line: the strictest that still lets it read its files."""
    if os.geteuid() != 0:
        return ()
    for words in (NO_POWERS, ONLY_READING):
        try:
            probe = ["sh", "-c", 'test -x "$1" && test -r "$2"', "sh", program, conf]
            if subprocess.run([*words, *probe], stderr=subprocess.DEVNULL, check=False).returncode == 0:
                return words
        except OSError:
            break
    return ()
