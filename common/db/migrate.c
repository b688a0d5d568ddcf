/* SPDX-License-Identifier: EUPL-1.2 */
/* Forward-only migrations, each in a transaction with the row that says it was done, all under an
 * advisory lock. The table of those rows is itself the first migration of this component. Must
 * never run on a database that a newer or another program has been at. */
#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "db/setup.h"
#include "sql_db.h"

static enum err apply(struct db *db, const char *component, const struct migration *step)
{
	char number[16], what[160];
	snprintf(number, sizeof number, "%u", step->number);
	snprintf(what, sizeof what, "migration %s %03u_%s", component, step->number, step->name);
	TRY(setup_ask(db, sql_db_begin, NULL));
	TRY(setup_ask(db, sql_db_migration_patience, NULL));
	TRY(setup_result(db, what, PQexec(db->conn, step->text)));
	TRY(setup_ask(db, sql_db_migration_add, (const char *const[]){ component, number, step->name }));
	FAULT_POINT(migration_unsent);
	enum err e = setup_ask(db, sql_db_commit, NULL);
	FAULT_POINT(migration_sent);
	return e;
}

/* How many of the steps the database has; they must be the first ones, by number and name. */
static enum err count_applied(struct db *db, const struct migrations *m, unsigned *ret)
{
	*ret = 0;
	TRY(setup_ask(db, sql_db_migration_known, NULL));
	if (!setup_is_true(db))
		return OK;
	TRY(setup_ask(db, sql_db_migration_list, (const char *const[]){ m->component }));
	unsigned n = (unsigned)PQntuples(db->kept);
	for (unsigned i = 0; i < n; i++) {
		const char *number = PQgetvalue(db->kept, (int)i, 0), *name = PQgetvalue(db->kept, (int)i, 1);
		char expected[16] = "";
		if (i < m->n)
			snprintf(expected, sizeof expected, "%u", m->steps[i].number);
		if (i >= m->n || strcmp(number, expected) != 0 || strcmp(name, m->steps[i].name) != 0)
			return error_note(db, ERR_CONFIG, "the database has migration %s %s_%s, which this program has not",
			                  m->component, number, name);
	}
	*ret = n;
	return OK;
}

static enum err migrate_component(struct db *db, const struct migrations *m)
{
	unsigned applied;
	TRY(count_applied(db, m, &applied));
	for (unsigned i = applied; i < m->n; i++)
		TRY(apply(db, m->component, &m->steps[i]));
	return OK;
}

static enum err migrate(struct db *db, const struct migrations *m)
{
	TRY(migrate_component(db, &migrations_db));
	return migrate_component(db, m);
}

enum err db_migrate(struct arena *a, struct db *db, const struct migrations *m, const char **why)
{
	TRY(setup_explain(a, db, setup_ask(db, sql_db_migration_lock, NULL), why));
	enum err e = setup_explain(a, db, migrate(db, m), why);
	if (db->lost)
		return e;
	if (e != OK) { /* the words of *why are kept by the arena */
		enum err undone = setup_ask(db, sql_db_rollback, NULL);
		(void)undone;
	}
	enum err unlocked = setup_explain(a, db, setup_ask(db, sql_db_migration_unlock, NULL), why);
	return e != OK ? e : unlocked;
}
