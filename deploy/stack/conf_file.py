# SPDX-License-Identifier: EUPL-1.2
"""conf/NAME.conf: written, and written anew when settings change, as long as nobody else has changed the file.

conf/written.json remembers what was written last, so that a change by hand can be told from our own. Such a file is
never written again; where it can no longer work the start ends before anything has changed.
"""

import json
from pathlib import Path

from . import registry
from .errors import Trouble
from .place import write_private

LOCAL = ("127.0.0.1", "0.0.0.0", "localhost")  # where deploy/up finds a daemon
PATHS = ("registry", "partners", "keys", "keys_before", "share")
OURS = ("registry", "partners", "database", "database_owner")  # with those of another directory or port it is part of another system


def write(place, wanted):
    """Writes {name: settings} where that may be done. Returns a line for each file that should change and was not."""
    remarks, written = check(place, wanted), _written(place)
    changed = {name for name, settings in wanted.items() if _is_changed(place, name, settings, written)}
    keep = {name: name in changed and written.get(name) or [_text(settings)] for name, settings in wanted.items()}
    # Killed in between, both what was and what comes are known for ours.
    both = {name: list(dict.fromkeys([*written.get(name, []), *texts])) for name, texts in keep.items()}
    _remember(place, both)
    for name, settings in wanted.items():
        if name not in changed:
            write_private(place.conf(name), _text(settings))
            _proposal(place, name).unlink(missing_ok=True)
    _remember(place, keep)
    return remarks


def check(place, wanted):
    """The lines that write() returns; raises Trouble when a file that was changed by hand cannot work as it is."""
    written, members = _written(place), registry.members(place)
    remarks, hopeless = [], []
    for name, settings in wanted.items():
        if not _is_changed(place, name, settings, written):
            continue
        found, before = _read(place.conf(name).read_text()), _read((written.get(name) or [_text(settings)])[-1])
        stale = [key for key, value in settings.items() if value != before.get(key) and found.get(key) == before.get(key)]
        wrong = _wrong(found, settings, stale)
        _proposal(place, name).unlink(missing_ok=True)
        if stale or wrong:
            remarks.append(_remark(place, name, settings, list(dict.fromkeys([*wrong, *stale]))))
            hopeless += remarks[-1:] if wrong and name in members else []
    if hopeless:
        raise Trouble("\n".join(hopeless))
    return remarks


def _wrong(found, wanted, stale):
    """Settings with which the daemon would not start, or not be found."""
    wrong = [key for key in ("node", "http_port") if found.get(key) != wanted[key]]
    if found.get("http_host", LOCAL[0]) not in LOCAL:
        wrong.append("http_host")
    wrong += [key for key in PATHS if found.get(key) and not _is_there(found[key], wanted.get(key))]
    return wrong + [key for key in OURS if key in stale]


def _is_there(path, wanted):
    """What deploy/up itself is about to make is as good as there."""
    return path == wanted or Path(path).exists()


def _remark(place, name, settings, keys):
    """What to do, in one line; the values lie in a file, as one of them holds a password."""
    write_private(_proposal(place, name), _text(settings))
    conf = place.conf(name)
    return (f"{conf} was changed by hand and stays as it is: see to {', '.join(keys)} there"
            f" ({conf.name}.new beside it has what deploy/up would write)")


def _is_changed(place, name, settings, written):
    """Whether somebody else than deploy/up wrote the file that is there."""
    conf = place.conf(name)
    return conf.exists() and conf.read_text() not in (_text(settings), *written.get(name, ()))


def _text(settings):
    return "".join(f"{key} = {value}\n" for key, value in settings.items())


def _read(text):
    lines = [line.strip() for line in text.splitlines()]
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {key.strip(): value.strip() for key, _, value in pairs}


def _proposal(place, name):
    return place.conf(name).with_name(f"{name}.conf.new")


def _record(place):
    return place.dir / "conf" / "written.json"


def _written(place):
    """{name: texts}: what deploy/up has written, the last one last."""
    record = _record(place)
    return json.loads(record.read_text()) if record.exists() else {}


def _remember(place, texts):
    write_private(_record(place), json.dumps(texts, indent=1) + "\n")
