/* SPDX-License-Identifier: EUPL-1.2 */
/* Inside common/db only: what a connection is, and the pipeline under statements and transactions. */
#ifndef UDVEJ_DB_CONNECTION_H
#define UDVEJ_DB_CONNECTION_H

#include <libpq-fe.h>

#include "db/db.h"
#include "shape/shape.h"

/* A size of a `:many` statement, and the set of those that the connection knows. */
struct variant {
	unsigned *known, size;
};

/* Something sent whose answer is still to come; sql is NULL for a sync point. */
struct pending {
	const struct sql *sql;
	struct variant prepares; /* known when sent: what follows in the pipeline needs it; not when it failed */
	bool answered;           /* the result is here, its end is not */
	bool keep;               /* the caller reads the result */
};

enum transaction {
	TRANSACTION_NONE,
	TRANSACTION_OPEN,
	TRANSACTION_COMMITTING, /* COMMIT is sent */
};

struct db {
	PGconn *conn;
	char *conninfo, *fence;
	const struct sql_set **sets;
	size_t n_sets;
	struct pending *queue; /* queue[head..tail) is pending */
	size_t head, tail, capacity;
	unsigned silence;  /* results that should have come and did not */
	PGresult *kept;    /* of the last read; owned here, since decoding may jump out of the arena */
	struct many *many; /* rows held back, in order of first use */
	enum transaction transaction;
	enum err failure;         /* the first of this transaction, until rolled back */
	const struct sql *missed; /* the `:one` statement that failed so */
	bool lost;
	char error[512];
};

/* --- the parameters of a statement, in the arena (bind.c) --- */

struct bound {
	const char **values;
	int *lengths, *formats;
};
enum err bind_params(struct db *db, struct arena *a, const struct sql *sql, const ProtobufCMessage *message,
                     const struct db_arg *args, struct bound *ret) MUST_USE;

/* --- what the server prepares (text.c) --- */

/* The text of a statement for n rows, in the heap. */
char *text_for(const struct sql *sql, unsigned n);
/* Whether this SQLSTATE says that a `:one` statement did not touch its row. */
bool text_is_missed(const struct sql *sql, const char *state);

/* --- text[] (array.c) --- */

/* An array literal: {"a","b"}; {} for none. */
const char *array_write(struct arena *a, const char *const *items, size_t n);
/* Reads a one-dimensional array literal; false when it is not one. NULL items become "". */
bool array_read(struct arena *a, const char *literal, const char ***ret, size_t *n);

/* --- results (column.c) --- */

/* The rows of db->kept as messages: of this type, or into the one given. */
enum err column_read(struct db *db, struct arena *a, const struct sql *sql, const ProtobufCMessageDescriptor *type,
                     ProtobufCMessage **messages, size_t n) MUST_USE;
/* A bytea in hex form, decoded; NULL when it is not that. */
unsigned char *column_bytes(struct arena *a, const char *text, size_t *ret_len);

/* --- pipeline.c --- */

/* Queues a statement with its parameters: by its own name, for one row. */
enum err pipeline_send(struct db *db, const struct sql *sql, const struct bound *bound, bool keep) MUST_USE;
/* Queues the preparation of a variant of a statement, and an execution of it for several rows. */
enum err pipeline_prepare(struct db *db, const struct sql *sql, const char *name, const char *text,
                          struct variant variant) MUST_USE;
enum err pipeline_send_rows(struct db *db, const struct sql *sql, const char *name, const struct bound *bound,
                            unsigned rows) MUST_USE;
/* Queues a sync point: ends an implicit transaction and the skipping after an error. */
enum err pipeline_sync(struct db *db) MUST_USE;
/* Asks the server to send what it has. */
enum err pipeline_push(struct db *db) MUST_USE;
/* Takes the answers of all that is pending. False when some have not come yet (never when waiting). */
bool pipeline_take(struct db *db, bool wait);
/* Out of pipeline mode, for the set-up functions. */
enum err pipeline_leave(struct db *db) MUST_USE;

/* --- rows of `:many` and `:late` statements (many.c) --- */

/* Copies a row, to be sent with others. */
enum err many_add(struct db *db, const struct sql *sql, const struct bound *bound) MUST_USE;
/* Queues what is held back: of `:many` statements, or all. */
enum err many_flush(struct db *db, bool late_too) MUST_USE;
/* The same before a read: not where it is `:apart` from all that is held back. */
enum err many_flush_for(struct db *db, const struct sql *read, const struct bound *bound) MUST_USE;
/* Drops what is held back, and the order of first use. */
void many_drop(struct db *db);
/* The connection is another one: nothing is prepared on it. */
void many_forget(struct db *db);
void many_free(struct db *db);

/* --- errors (error.c): what was said last, and the first failure of a transaction --- */

/* Notes a failure and returns it. */
enum err error_note(struct db *db, enum err e, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Notes what the server said of `what`, without the values of rows. */
enum err error_of_result(struct db *db, const char *what, const PGresult *result);
/* The connection is gone: nothing pending will be answered. */
enum err error_lost(struct db *db, const char *how);

#endif
