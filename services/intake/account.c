/* SPDX-License-Identifier: EUPL-1.2 */
/* Who asks: bearer tokens, of which only hashes are stored; and statements, by which this node tells
 * the reporting service for a few hours who one of its users is. */
#include <sodium.h>
#include <string.h>
#include <time.h>

#include "bus/statement.h"
#include "intake/intake.h"
#include "sql_intake.h"

#define STATEMENT_SECONDS (12 * 60 * 60) /* a working day; reporting takes none that lives longer */

enum err account_authenticate(struct tx *tx, const char *token, struct principal *ret)
{
	const struct intake *app = tx->app;
	unsigned char hash[32];
	struct db_rows rows;
	crypto_generichash(hash, sizeof hash, (const unsigned char *)token, strlen(token), NULL, 0);
	TRY(db_rows(tx->db, tx->arena, sql_token_by_hash, &rows, NULL, ARG_BYTES("hash", hash, sizeof hash)));
	if (!rows.n)
		return tx_refuse(tx, ERR_BAD_TOKEN, "", "this token is not known to the node of %s, or was revoked",
		                 app->organisation);
	*ret = (struct principal){
		.id = rows.cells[0],
		.role = role_of(rows.cells[1]),
		.name = rows.cells[2],
		.worker = rows.cells[3],
		.organisation = app->organisation,
	};
	return OK;
}

enum err statement_post(struct tx *tx, const struct request *rq, struct reply *reply)
{
	const struct intake *app = tx->app;
	Statement *s = shape_new(tx->arena, &statement__descriptor);
	int64_t now = (int64_t)time(NULL);
	time_t expires = (time_t)(now + STATEMENT_SECONDS);
	struct tm utc;
	char text[32];
	struct statement who = {
		.node = app->node,
		.organisation = app->organisation,
		.user = rq->principal.id,
		.role = role_name(rq->principal.role),
	};
	TRY(statement_sign(tx->arena, app->keys, &who, now, STATEMENT_SECONDS, &s->statement));
	gmtime_r(&expires, &utc);
	strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
	s->expires_at = arena_strdup(tx->arena, text);
	reply->status = 201;
	reply->body = &s->base;
	return OK;
}
