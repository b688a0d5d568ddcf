# SPDX-License-Identifier: EUPL-1.2
"""The settings of each daemon, and the passwords of its two database roles in them."""

import json
import secrets

from . import conf_file
from .cluster import owner_of
from .place import SOURCE, write_private


def passwords(place):
    """Two for each database, made once: {node: the daemon's password, owner_of(node): the owner's}."""
    file = place.dir / "conf" / "passwords.json"
    known = json.loads(file.read_text()) if file.exists() else {}
    nodes = [name for name, node in place.nodes.items() if node.has_database]
    missing = [role for name in nodes for role in (name, owner_of(name)) if role not in known]
    if missing:
        known |= {name: secrets.token_urlsafe(24) for name in missing}
        write_private(file, json.dumps(known, indent=2) + "\n")
    return known


def database_addresses(place, cluster):
    """{node: conninfo}, as the daemons and psql take it."""
    return {name: cluster.conninfo(place.database(name), secret) for name, (secret, _) in pairs(place).items()}


def owner_addresses(place, cluster):
    """{node: conninfo} of the role that owns the database."""
    databases = {name: place.database(name) for name in place.nodes}
    return {name: cluster.conninfo(databases[name], secret, owner_of(databases[name]))
            for name, (_, secret) in pairs(place).items()}


def pairs(place):
    """{node: (the daemon's password, the owner's)}"""
    known = passwords(place)
    return {name: (known[name], known[owner_of(name)]) for name, node in place.nodes.items() if node.has_database}


def make_databases(place, cluster, names=None):
    """Roles and database of each of these nodes that has one; of all without names."""
    known = pairs(place)
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
        address, owner = (find(place, cluster)[name] for find in (database_addresses, owner_addresses))
        settings |= {"database": address, "database_owner": owner, "share": SOURCE, "clock_offset_days": 0, **extra}
    return {key: str(value) for key, value in settings.items()}
