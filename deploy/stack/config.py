# SPDX-License-Identifier: EUPL-1.2
"""The settings of each daemon, and the database passwords in them."""

import json
import secrets

from . import conf_file
from .place import SOURCE, write_private


def passwords(place):
    """One for each database, made once: {node: password}."""
    file = place.dir / "conf" / "passwords.json"
    known = json.loads(file.read_text()) if file.exists() else {}
    missing = [name for name, node in place.nodes.items() if node.has_database and name not in known]
    if missing:
        known |= {name: secrets.token_urlsafe(24) for name in missing}
        write_private(file, json.dumps(known, indent=2) + "\n")
    return known


def database_addresses(place, cluster):
    """{node: conninfo}, as the daemons and psql take it."""
    return {name: cluster.conninfo(place.database(name), secret) for name, secret in passwords(place).items()}


def make_databases(place, cluster, names=None):
    """Role and database of each of these nodes that has one; of all without names."""
    known = passwords(place)
    cluster.make_databases({place.database(name): known[name] for name in names or known if name in known})


def write_configs(place, cluster, **extra):
    """Writes conf/NAME.conf for every node; `extra` are further settings for all that have a database. A file that
    somebody else has changed stays as it is. Returns a line for each that would have to change."""
    wanted = {name: _settings(place, cluster, name, extra) for name in place.nodes}
    return conf_file.write(place, wanted)


def check_configs(place, cluster):
    """Raises Trouble when write_configs() would, and writes no file of settings."""
    conf_file.check(place, {name: _settings(place, cluster, name, {}) for name in place.nodes})


def _settings(place, cluster, name, extra):
    settings = {
        "node": name,
        "registry": place.registry,
        "partners": place.partners,
        "keys": place.keys(name),
        "http_host": "127.0.0.1",
        "http_port": place.port(name),
    }
    if place.nodes[name].has_database:
        address = database_addresses(place, cluster)[name]
        settings |= {"database": address, "share": SOURCE, "clock_offset_days": 0, **extra}
    return {key: str(value) for key, value in settings.items()}
