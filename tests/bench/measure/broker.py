# SPDX-License-Identifier: EUPL-1.2
"""The broker against a bare libzmq ROUTER with CURVE: the same ends, frames and window, two pairs of processes."""

import json
import os
import statistics
import subprocess
import time

SIZES = (256, 65536)
PAIRS = (("reden", "caseload"), ("livarehab", "reporting"))
BARE_PORT = 15  # counted from the port base


class Bench:
    def __init__(self, world):
        self.world, self.place = world, world.place
        self.program = str(self.place.bin / "bench_relay")
        self.children = []

    def keys(self, name):
        secret = json.loads(self.place.keys(name).read_text())
        public = json.loads((self.place.dir / "keys" / f"{name}.public.json").read_text())
        return public["curve"], secret["curve_secret"]

    def spawn(self, words, owner, bare):
        public, secret = self.keys(owner)
        env = {**os.environ, "BENCH_SERVER": self.keys("broker")[0], "BENCH_PUBLIC": public, "BENCH_SECRET": secret}
        if bare:
            env["BENCH_BARE"] = "1"
        child = subprocess.Popen([self.program, *map(str, words)], env=env, stdout=subprocess.PIPE, text=True)
        self.children.append(child)
        return child

    def run(self, bare, size, seconds):
        """Messages a second through the one in the middle, both pairs together."""
        endpoint = self.place.endpoint("broker")
        if bare:
            endpoint = f"tcp://127.0.0.1:{self.place.port_base + BARE_PORT}"
        try:
            if bare:
                self.spawn(["router", endpoint], "broker", bare)
            else:
                self.world.start("broker")
            for _, to in PAIRS:
                self.spawn(["sink", endpoint, to], to, bare)
            time.sleep(0.5)
            sources = [self.spawn(["source", endpoint, name, to, size, seconds], name, bare) for name, to in PAIRS]
            return sum(rate_of(child.communicate(timeout=seconds + 60)[0]) for child in sources)
        finally:
            self.end()
            self.world.stop()

    def end(self):
        for child in self.children:
            if child.poll() is None:
                child.kill()
            child.wait()
        self.children = []


def rate_of(printed):
    if not printed:
        raise RuntimeError("bench_relay failed")
    messages, seconds, refused = printed.split()
    if int(refused) > int(messages) / 1000:
        raise RuntimeError(f"{refused} messages were refused")
    return int(messages) / float(seconds)


def measure(world, seconds, rounds):
    """{bytes: (udvej, bare)} in messages a second, each the median of rounds that alternate."""
    world.stop()
    bench, found = Bench(world), {}
    for size in SIZES:
        pairs = [(bench.run(False, size, seconds), bench.run(True, size, seconds)) for _ in range(rounds)]
        found[size] = tuple(statistics.median(column) for column in zip(*pairs, strict=True))
    return found
