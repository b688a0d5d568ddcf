/* SPDX-License-Identifier: EUPL-1.2 */
/* What went wrong on a connection, in words that may stand in a log: the names of statements,
 * columns and constraints and the SQLSTATE, never a value out of a row. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "db/connection.h"

enum err error_note(struct db *db, enum err e, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	vsnprintf(db->error, sizeof db->error, format, ap);
	va_end(ap);
	for (size_t len = strlen(db->error); len > 0 && db->error[len - 1] == '\n'; len--)
		db->error[len - 1] = '\0'; /* libpq ends its words with a new line */
	return e;
}

/* Messages of class 22 (data exception), unlike all others, quote the value even without DETAIL. */
static bool quotes_a_value(const char *state)
{
	return strncmp(state, "22", 2) == 0;
}

enum err error_of_result(struct db *db, const char *what, const PGresult *result)
{
	const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
	if (!state) /* libpq's own words */
		return error_note(db, ERR_DB, "%s: %s", what, PQerrorMessage(db->conn));
	const char *words = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	if (quotes_a_value(state) || !words)
		words = "a value does not suit the statement";
	const char *position = PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);
	return error_note(db, ERR_DB, "%s: SQLSTATE %s, %s%s%s", what, state, words, position ? ", at character " : "",
	                  position ? position : "");
}

enum err error_lost(struct db *db, const char *how)
{
	if (!db->lost)
		error_note(db, ERR_DB_LOST, "%s: %s", how, db->conn ? PQerrorMessage(db->conn) : "no connection");
	db->lost = true;
	db->failure = ERR_DB_LOST;
	db->head = db->tail = 0;
	many_drop(db);
	db->transaction = TRANSACTION_NONE;
	return ERR_DB_LOST;
}

const char *db_error(const struct db *db)
{
	return db->error;
}

bool db_is_lost(const struct db *db)
{
	return db->lost;
}
