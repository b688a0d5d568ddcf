/* SPDX-License-Identifier: EUPL-1.2 */
/* Statements go out without waiting, answers come back in order: libpq's pipeline mode, never
 * blocking in libpq itself, so that neither side waits for the other to read. Owns the queue of
 * what is pending; judges each answer as it comes. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "db/connection.h"
#include "sql_db.h"

/* The server's own time-outs end a statement long before; this ends a connection that nobody answers. */
#define PATIENCE_MS 60000

static enum err ready(struct db *db)
{
	if (db->lost)
		return ERR_DB_LOST;
	if (db->tail == db->capacity) {
		size_t capacity = db->capacity ? db->capacity * 2 : 64;
		db->queue = memory_must(realloc(db->queue, capacity * sizeof *db->queue));
		db->capacity = capacity;
	}
	if (PQpipelineStatus(db->conn) == PQ_PIPELINE_OFF && PQenterPipelineMode(db->conn) != 1)
		return error_lost(db, "cannot enter pipeline mode");
	return OK;
}

static void push(struct db *db, struct pending p)
{
	db->queue[db->tail++] = p;
}

enum err pipeline_send(struct db *db, const struct sql *sql, const struct bound *bound, bool keep)
{
	TRY(ready(db));
	if (PQsendQueryPrepared(db->conn, sql->name, (int)sql->n_params, bound ? bound->values : NULL,
	                        bound ? bound->lengths : NULL, bound ? bound->formats : NULL, 0) != 1)
		return error_lost(db, sql->name);
	push(db, (struct pending){ .sql = sql, .keep = keep });
	return OK;
}

enum err pipeline_prepare(struct db *db, const struct sql *sql, const char *name, const char *text,
                          struct variant variant)
{
	TRY(ready(db));
	if (PQsendPrepare(db->conn, name, text, 0, NULL) != 1)
		return error_lost(db, sql->name);
	push(db, (struct pending){ .sql = sql, .prepares = variant });
	*variant.known |= variant.size;
	return OK;
}

enum err pipeline_send_rows(struct db *db, const struct sql *sql, const char *name, const struct bound *bound,
                            unsigned rows)
{
	TRY(ready(db));
	if (PQsendQueryPrepared(db->conn, name, (int)(rows * sql->n_params), bound->values, bound->lengths, bound->formats,
	                        0) != 1)
		return error_lost(db, sql->name);
	push(db, (struct pending){ .sql = sql });
	return OK;
}

enum err pipeline_sync(struct db *db)
{
	TRY(ready(db));
	if (PQpipelineSync(db->conn) != 1)
		return error_lost(db, "sync");
	push(db, (struct pending){ .sql = NULL });
	return OK;
}

enum err pipeline_push(struct db *db)
{
	TRY(ready(db));
	return PQsendFlushRequest(db->conn) == 1 ? OK : error_lost(db, "flush");
}

enum err pipeline_leave(struct db *db)
{
	if (db->lost)
		return ERR_DB_LOST;
	if (db->transaction != TRANSACTION_NONE || db->head < db->tail)
		return error_note(db, ERR_DB, "set-up in the middle of a transaction");
	if (PQexitPipelineMode(db->conn) != 1)
		return error_note(db, ERR_DB, "cannot leave pipeline mode: %s", PQerrorMessage(db->conn));
	return OK;
}

static void fail(struct db *db, enum err e)
{
	if (db->failure == OK)
		db->failure = e;
}

/* Only the first failure of a transaction is told: the later ones follow from it. */
static void judge(struct db *db, const struct pending *p, PGresult *result)
{
	const struct sql *sql = p->sql;
	ExecStatusType status = PQresultStatus(result);
	if (p->prepares.known && status != PGRES_COMMAND_OK)
		*p->prepares.known &= ~p->prepares.size;
	if (db->failure != OK)
		return;
	if (text_is_missed(sql, PQresultErrorField(result, PG_DIAG_SQLSTATE))) {
		db->missed = sql;
		fail(db, error_note(db, ERR_DB, "%s did not touch its row", sql->name));
	} else if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
		fail(db, error_of_result(db, sql->name, result));
	else if (sql == sql_db_commit && strcmp(PQcmdStatus(result), "COMMIT") != 0)
		fail(db, error_note(db, ERR_DB, "the server rolled back at COMMIT"));
}

static void pop(struct db *db)
{
	db->silence = 0;
	if (++db->head == db->tail)
		db->head = db->tail = 0;
}

/* One turn of PQgetResult(): a result, the NULL that ends a statement's results, or a sync point. */
static void take_one(struct db *db)
{
	struct pending *first = &db->queue[db->head];
	PGresult *result = PQgetResult(db->conn);
	if (result && PQresultStatus(result) == PGRES_PIPELINE_SYNC && !first->sql) {
		pop(db);
	} else if (result && first->sql) {
		judge(db, first, result);
		first->answered = true;
		if (first->keep) {
			PQclear(db->kept);
			db->kept = result;
			return;
		}
	} else if (!result && first->answered) {
		pop(db);
	} else if (++db->silence > 2) {
		error_lost(db, "libpq's answers are out of step");
	}
	PQclear(result);
}

/* Waits until the socket can be read, or written when bytes wait: both, or each side could wait for the other. */
static void wait_for_server(struct db *db)
{
	int unsent = PQflush(db->conn);
	struct pollfd p = { .fd = PQsocket(db->conn), .events = (short)(POLLIN | (unsent == 1 ? POLLOUT : 0)) };
	int n = unsent < 0 || p.fd < 0 ? 1 : poll(&p, 1, PATIENCE_MS);
	if (n < 0 && errno == EINTR)
		return;
	if (n == 0)
		error_lost(db, "the server does not answer");
	else if (PQconsumeInput(db->conn) != 1 && PQisBusy(db->conn))
		error_lost(db, "reading");
}

bool pipeline_take(struct db *db, bool wait)
{
	while (db->head < db->tail && !db->lost) {
		if (!PQisBusy(db->conn))
			take_one(db);
		else if (PQstatus(db->conn) == CONNECTION_BAD)
			error_lost(db, "reading");
		else if (!wait)
			return false;
		else
			wait_for_server(db);
	}
	return true;
}

int db_socket(const struct db *db)
{
	return db->conn ? PQsocket(db->conn) : -1;
}

bool db_wants_write(struct db *db)
{
	return !db->lost && PQflush(db->conn) == 1;
}
