/* SPDX-License-Identifier: EUPL-1.2 */
/* PostgreSQL by prepared, named statements that stand in .sql files. Parameters are taken by name
 * from arguments first, then from the fields of a message; columns go to the fields of a message
 * by name. "Not said" (empty string, see shape.h) is NULL in the database and back. */
#ifndef UDVEJ_DB_DB_H
#define UDVEJ_DB_DB_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/* One statement, generated from a .sql file (common/db/sqlgen.py):
 *   -- name: course_close :one     (":one" = a write that must touch exactly one row, else the transaction fails)
 *   update course set ... where id = :course_id
 * becomes `extern const struct sql sql_course_close[1]`.
 * With the mark `:many`, an insert, or an update from (values (...)), is held back so that rows of it go to the server
 * together (many.c). They go before the next statement without the mark, read or commit, so that it sees them. The
 * first parameter says what a row is about (NULL: something that no other row is about). Rows about the same thing keep
 * their order; all others may pass each other.
 * Statements go in the order of their first use in the transaction, so a foreign key between two of them has to point
 * to the one that is used first.
 * With `:late` an insert is held until the commit: nothing in the transaction may need to see its rows, and they refer
 * to no others. A read with `:apart` leaves those rows held back that are not about its first parameter. */
struct sql {
	const char *name, *text;   /* text with $1.. */
	const char *const *params; /* names in order of $n: a field path or an argument */
	unsigned n_params;
	bool one, late, apart;
	struct {
		unsigned begin, end; /* where the row of values stands in the text; 0, 0: one row at a time */
	} row;
};
/* All statements of a component, generated: `extern const struct sql_set sql_set_intake` */
struct sql_set {
	const struct sql *const *statements;
	unsigned n;
};
/* A numbered migration, generated from migrations/NNN_name.sql: `extern const struct migrations migrations_intake` */
struct migration {
	unsigned number;
	const char *name, *text;
};
struct migrations {
	const char *component;
	const struct migration *steps;
	unsigned n;
};

/* An argument of a statement, by name. Text form; bytes as such. */
struct db_arg {
	const char *name;
	enum { ARG_KIND_END, ARG_KIND_TEXT, ARG_KIND_INT, ARG_KIND_BYTES } kind;
	const char *text; /* NULL or "" is NULL */
	int64_t number;
	size_t len;
};
#define ARG_TEXT(n, v)                                                                                                 \
	{                                                                                                                  \
		.name = (n), .kind = ARG_KIND_TEXT, .text = (v)                                                                \
	}
#define ARG_INT(n, v)                                                                                                  \
	{                                                                                                                  \
		.name = (n), .kind = ARG_KIND_INT, .number = (v)                                                               \
	}
#define ARG_BOOL(n, v)                                                                                                 \
	{                                                                                                                  \
		.name = (n), .kind = ARG_KIND_TEXT, .text = (v) ? "t" : "f"                                                    \
	}
#define ARG_BYTES(n, p, l)                                                                                             \
	{                                                                                                                  \
		.name = (n), .kind = ARG_KIND_BYTES, .text = (const char *)(p), .len = (l)                                     \
	}
#define DB_MOST_ARGS 40 /* of a statement, with the end */
#define DB_ARGS(...) ((const struct db_arg[]){ __VA_ARGS__ __VA_OPT__(, ){ .name = NULL } })

struct db;

/* Connects, checks that the server is durable (fsync, full_page_writes and synchronous_commit on: else
 * ERR_CONFIG). *why says what failed, in the arena. The session speaks ISO dates, UTC and hex bytea, looks in
 * schema public, and gives up on a statement after 30 s, on a lock after 10 s, on an idle transaction after 60 s. */
enum err db_open(struct arena *a, const char *conninfo, struct db **ret, const char **why) MUST_USE;
void db_close(struct db *db);
/* Whether the server still is as durable as when it was connected to: ERR_CONFIG, and db_error() names the setting. A
 * read, outside of a transaction. */
enum err db_check_durable(struct db *db, struct arena *a) MUST_USE;
/* Applies the migrations that the database has not seen, each in a transaction, under a lock. ERR_CONFIG when
 * the database has seen others than these. */
