# SPDX-License-Identifier: EUPL-1.2
"""A newer registry comes to all daemons through the broker, and each cannot write it down, once: the old one stays in
force there, on the disk too, until it is offered again."""

import shutil

import pytest

from harness.system import eventually
from service.test_registry_live import change_registry

from books import NODES
from struck import Struck, closing_struck
from test_failures import FILES

ORIGIN = "kommune"  # its operator puts the file there
OTHERS = ("broker", *(node for node in NODES if node != ORIGIN))


class Apart(Struck):
    """Each node has a registry file of its own."""

    def registry(self, node):
        return self.place.registry if node == ORIGIN else self.place.dir / f"{node}.registry.json"

    def prepare(self):
        super().prepare()
        for node in OTHERS:
            own, conf = self.registry(node), self.place.conf(node)
            for ending in ("", ".sig"):
                shutil.copy(f"{self.place.registry}{ending}", f"{own}{ending}")
            conf.write_text(conf.read_text().replace(f"registry = {self.place.registry}\n", f"registry = {own}\n"))

    def behind(self):
        """Who does not have the newest on its disk."""
        newest = [self.registry(ORIGIN).read_bytes(), self.signatures(ORIGIN)]
        return [node for node in OTHERS if [self.registry(node).read_bytes(), self.signatures(node)] != newest]

    def signatures(self, node):
        path = self.registry(node)
        return path.with_name(f"{path.name}.sig").read_bytes()


@pytest.fixture(scope="module")
def system(cluster):
    with closing_struck(Apart(cluster)) as made:
        made.start()
        made.put_workers({"kommune": {}})
        yield made


def test_a_registry_that_cannot_be_written_down_is_taken_when_it_is_offered_again(system):
    failed = 0
    for call, nth in [(call, nth) for call in FILES for nth in (1, 2)]:  # signatures, registry
        for node in OTHERS:
            system.slots[node].arm(call, nth)
        change_registry(system, lambda content: None)
        eventually(lambda: not system.behind(), 30, f"that all have the newest, after {call} {nth}")
        for node in OTHERS:
            assert system.slots[node].struck(call), f"{node}, {call} {nth}"
            assert "cannot be replaced" in system.log(node), node
            system.slots[node].disarm()
            failed += 1
    print(f"\n{failed} failures to write a registry down at {len(OTHERS)} daemons")
    system.restart(*OTHERS)
    system.refer()
    system.settle()
