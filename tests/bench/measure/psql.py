# SPDX-License-Identifier: EUPL-1.2
"""One psql that stays: asking it costs the server a query, not a connection and a process."""

import os
import subprocess

END = "-- end of answer --"


class Psql:
    def __init__(self, conninfo):
        words = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", conninfo]
        env = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
        self.child = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env)

    def rows(self, sql):
        """The rows of one statement, as tuples of text."""
        self.child.stdin.write(f"{sql};\n\\echo {END}\n")
        self.child.stdin.flush()
        found = []
        for line in self.child.stdout:
            if line == END + "\n":
                return found
            found.append(tuple(line.rstrip("\n").split("|")))
        raise RuntimeError(f"psql ended at: {sql}")

    def one(self, sql):
        return int(self.rows(sql)[0][0])

    def close(self):
        self.child.stdin.close()
        self.child.wait()
