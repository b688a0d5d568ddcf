# SPDX-License-Identifier: EUPL-1.2
"""Lower layers never include higher ones, services never include each other, the pure core knows no machinery."""

import re

import pytest

from tree import C, SOURCE, assert_none, at, line_of, of_kind, plant, text, without_comments

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)
# A layer may include itself and these.
BELOW = {
    "base": (),
    "shape": ("base",),
    "vocab": ("base", "shape"),
    "db": ("base", "shape", "vocab"),
    "http": ("base", "shape", "vocab"),
    "membership": ("base", "shape", "vocab"),
    "wire": ("base", "shape", "vocab", "membership"),
    "engine": ("base", "shape", "vocab", "db", "membership"),
    "delivery": ("base", "shape", "vocab", "db", "membership", "wire", "engine"),
    "recovery": ("base", "shape", "vocab", "db", "membership", "wire", "engine", "delivery"),
    "serving": ("base", "shape", "vocab", "db", "http", "membership", "engine"),
}
BELOW["daemon"] = tuple(BELOW)
EVERYTHING = tuple(BELOW)
CORE_BELOW = ("base", "shape", "vocab")
# A library belongs to one layer; the others go through that layer.
LIBRARY_OF = {"libpq-fe.h": "db", "microhttpd.h": "http"}
NOT_IN_CORE = ("libpq-fe.h", "zmq.h", "microhttpd.h", "jansson.h", "time.h", "sys/time.h", "sys/socket.h")


def findings(root):
    found = []
    for path in of_kind(root, *C, under=("common/", "services/", "tools/")):
        content = without_comments(text(path))
        for match in INCLUDE.finditer(content):
            problem = judge(path.relative_to(root).parts, *match.groups())
            if problem:
                found.append(at(root, path, line_of(content, match.start(2)), problem))
    return found


def judge(parts, quote, header):
    """What is wrong with this include in the file of these path parts, or None."""
    place, own = parts[0], parts[1]
    core = place == "services" and len(parts) > 3 and parts[2] == "core"
    if quote == "<":
        return judge_library(own if place == "common" else place, core, header)
    if header.endswith(".pb-c.h"):
        return "base knows no messages" if own == "base" else None
    if header.startswith("sql_"):
        allowed = (header == f"sql_{own}.h" or header.startswith(f"sql_{own}_")) and not core
        return None if allowed else f"{header}: statements belong to the component that owns them"
    if "/" not in header:
        if place == "tools":
            return None  # a tool is one folder, not a layer
        return f'"{header}": write includes as "layer/file.h"'
    layer = header.split("/")[0]
    if layer == own:
        if core and not header.startswith(f"{own}/core/"):
            return f"the pure core includes {header}"
        return None
    below = BELOW.get(own, ()) if place == "common" else CORE_BELOW if core else EVERYTHING
    return None if layer in below else f"{'/'.join(parts[:2])} may not include {header}"


def judge_library(layer, core, header):
    if core and header in NOT_IN_CORE:
        return f"the pure core includes <{header}>"
    owner = LIBRARY_OF.get(header)
    return f"<{header}> belongs to common/{owner}" if owner not in (None, layer) else None


def test_lower_layers_never_include_higher_ones():
    assert_none(findings(SOURCE))


@pytest.mark.parametrize(
    ("path", "include"),
    [
        ("common/base/a.c", '"db/db.h"'),
        ("common/base/a.c", '"api.pb-c.h"'),
        ("common/shape/a.c", '"vocab/date.h"'),
        ("common/db/a.h", '"http/http.h"'),
        ("common/wire/a.c", '"daemon/daemon.h"'),
        ("common/engine/a.h", '"delivery/delivery.h"'),
        ("common/engine/a.c", '"http/http.h"'),
        ("common/delivery/a.c", '"recovery/recovery.h"'),
        ("common/delivery/a.c", '"sql_recovery.h"'),
        ("common/serving/a.c", '"delivery/delivery.h"'),
        ("common/recovery/a.c", '"serving/route.h"'),
        ("common/daemon/a.c", '"intake/citizen.h"'),
        ("services/intake/a.c", '"caseload/core/place.h"'),
        ("services/intake/core/a.c", '"db/db.h"'),
        ("services/intake/core/a.c", '"intake/citizen.h"'),
        ("services/intake/core/a.c", "<time.h>"),
        ("services/intake/a.c", "<libpq-fe.h>"),
        ("services/intake/a.c", '"sql_caseload.h"'),
        ("services/intake/a.c", '"citizen.h"'),
    ],
)
def test_an_include_upwards_is_found(tmp_path, path, include):
    plant(tmp_path, {path: f"/* one */\n  #  include {include}\n"})
    assert [finding.rsplit(": ")[0].startswith(f"{path}:2") for finding in findings(tmp_path)] == [True]


def test_an_include_downwards_is_not_reported(tmp_path):
    plant(tmp_path, {
        "services/intake/a.c": '#include <stdio.h>\n#include "daemon/daemon.h"\n#include "intake/core/age.h"\n',
        "services/intake/core/age.c": '#include "vocab/date.h"\n/* #include "db/db.h" */\n',
        "common/db/db.c": '#include <libpq-fe.h>\n#include "base/arena.h"\n',
    })
    assert findings(tmp_path) == []
