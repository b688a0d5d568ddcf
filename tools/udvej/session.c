/* SPDX-License-Identifier: EUPL-1.2 */
/* What the operator's subcommands share: the node's settings and its database, running or not. */
#include "session.h"

#include <stdio.h>
#include <string.h>

#include "sql_udvej_operator.h"

#define MEMORY ((size_t)16 * 1024 * 1024)

enum err session_open(struct session *s, const char *conf)
{
	*s = (struct session){ .arena = arena_new(MEMORY), .why = "out of memory" };
	if (!s->arena)
		return ERR_MEMORY;
	TRY(daemon_settings(s->arena, conf, &s->settings, &s->why));
	TRY(db_open(s->arena, settings_get(s->settings, "database"), &s->db, &s->why));
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

const char *option(int argc, char **argv, int first, const char *name)
{
	for (int i = first; i + 1 < argc; i += 2)
		if (strcmp(argv[i], name) == 0)
			return argv[i + 1];
	return NULL;
}
