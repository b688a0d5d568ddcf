/* SPDX-License-Identifier: EUPL-1.2 */
/* Running named statements: a write is queued (some wait for others of their kind, many.c), a read flushes and takes
 * the answers of all that was queued before it, so that an earlier failure is found out here. Outside of a transaction
 * each read ends with a sync point and stands alone. */
#include <string.h>

#include "db/connection.h"

#define BYTEA_OID 17

static enum err may_send(struct db *db)
{
	if (db->lost)
		return ERR_DB_LOST;
	if (db->transaction == TRANSACTION_COMMITTING)
		return error_note(db, ERR_DB, "the connection is committing");
	return db->failure;
}

enum err db_exec_args(struct db *db, struct arena *a, const struct sql *sql, const ProtobufCMessage *message,
                      const struct db_arg *args)
{
	struct bound bound;
	TRY(may_send(db));
	TRY(bind_params(db, a, sql, message, args, &bound));
	if (sql->row.end && db->transaction == TRANSACTION_OPEN)
		return many_add(db, sql, &bound);
	TRY(many_flush(db, false));
	return pipeline_send(db, sql, &bound, false);
}

/* Sends a read and waits for its result, which is then db->kept. */
static enum err ask(struct db *db, struct arena *a, const struct sql *sql, const ProtobufCMessage *message,
                    const struct db_arg *args)
{
	struct bound bound;
	bool alone = db->transaction == TRANSACTION_NONE;
	PQclear(db->kept);
	db->kept = NULL;
	TRY(may_send(db));
	TRY(bind_params(db, a, sql, message, args, &bound));
	TRY(many_flush_for(db, sql, &bound));
	TRY(pipeline_send(db, sql, &bound, true));
	TRY(alone ? pipeline_sync(db) : pipeline_push(db));
	pipeline_take(db, true);
	enum err e = db->failure;
	if (alone && !db->lost)
		db->failure = OK;
	if (e == OK && PQresultStatus(db->kept) != PGRES_TUPLES_OK)
		return error_note(db, ERR_DB, "%s gives no rows: it is not a read", sql->name);
	return e;
}

enum err db_one_args(struct db *db, struct arena *a, const struct sql *sql, ProtobufCMessage *ret,
                     const ProtobufCMessage *message, const struct db_arg *args)
{
	TRY(ask(db, a, sql, message, args));
	int n = PQntuples(db->kept);
	if (n == 0)
		return ERR_NOT_FOUND;
	if (n > 1)
		return error_note(db, ERR_DB, "%s gave %d rows, not one", sql->name, n);
	return column_read(db, a, sql, ret->descriptor, &ret, 1);
}

enum err db_all_args(struct db *db, struct arena *a, const struct sql *sql, const ProtobufCMessageDescriptor *type,
                     ProtobufCMessage ***ret, size_t *n, const ProtobufCMessage *message, const struct db_arg *args)
{
	TRY(ask(db, a, sql, message, args));
	size_t rows = (size_t)PQntuples(db->kept);
	ProtobufCMessage **messages = ARENA_ARRAY(a, ProtobufCMessage *, rows);
	for (size_t i = 0; i < rows; i++)
		messages[i] = shape_new(a, type);
	TRY(column_read(db, a, sql, type, messages, rows));
	*ret = messages;
	*n = rows;
	return OK;
}

/* Copies one cell; false when a bytea does not decode. */
static bool copy_cell(struct arena *a, const PGresult *r, int row, int column, const char **cell, size_t *len)
{
	if (PQgetisnull(r, row, column))
		return true;
	const char *text = PQgetvalue(r, row, column);
	if (PQftype(r, column) == BYTEA_OID)
		return (*cell = (const char *)column_bytes(a, text, len)) != NULL;
	*len = (size_t)PQgetlength(r, row, column);
	*cell = arena_strndup(a, text, *len);
	return true;
}

enum err db_rows_args(struct db *db, struct arena *a, const struct sql *sql, struct db_rows *ret,
                      const ProtobufCMessage *message, const struct db_arg *args)
{
	TRY(ask(db, a, sql, message, args));
	int n_rows = PQntuples(db->kept), n_columns = PQnfields(db->kept);
	size_t n_cells = (size_t)n_rows * (size_t)n_columns;
	const char **names = ARENA_ARRAY(a, const char *, (size_t)n_columns);
	const char **cells = ARENA_ARRAY(a, const char *, n_cells);
	size_t *lengths = ARENA_ARRAY(a, size_t, n_cells);
	for (int column = 0; column < n_columns; column++) {
		names[column] = arena_strdup(a, PQfname(db->kept, column));
		for (int row = 0; row < n_rows; row++) {
			size_t i = (size_t)row * (size_t)n_columns + (size_t)column;
			if (!copy_cell(a, db->kept, row, column, &cells[i], &lengths[i]))
				return error_note(db, ERR_DB, "%s: column %s is not bytea in hex", sql->name, names[column]);
		}
	}
	*ret = (struct db_rows){
		.n = (size_t)n_rows, .n_columns = (size_t)n_columns, .names = names, .cells = cells, .lengths = lengths
	};
	return OK;
}
