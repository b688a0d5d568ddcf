/* SPDX-License-Identifier: EUPL-1.2 */
/* What the operator's subcommands share: the node's settings and its database, running or not. */
#include "session.h"

#include <stdio.h>
#include <string.h>

#include "sql_udvej_look.h"
#include "sql_udvej_operator.h"

#define MEMORY ((size_t)16 * 1024 * 1024)

/* The answer in a column of a statement's only row. */
static enum err ask(struct session *s, const struct sql *sql, size_t column, bool *ret)
{
	struct db_rows rows;
	TRY(db_rows(s->db, s->arena, sql, &rows, NULL, ARG_TEXT("node", settings_get(s->settings, "node"))));
	*ret = strcmp(rows.cells[column], "t") == 0;
	return OK;
}

enum err session_node_runs(struct session *s, bool *ret)
{
	return ask(s, sql_look_fence, 0, ret);
}

enum err session_is_intake(struct session *s, bool *ret)
{
	return ask(s, sql_look_tables, 1, ret);
}

enum err session_open(struct session *s, const char *conf)
{
	*s = (struct session){ .arena = arena_new(MEMORY), .why = "" };
	TRY(daemon_settings(s->arena, conf, &s->settings, &s->why));
	TRY(db_open(s->arena, settings_get(s->settings, "database"), &s->db, &s->why));
	TRY(db_prepare(s->arena, s->db, &sql_set_udvej_look, &s->why));
	bool of_a_node = false;
	s->why = "";
	TRY(ask(s, sql_look_tables, 0, &of_a_node));
	if (!of_a_node) {
		s->why = arena_printf(s->arena, "the database of %s has no tables yet: the node makes them at its first start",
		                      settings_get(s->settings, "node"));
		return ERR_NOT_FOUND;
	}
	TRY(db_prepare(s->arena, s->db, &sql_set_udvej_operator, &s->why));
	s->why = "";
	return OK;
}

int session_close(struct session *s, enum err e)
{
	if (e != OK)
		fprintf(stderr, "udvej: %s\n", *s->why || !s->db ? s->why : db_error(s->db));
	db_close(s->db);
	arena_free(s->arena);
	return e == OK ? 0 : 1;
}

const char *session_option(int argc, char **argv, int first, const char *name)
{
	for (int i = first; i + 1 < argc; i += 2)
		if (strcmp(argv[i], name) == 0)
			return argv[i + 1];
	return NULL;
}
