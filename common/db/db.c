/* SPDX-License-Identifier: EUPL-1.2 */
/* A connection from its opening to its end: session settings, the check that the server is durable,
 * prepared statements, the fence of the node, and all of that again after a loss. Set-up works
 * outside of pipeline mode, a round trip each. Must never open a connection that may lose a commit. */
#include "db/db.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "db/setup.h"
#include "sql_db.h"

/* A fence that our own lost connection held goes when the server notices; soon, if the server lives. */
#define FENCE_TRIES 100
#define FENCE_WAIT_NS 20000000L

enum err setup_result(struct db *db, const char *what, PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);
	PQclear(db->kept);
	db->kept = result;
	if (PQstatus(db->conn) == CONNECTION_BAD)
		return error_lost(db, what);
	if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY)
		return OK;
	return error_of_result(db, what, result);
}

enum err setup_ask(struct db *db, const struct sql *sql, const char *const *values)
{
	TRY(pipeline_leave(db));
	return setup_result(db, sql->name,
	                    PQexecParams(db->conn, sql->text, (int)sql->n_params, NULL, values, NULL, NULL, 0));
}

bool setup_is_true(const struct db *db)
{
	return PQntuples(db->kept) == 1 && strcmp(PQgetvalue(db->kept, 0, 0), "t") == 0;
}

/* Libraries never log, and a notice may quote a row. */
static void ignore_notice(void *unused, const PGresult *result)
{
	(void)unused;
	(void)result;
}

static enum err connect_to_server(struct db *db)
{
	/* Names before dbname are defaults that the conninfo may change, names after it stand. */
	static const char *const names[] = { "connect_timeout",  "keepalives_idle",  "keepalives_interval",
		                                 "keepalives_count", "tcp_user_timeout", "application_name",
		                                 "dbname",           "client_encoding",  NULL };
	const char *values[] = { "5", "10", "5", "3", "20000", "udvej", db->conninfo, "UTF8", NULL };
	PQfinish(db->conn);
	db->conn = PQconnectdbParams(names, values, 1);
	if (PQstatus(db->conn) != CONNECTION_OK) {
		db->lost = false; /* so that this is told, not the first loss */
		return error_lost(db, "cannot connect");
	}
	db->lost = false;
	db->failure = OK;
	PQsetErrorVerbosity(db->conn, PQERRORS_TERSE);
	PQsetErrorContextVisibility(db->conn, PQSHOW_CONTEXT_NEVER);
	PQsetNoticeReceiver(db->conn, ignore_notice, NULL);
	return PQsetnonblocking(db->conn, 1) == 0 ? OK : error_lost(db, "cannot set non-blocking");
}

static enum err not_durable(struct db *db, const char *setting, const char *rule)
{
	return error_note(db, ERR_CONFIG, "the server may lose what it has committed: its setting %s %s", setting, rule);
}

static enum err check_durable(struct db *db)
{
	TRY(setup_ask(db, sql_db_not_durable, NULL));
	if (PQntuples(db->kept) > 0)
		return not_durable(db, PQgetvalue(db->kept, 0, 0), PQgetvalue(db->kept, 0, 1));
	return setup_ask(db, sql_db_stay_durable, NULL);
}

enum err db_check_durable(struct db *db, struct arena *a)
{
	struct db_rows rows;
	TRY(db_rows(db, a, sql_db_not_durable, &rows, NULL));
	return rows.n ? not_durable(db, rows.cells[0], rows.cells[1]) : OK;
}

static enum err prepare_one(struct db *db, const struct sql *sql)
{
	TRY(pipeline_leave(db));
	char *text = text_for(sql, 1);
	enum err e = setup_result(db, sql->name, PQprepare(db->conn, sql->name, text, (int)sql->n_params, NULL));
	free(text);
	return e;
}

static enum err prepare_set(struct db *db, const struct sql_set *set)
{
	for (unsigned i = 0; i < set->n; i++)
		TRY(prepare_one(db, set->statements[i]));
	return OK;
}

static enum err start_session(struct db *db)
{
	TRY(connect_to_server(db));
	TRY(setup_ask(db, sql_db_session, NULL));
	TRY(check_durable(db));
	TRY(prepare_one(db, sql_db_not_durable));
	TRY(prepare_one(db, sql_db_begin));
	TRY(prepare_one(db, sql_db_commit));
	return prepare_one(db, sql_db_rollback);
}

enum err setup_explain(struct arena *a, struct db *db, enum err e, const char **why)
{
	if (e != OK)
		*why = arena_strdup(a, db->error);
	return e;
}

enum err db_open(struct arena *a, const char *conninfo, struct db **ret, const char **why)
{
	struct db *db = memory_must(calloc(1, sizeof *db));
	db->conninfo = memory_must(strdup(conninfo));
	enum err e = setup_explain(a, db, start_session(db), why);
	if (e == OK)
		*ret = db;
	else
		db_close(db);
	return e;
}

void db_close(struct db *db)
{
	if (!db)
		return;
	PQclear(db->kept);
	PQfinish(db->conn);
	many_free(db);
	free(db->queue);
	free(db->sets);
	free(db->fence);
	free(db->conninfo);
	free(db);
}

enum err db_prepare(struct arena *a, struct db *db, const struct sql_set *set, const char **why)
{
	db->sets = memory_must(realloc(db->sets, (db->n_sets + 1) * sizeof *db->sets));
	TRY(setup_explain(a, db, prepare_set(db, set), why));
	db->sets[db->n_sets++] = set;
	return OK;
}

bool db_fence(struct db *db, const char *node)
{
	if (setup_ask(db, sql_db_fence, (const char *const[]){ node }) != OK)
		return false;
	if (!setup_is_true(db)) {
		error_note(db, ERR_CONFIG, "another instance of the node %s holds its fence", node);
		return false;
	}
	if (!db->fence)
		db->fence = memory_must(strdup(node));
	return true;
}

static enum err retake_fence(struct db *db)
{
	for (int i = 0; db->fence && !db_fence(db, db->fence); i++) {
		if (db->lost || i == FENCE_TRIES)
			return ERR_DB_LOST;
		nanosleep(&(struct timespec){ .tv_nsec = FENCE_WAIT_NS }, NULL);
	}
	return OK;
}

static enum err restore(struct db *db)
{
	TRY(start_session(db));
	for (size_t i = 0; i < db->n_sets; i++)
		TRY(prepare_set(db, db->sets[i]));
	return retake_fence(db);
}

enum err db_reopen(struct db *db)
{
	db->head = db->tail = 0;
	db->silence = 0;
	db->transaction = TRANSACTION_NONE;
	many_forget(db);
	enum err e = restore(db);
	if (e != OK) { /* half a session is none; what was said stays */
		db->lost = true;
		db->failure = ERR_DB_LOST;
	}
	return e;
}
