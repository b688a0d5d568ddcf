# SPDX-License-Identifier: EUPL-1.2
"""Tokens of people and systems, and DIR/env: the shell file with what a program needs to talk to this system."""

import shlex
from dataclasses import dataclass

from . import api
from .config import database_addresses, owner_addresses
from .keys import udvej
from .place import NODES, ORGANISATIONS, write_private


@dataclass(frozen=True)
class Account:
    organisation: str
    variable: str  # UDVEJ_<ORGANISATION>_<variable>
    role: str
    name: str
    worker: str = ""  # id in deploy/setup/workers.json: the worker this person is


ACCOUNTS = (
    Account("reden", "TOKEN", "system", "Danjournal"),
    Account("reden", "STAFF_TOKEN", "worker", "Ioana Munk", worker="one-to-one-2"),
    Account("reden", "COLLEAGUE_TOKEN", "worker", "Maja Holm", worker="one-to-one-1"),
    Account("reden", "LEAD_TOKEN", "lead", "Birgitte Lund"),
    Account("reden", "AUDITOR_TOKEN", "auditor", "Pia Skov"),
    Account("livarehab", "TOKEN", "system", "LivaRehab journal"),
    Account("livarehab", "STAFF_TOKEN", "worker", "Signe Dahl", worker="job-coach-1"),
    Account("livarehab", "COLLEAGUE_TOKEN", "worker", "Jonas Bech", worker="job-coach-2"),
    Account("livarehab", "LEAD_TOKEN", "lead", "Henriette Bruun"),
    Account("livarehab", "AUDITOR_TOKEN", "auditor", "Ulla Krogh"),
    Account("kommune", "TOKEN", "system", "Kommunens sagssystem"),
    Account("kommune", "STAFF_TOKEN", "worker", "Kanya Srisuk", worker="cti-2"),
    Account("kommune", "COLLEAGUE_TOKEN", "worker", "Anders Friis", worker="cti-1"),
    Account("kommune", "LEAD_TOKEN", "lead", "Karen Winther"),
    Account("kommune", "AUDITOR_TOKEN", "auditor", "Erik Toft"),
    Account("kommune", "COORDINATOR_TOKEN", "coordinator", "Louise Kjær"),
    Account("kommune", "PROJECT_LEAD_TOKEN", "project lead", "Thomas Riis"),
)


def variable(node, what):
    return f"UDVEJ_{node.upper()}_{what}"


def make_token(place, organisation, role, name, worker=""):
    """A bearer token, made in the intake node's own database by the command-line tool."""
    words = ["--conf", place.conf(organisation), "--role", role, "--name", name]
    return udvej(place, "token", *words, *(["--worker", worker] if worker else []))


def make_accounts(place, cluster, out=()):
    """Makes the tokens that are missing and writes DIR/env. Organisations whose node is `out` keep what they
    have."""
    known = read_env(place)
    values = {}
    for name, node in NODES.items():
        if node.role in ("intake", "reporting"):
            values[variable(name, "URL")] = place.url(name)
    for account in ACCOUNTS:
        key = variable(account.organisation, account.variable)
        values[key] = known.get(key, "")
        if not values[key] and account.organisation not in out:
            values[key] = make_token(place, account.organisation, account.role, account.name, account.worker)
    values[variable("reporting", "TOKEN")] = known.get(variable("reporting", "TOKEN"), "")
    for what, addresses in (("DB", database_addresses), ("OWNER_DB", owner_addresses)):
        values |= {variable(name, what): address for name, address in addresses(place, cluster).items()}
    write_env(place, values)
    return values


def renew_statement(place):
    """A fresh statement of the kommune's intake node for the reporting service, written into DIR/env."""
    values = read_env(place)
    statement = ask_statement(place.url("kommune"), values[variable("kommune", "PROJECT_LEAD_TOKEN")])
    write_env(place, {**values, variable("reporting", "TOKEN"): statement})


def ask_statement(url, token):
    return api.call(url, token, "POST", "/api/v1/statements")["statement"]


def read_env(place):
    if not place.env.exists():
        return {}
    pairs = (word.split("=", 1) for word in shlex.split(place.env.read_text(), comments=True) if "=" in word)
    return dict(pairs)


def write_env(place, values):
    assert set(variable(one, "TOKEN") for one in ORGANISATIONS) <= set(values)
    lines = ["# Read it with: . " + shlex.quote(str(place.env))]
    lines += [f"export {key}={shlex.quote(value)}" for key, value in values.items()]
    write_private(place.env, "\n".join(lines) + "\n")
