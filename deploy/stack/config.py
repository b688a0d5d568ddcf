# SPDX-License-Identifier: EUPL-1.2
"""The configuration file of each daemon, and the database passwords in them. Rewritten at each start."""

import json
import secrets

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
    """Writes conf/NAME.conf for every node; `extra` are further settings for all that have a database."""
    addresses = database_addresses(place, cluster)
    for name, node in place.nodes.items():
        settings = {
            "node": name,
            "registry": place.registry,
            "partners": place.partners,
            "keys": place.keys(name),
            "http_host": "127.0.0.1",
            "http_port": place.port(name),
        }
        if node.has_database:
            settings |= {"database": addresses[name], "share": SOURCE, "clock_offset_days": 0, **extra}
        lines = [f"{key} = {value}" for key, value in settings.items()]
        write_private(place.conf(name), "\n".join(lines) + "\n")
