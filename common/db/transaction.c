/* SPDX-License-Identifier: EUPL-1.2 */
/* A transaction. COMMIT goes out behind its statements, whose outcomes come with its own: where one fails the server
 * skips it. A COMMIT whose answer is lost with the connection has failed as far as this layer can say, and the
 * connection says that it is lost. */
#include "base/fault.h"
#include "db/connection.h"
#include "sql_db.h"

enum err db_begin(struct db *db)
{
	if (db->lost)
		return ERR_DB_LOST;
	if (db->transaction != TRANSACTION_NONE)
		return error_note(db, ERR_DB, "a transaction is open already");
	db->failure = OK;
	db->missed = NULL;
	many_drop(db);
	TRY(pipeline_send(db, sql_db_begin, NULL, false));
	db->transaction = TRANSACTION_OPEN;
	return OK;
}

/* The first sync ends the skipping after an error: only then is a rollback heard. The error is kept. */
enum err db_rollback(struct db *db)
{
	many_drop(db);
	if (db->lost)
		return ERR_DB_LOST;
	if (db->transaction == TRANSACTION_NONE && db->head == db->tail) {
		db->failure = OK;
		return OK;
	}
	if (db->failure == OK)
		db->failure = ERR_DB; /* what is still to come fails no more than it has */
	TRY(pipeline_sync(db));
	TRY(pipeline_send(db, sql_db_rollback, NULL, false));
	TRY(pipeline_sync(db));
	pipeline_take(db, true);
	if (db->lost)
		return ERR_DB_LOST;
	db->transaction = TRANSACTION_NONE;
	db->failure = OK;
	return OK;
}

enum err db_commit_send(struct db *db)
{
	if (db->lost)
		return ERR_DB_LOST;
	if (db->transaction != TRANSACTION_OPEN)
		return error_note(db, ERR_DB, "no transaction is open");
	if (db->failure != OK)
		return db->failure;
	TRY(many_flush(db, true));
	FAULT_POINT(commit_unsent);
	TRY(pipeline_send(db, sql_db_commit, NULL, false));
	TRY(pipeline_sync(db));
	db->transaction = TRANSACTION_COMMITTING;
	int unsent = PQflush(db->conn);
	FAULT_POINT(commit_sent);
	return unsent < 0 ? error_lost(db, "commit") : OK;
}

/* -1, with nothing of the transaction left on the server and the error kept. */
static int undo(struct db *db)
{
	if (!db->lost && db_rollback(db) != OK)
		error_lost(db, "rollback");
	return -1;
}

int db_commit_poll(struct db *db)
{
	if (db->transaction != TRANSACTION_COMMITTING)
		return -1;
	/* What these two find broken shows in PQstatus() once all that had come is taken. */
	(void)PQconsumeInput(db->conn);
	(void)PQflush(db->conn);
	if (!pipeline_take(db, false))
		return 0;
	if (db->lost || db->failure != OK)
		return undo(db);
	db->transaction = TRANSACTION_NONE;
	FAULT_POINT(commit_heard);
	return 1;
}

const struct sql *db_missed(const struct db *db)
{
	return db->missed;
}
