/* SPDX-License-Identifier: EUPL-1.2 */
/* Two connections to the PostgreSQL of the environment (UDVEJ_TEST_DB), one table, and the
 * statements of the tests of common/db. Without a database the tests fail: they never pass unseen. */
#ifndef UDVEJ_TESTS_DB_WORLD_H
#define UDVEJ_TESTS_DB_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "api.pb-c.h"
#include "bus.pb-c.h"
#include "db/setup.h"
#include "shape/shape.h"

struct world {
	struct arena *a;
	struct db *db, *other;
};

#define STATEMENT(name_, one_, text_, ...)                                                                             \
	static const char *const params_##name_[] = { __VA_ARGS__ __VA_OPT__(, ) NULL };                                   \
	static const struct sql name_[1] = { { .name = #name_,                                                             \
		                                   .text = text_,                                                              \
		                                   .params = params_##name_,                                                   \
		                                   .n_params = countof(params_##name_) - 1,                                    \
		                                   .one = one_ } }

static inline const char *world_conninfo(void)
{
	const char *conninfo = getenv("UDVEJ_TEST_DB");
	if (!conninfo || !*conninfo)
		fail_msg("UDVEJ_TEST_DB is not set: it must be the conninfo of a PostgreSQL database for tests");
	return conninfo;
}

static inline struct db *world_open(struct arena *a, const struct sql_set *set)
{
	struct db *db = NULL;
	const char *why = "";
	enum err e = db_open(a, world_conninfo(), &db, &why);
	if (e == OK && set)
		e = db_prepare(a, db, set, &why);
	if (e != OK)
		fail_msg("%s: %s", err_slug(e), why);
	return db;
}

/* A call that must succeed; says what the database said when it does not. */
#define WORKS(db, call)                                                                                                \
	do {                                                                                                               \
		enum err works_ = (call);                                                                                      \
		if (works_ != OK)                                                                                              \
			fail_msg("%s: %s", err_slug(works_), db_error(db));                                                        \
	} while (0)

/* Runs SQL that returns nothing. */
static inline enum err world_run(struct db *db, const char *text)
{
	TRY(pipeline_leave(db));
	return setup_result(db, "set-up", PQexec(db->conn, text));
}

/* Waits for a commit as the loop of a daemon does: on the socket. */
static inline int world_commit(struct db *db)
{
	if (db_commit_send(db) != OK)
		return -1;
	for (int outcome; (outcome = db_commit_poll(db)) != 0;)
		return outcome;
	for (;;) {
		short events = (short)(POLLIN | (db_wants_write(db) ? POLLOUT : 0));
		poll(&(struct pollfd){ .fd = db_socket(db), .events = events }, 1, 5000);
		int outcome = db_commit_poll(db);
		if (outcome != 0)
			return outcome;
	}
}

#endif