enum err db_migrate(struct arena *a, struct db *db, const struct migrations *m, const char **why) MUST_USE;
/* The role that owns what is in a database, and what is done as it. */
struct db_owner {
	const char *conninfo;
	const struct migrations *const *migrations; /* in their order */
	size_t n_migrations;
	const char *const *append_only; /* tables that the daemon's role may only read and add to, if they are there */
	size_t n_append_only;
};
/* As the owner, in a session of its own: applies the migrations, and gives the role of `db`, which holds its fence, the
 * right to read and write all tables. Then checks that this role owns nothing, cannot become the owner or a superuser,
 * cannot create anything, and cannot change what is only added to: else ERR_CONFIG, and *why says what to do. */
enum err db_grant(struct arena *a, struct db *db, const struct db_owner *o, const char **why) MUST_USE;
/* Prepares all statements of a set; a typo in SQL stops the daemon here. */
enum err db_prepare(struct arena *a, struct db *db, const struct sql_set *set, const char **why) MUST_USE;
/* Takes the advisory lock that fences off a second instance of a node; false when it is held elsewhere. This
 * and all functions above wait for the server and must not be called in a transaction. */
bool db_fence(struct db *db, const char *node);

/* --- reading and writing: a connection in pipeline mode; writes are queued, reads flush --- */

/* Queues a statement. Its outcome is known at the next read or at db_commit_poll(). After a failure everything but
 * db_rollback() and db_reopen() returns that failure. Outside of a transaction only read. */
#define db_exec(db, a, sql, message, ...) db_exec_args((db), (a), (sql), (message), DB_ARGS(__VA_ARGS__))
enum err db_exec_args(struct db *db, struct arena *a, const struct sql *sql, const ProtobufCMessage *message,
                      const struct db_arg *args) MUST_USE;
/* Reads one row into a message: ERR_NOT_FOUND when there is none, ERR_DB when there are several. Columns must be fields
 * of it, or paths as "citizen.name"; NULL leaves a field as it is. */
#define db_one(db, a, sql, ret, message, ...)                                                                          \
	db_one_args((db), (a), (sql), (ProtobufCMessage *)(ret), (message), DB_ARGS(__VA_ARGS__))
enum err db_one_args(struct db *db, struct arena *a, const struct sql *sql, ProtobufCMessage *ret,
                     const ProtobufCMessage *message, const struct db_arg *args) MUST_USE;
/* Reads all rows, each a new message of the type, into an array in the arena. */
#define db_all(db, a, sql, type, ret, n, message, ...)                                                                 \
	db_all_args((db), (a), (sql), (type), (ProtobufCMessage ***)(ret), (n), (message), DB_ARGS(__VA_ARGS__))
enum err db_all_args(struct db *db, struct arena *a, const struct sql *sql, const ProtobufCMessageDescriptor *type,
                     ProtobufCMessage ***ret, size_t *n, const ProtobufCMessage *message,
                     const struct db_arg *args) MUST_USE;
/* Reads rows as text: cells[row * n_columns + column], NULL for NULL. For reports and infrastructure. */
struct db_rows {
	size_t n, n_columns;
	const char **names;
	const char **cells;
	const size_t *lengths; /* of bytea cells, decoded */
};
#define db_rows(db, a, sql, ret, message, ...) db_rows_args((db), (a), (sql), (ret), (message), DB_ARGS(__VA_ARGS__))
enum err db_rows_args(struct db *db, struct arena *a, const struct sql *sql, struct db_rows *ret,
                      const ProtobufCMessage *message, const struct db_arg *args) MUST_USE;

/* --- a transaction --- */

/* Queues BEGIN. */
enum err db_begin(struct db *db) MUST_USE;
/* Queues COMMIT and returns; the socket becomes readable when there is news. */
enum err db_commit_send(struct db *db) MUST_USE;
/* 1 committed, 0 not yet, -1 failed and rolled back (see db_error); -1 with db_is_lost(): nobody knows. */
int db_commit_poll(struct db *db);
/* The `:one` statement for which the last transaction failed, since its row was not where it was left; else NULL. */
const struct sql *db_missed(const struct db *db);
/* Rolls back, waiting for it. */
enum err db_rollback(struct db *db) MUST_USE;
/* The descriptor to poll while a commit is under way. */
int db_socket(const struct db *db);
/* Whether bytes wait to be written: poll for POLLOUT too. */
bool db_wants_write(struct db *db);
/* Whether the connection is lost; db_reopen makes a new one with the same statements and fence (waiting for the
 * server, at most some 5 s each for connection and fence), and gives up what was not committed. */
bool db_is_lost(const struct db *db);
enum err db_reopen(struct db *db) MUST_USE;
/* What went wrong last: the statement, SQLSTATE and message, never the values of a row. */
const char *db_error(const struct db *db);

#endif
