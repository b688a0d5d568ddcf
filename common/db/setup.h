/* SPDX-License-Identifier: EUPL-1.2 */
/* Inside common/db only: one statement, one round trip, outside of pipeline mode. For db.c and migrate.c. */
#ifndef UDVEJ_DB_SETUP_H
#define UDVEJ_DB_SETUP_H

#include "db/connection.h"

/* Keeps a result (takes it over) and says whether it is a good one. */
enum err setup_result(struct db *db, const char *what, PGresult *result) MUST_USE;
/* Runs a statement of ours, unprepared, with text parameters; its rows are then db->kept. */
enum err setup_ask(struct db *db, const struct sql *sql, const char *const *values) MUST_USE;
/* Whether the rows kept are a single true. */
bool setup_is_true(const struct db *db);
/* Copies what was said of a failure to the arena; returns e. */
enum err setup_explain(struct arena *a, struct db *db, enum err e, const char **why) MUST_USE;

#endif
