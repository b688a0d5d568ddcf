/* SPDX-License-Identifier: EUPL-1.2 */
/* A transaction as a handler sees it: what it loads with, saves with and says no with. */
#ifndef UDVEJ_ENGINE_TRANSACTION_H
#define UDVEJ_ENGINE_TRANSACTION_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/broken.h"
#include "base/err.h"
#include "db/db.h"
#include "membership/registry.h"
#include "shape/shape.h"
#include "vocab/date.h"

struct engine;
struct message_row;
struct errands;

/* --- one unit of work within a transaction of the writer, or a read --- */

struct tx {
	struct arena *arena;
	struct db *db; /* the writing connection, or the reading one for a read */
	void *app;     /* the service's state */
	const struct registry *registry;
	struct date today;  /* domain clock, Europe/Copenhagen */
	struct date latest; /* the last day that may be told: today; by a message a day more, where midnight came first */
	struct refusal why; /* filled by whoever refuses: tx_refuse() */
	const char *sender; /* of a message: the authenticated node name; else "" */
	const char *who;    /* of a request: who asks; else "". Statements take it as :entered_by */
	const struct message_row *row; /* of a message: its row in the table of handlers; else NULL */
	const char *cause;             /* id of the message or request being handled */
	void **kept; /* of a message: what was read earlier in this transaction and is true still; of the service */
	struct engine *engine;   /* private to the rooms of common/ */
	struct errands *errands; /* the same: what is to be done after the commit; NULL: nobody will */
	unsigned emitted;
	bool wrote;
};

/* Says why, and returns e for the handler to return. `rule` is copied by printf. */
enum err tx_refuse(struct tx *tx, enum err e, const char *field, const char *rule, ...)
    __attribute__((format(printf, 4, 5)));
/* Notes that a field breaks a rule, beside what was noted before (broken.h), and gives the error of all. Who collects
 * returns tx->why.err at the end. */
#define tx_broken(tx, field, rule, ...) broken_add((tx)->arena, &(tx)->why, (field), (rule), __VA_ARGS__)
/* Save: queues a write. message may be NULL; see db.h for how parameters find their values. */
#define tx_exec(tx, sql, message, ...) tx_exec_args((tx), (sql), (message), DB_ARGS(__VA_ARGS__))
enum err tx_exec_args(struct tx *tx, const struct sql *sql, const ProtobufCMessage *message,
                      const struct db_arg *args) MUST_USE;
/* Load. */
#define tx_one(tx, sql, ret, message, ...) db_one((tx)->db, (tx)->arena, (sql), (ret), (message), __VA_ARGS__)
#define tx_all(tx, sql, type, ret, n, message, ...)                                                                    \
	db_all((tx)->db, (tx)->arena, (sql), (type), (ret), (n), (message), __VA_ARGS__)

/* --- for the rooms of common/ --- */

/* A transaction as a handler sees it, on one of the connections. */
struct tx tx_make(struct engine *e, struct db *db, struct arena *a);

/* An errand: what a room does after the commit with a text that was left in the transaction. */
struct after_commit {
	void (*run)(struct engine *e, const char *text);
	bool once; /* for each text, however often it was left */
};
/* Runs it after the commit, in the order in which they were left; not at all when the transaction is rolled back. */
void tx_after_commit(struct tx *tx, const struct after_commit *what, const char *text);

/* They lie in an arena that lives as long as the transaction. */
struct errands {
	struct arena *arena;
	struct errand *first, **last;
};
void tx_errands_begin(struct errands *n, struct arena *a);
void tx_errands_run(const struct errands *n, struct engine *e);

#endif
