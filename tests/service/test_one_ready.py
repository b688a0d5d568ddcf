# SPDX-License-Identifier: EUPL-1.2
"""A daemon by itself: it needs nobody else to be ready and to end well."""

import pytest

from stack.place import NODES


@pytest.mark.parametrize("node", [name for name in NODES if name not in ("livarehab", "kommune")])
def test_daemon_is_ready_by_itself_and_ends_when_asked(make_system, node):
    make_system(node).start()
