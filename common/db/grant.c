/* SPDX-License-Identifier: EUPL-1.2 */
/* Two roles: the owner makes the tables, the daemon's only uses them. What is done as the owner at each start, in a
 * session of its own, and the check that the daemon's role can do no more than it should. Must never leave the owner's
 * session open: while a daemon works, nothing in it may change a table, or what is only ever added to. */
#include <string.h>

#include "db/setup.h"
#include "sql_db.h"

struct grant {
	struct arena *arena;
	const struct db_owner *by;
	struct db *db, *owner;
	const char *append_only; /* as an array */
};

static enum err ask_owner(struct grant *g, const struct sql *sql, const char *const *values, const char **why)
{
	return setup_explain(g->arena, g->owner, setup_ask(g->owner, sql, values), why);
}

static enum err refuse_owner(struct grant *g, const char *rule, const char **why)
{
	*why = arena_printf(g->arena, "%s, %s", PQuser(g->owner->conn), rule);
	return ERR_CONFIG;
}

static enum err open_owner(struct grant *g, const char **why)
{
	TRY(db_open(g->arena, g->by->conninfo, &g->owner, why));
	if (strcmp(PQuser(g->db->conn), PQuser(g->owner->conn)) == 0)
		return refuse_owner(g, "is the role of `database` too, and must be another one", why);
	TRY(setup_explain(g->arena, g->db, setup_ask(g->db, sql_db_backend, NULL), why));
	const char *backend = arena_strdup(g->arena, PQgetvalue(g->db->kept, 0, 0));
	TRY(ask_owner(g, sql_db_holds_fence, (const char *const[]){ backend }, why));
	if (!setup_is_true(g->owner))
		return refuse_owner(g, "is led to another database than `database`", why);
	TRY(ask_owner(g, sql_db_migration_lock, NULL, why)); /* until the session ends */
	return ask_owner(g, sql_db_close_schema, NULL, why);
}

static enum err make_and_give(struct grant *g, const char **why)
{
	for (size_t i = 0; i < g->by->n_migrations; i++)
		TRY(db_migrate(g->arena, g->owner, g->by->migrations[i], why));
	TRY(ask_owner(g, sql_db_grant_to, (const char *const[]){ PQuser(g->db->conn), g->append_only }, why));
	return ask_owner(g, sql_db_grant, NULL, why);
}

/* What an operator has to see to, when the owner cannot do its part. */
static enum err explain_owner(struct grant *g, enum err e, const char **why)
{
	if (e != OK)
		*why = arena_printf(g->arena,
		                    "the role of `database_owner` has to connect at each start, and to own all that is in the "
		                    "database: %s (deploy/RUNBOOK.md, Database roles)",
		                    *why);
	return e;
}

static enum err check_role(struct grant *g, const char *append_only, const char **why)
{
	const char *const values[] = { append_only, PQuser(g->owner->conn) };
	TRY(setup_explain(g->arena, g->db, setup_ask(g->db, sql_db_role_fault, values), why));
	if (PQntuples(g->db->kept) == 0)
		return OK;
	*why = arena_printf(g->arena, "the role of `database`, %s, %s: %s (deploy/RUNBOOK.md, Database roles)",
	                    PQuser(g->db->conn), PQgetvalue(g->db->kept, 0, 0), PQgetvalue(g->db->kept, 0, 1));
	return ERR_CONFIG;
}

static enum err run(struct grant *g, const char **why)
{
	TRY(explain_owner(g, open_owner(g, why), why));
	TRY(check_role(g, array_write(g->arena, NULL, 0), why)); /* tables that are only added to may not be closed yet */
	TRY(explain_owner(g, make_and_give(g, why), why));
	return check_role(g, g->append_only, why);
}

enum err db_grant(struct arena *a, struct db *db, const struct db_owner *o, const char **why)
{
	struct grant g = { .arena = a, .by = o, .db = db };
	g.append_only = array_write(a, o->append_only, o->n_append_only);
	enum err e = run(&g, why);
	db_close(g.owner);
	return e;
}
