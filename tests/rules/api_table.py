# SPDX-License-Identifier: EUPL-1.2
"""What the source says of the HTTP APIs: messages of the .proto files, code lists, routes and rules of fields.

Read with regular expressions: the tables are written in one style, and a test counts what they must find.
"""

import re
from dataclasses import dataclass

from tree import without_comments

WORD = re.compile(r"[A-Za-z_]\w*")


def camel(name):
    """The name of a proto field in JSON."""
    return re.sub(r"_(\w)", lambda match: match[1].upper(), name)


# --- .proto ---

FIELD = re.compile(r"(?P<repeated>repeated )?(?P<type>map<string, \w+>|\w+) (?P<name>\w+) = \d+;")


def proto_messages(*paths):
    """{message: {JSON name: type}}; a list is "[type]", a map "{type}"."""
    found = {}
    for path in paths:
        text = re.sub(r"//[^\n]*", "", path.read_text())
        for name, body in re.findall(r"^message (\w+) \{(.*?)^\}", text, re.MULTILINE | re.DOTALL):
            found[name] = {camel(field["name"]): proto_type(field) for field in FIELD.finditer(body)}
            assert len(found[name]) == body.count("="), f"{path.name}: a field of {name} is not understood"
    return found


def proto_type(field):
    if field["type"].startswith("map<"):
        return "{" + field["type"][len("map<string, "):-1] + "}"
    return f"[{field['type']}]" if field["repeated"] else field["type"]


# --- code lists (common/vocab/code.c) ---


def code_lists(path):
    """{list: [codes]} of the lists that stand in the file itself."""
    rows = re.findall(r"static const struct code (\w+)\[\] = \{(.*?)\n\};", path.read_text(), re.DOTALL)
    return {name.replace("_", "-"): re.findall(r'\{ "([^"]+)"', body) for name, body in rows}


# --- routes and rules (services/*/main.c) ---


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    roles: frozenset
    query: frozenset
    body: str  # message; "" when it takes none
    rules: tuple


def role_names(path):
    """{ROLE_LEAD: "lead"} of common/daemon/role.c."""
    return dict(re.findall(r'\{ (ROLE_\w+), "([^"]+)" \}', path.read_text()))


def roles_of(expression, macros, names):
    """The names of the roles of a C expression; none for ROLE_ANYONE."""
    found = set()
    for word in WORD.findall(expression):
        if word in macros:
            found |= roles_of(macros[word], macros, names)
        elif word != "ROLE_ANYONE":
            found.add(names[word])
    return frozenset(found)


def string_list(text):
    return frozenset(re.findall(r'"([^"]*)"', text))


def rows_of(text, table):
    """The initialisers of a table of structs, as texts."""
    body = re.search(r"const struct route " + table + r"\[\] = \{(.*?)^\};", text, re.MULTILINE | re.DOTALL)[1]
    rows, depth, begin = [], 0, 0
    for at, letter in enumerate(body):
        if letter == "{":
            begin = at if depth == 0 else begin
            depth += 1
        elif letter == "}":
            depth -= 1
            if depth == 0:
                rows.append(body[begin:at + 1])
    return rows


def routes_of(path, headers, names, table="routes"):
    """The routes of a service's main.c. `headers`: files with the role macros it uses."""
    text = without_comments(path.read_text())
    defining = "\n".join([text, *(header.read_text() for header in headers)])
    macros = dict(re.findall(r"^#define (\w+) (\(ROLE.*\))$", defining, re.MULTILINE))
    queries = {name: string_list(items) for name, items in re.findall(r"(\w+)\[\] = \{([^{}]*NULL) \};", text)}
    rules = field_rules(text)
    return [route_of(row, macros, names, queries, rules) for row in rows_of(text, table)]


def route_of(row, macros, names, queries, rules):
    method, path = re.search(r'"(GET|POST|PUT|DELETE)"', row)[1], re.search(r'"(/[^"]*)"', row)[1]
    after = row[row.index(f'"{path}"') + len(path) + 3:]
    roles = re.match(r"\s*(?:\.roles = )?(\w[\w| ]*)", after)[1]
    body = re.search(r"&(\w+)__descriptor", row)
    query = re.search(r"\.query = (?:(\w+)|\([^)]*\)\{([^}]*)\})", row)
    table = re.search(r"RULES\((\w+)\)", row)
    return Route(
        method, path, roles_of(roles, macros, names),
        frozenset() if not query else queries[query[1]] if query[1] else string_list(query[2]),
        "".join(word.capitalize() for word in body[1].split("_")) if body else "",
        rules[table[1]] if table else (),
    )


RULE = re.compile(r'\{ "([\w.]+)", RULE_(\w+)(?:, "([\w-]+)")?((?:, \.\w+ = \d+)*) \}')


def field_rules(text):
    """{table: ((field, kind, codes, {min, max}), ...)}; the macro of the citizen's rules is put in."""
    joined = text.replace("\\\n", " ")
    shared = dict(re.findall(r"^#define (RULES_OF_\w+)\s+(.*)$", joined, re.MULTILINE))
    found = {}
    for name, body in re.findall(r"const struct rule (\w+)\[\] = \{(.*?)^\};", joined, re.MULTILINE | re.DOTALL):
        for macro, rows in shared.items():
            body = body.replace(macro, rows)
        body = re.sub(r"\s+", " ", body)
        found[name] = tuple(
            (field, kind, codes, {key: int(value) for key, value in re.findall(r"\.(\w+) = (\d+)", limits)})
            for field, kind, codes, limits in RULE.findall(body)
        )
        assert len(found[name]) == body.count("RULE_"), f"a rule of {name} is not understood"
    return found
