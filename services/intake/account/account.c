/* SPDX-License-Identifier: EUPL-1.2 */
/* Who asks: bearer tokens, of which only hashes are stored; and attestations, by which this node tells
 * the reporting service for a few hours who one of its users is. */
#include <sodium.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "intake/account/account.h"
#include "membership/attestation.h"
#include "sql_intake.h"

#define ATTESTATION_SECONDS ((int64_t)12 * 60 * 60) /* a working day; reporting takes none that lives longer */

/* Tokens seen within the last second: a revocation takes that long, and a busy system's token need not be looked up
 * for each of its requests. */
#define CACHE_MS 1000
static struct cached {
	unsigned char hash[32];
	char id[64], name[128], worker[64];
	unsigned role;
	int64_t until_ms;
} cache[64];

static bool fits(const char *text, size_t size)
{
	return text && strlen(text) < size;
}

static void remember(struct cached *slot, const unsigned char hash[32], const struct principal *p, int64_t now_ms)
{
	if (!fits(p->id, sizeof slot->id) || !fits(p->name, sizeof slot->name) || !fits(p->worker, sizeof slot->worker))
		return;
	memcpy(slot->hash, hash, sizeof slot->hash);
	strcpy(slot->id, p->id);
	strcpy(slot->name, p->name);
	strcpy(slot->worker, p->worker);
	slot->role = p->role;
	slot->until_ms = now_ms + CACHE_MS;
}

/* A person goes by the worker she is, everybody else by name: so it stays when a token is renewed. */
static void name_themselves(struct principal *p)
{
	p->who = *p->worker ? p->worker : p->name;
}

static enum err look_up(struct tx *tx, const unsigned char hash[32], struct principal *ret)
{
	const struct intake *app = tx->app;
	struct db_rows rows;
	TRY(db_rows(tx->db, tx->arena, sql_token_by_hash, &rows, NULL, ARG_BYTES("hash", hash, 32)));
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
	name_themselves(ret);
	return OK;
}

enum err account_authenticate(struct tx *tx, const char *token, struct principal *ret)
{
	const struct intake *app = tx->app;
	unsigned char hash[32];
	int64_t now_ms = clock_monotonic_ms();
	crypto_generichash(hash, sizeof hash, (const unsigned char *)token, strlen(token), NULL, 0);
	struct cached *slot = &cache[hash[0] % countof(cache)];
	if (slot->until_ms <= now_ms || sodium_memcmp(slot->hash, hash, sizeof hash) != 0) {
		TRY(look_up(tx, hash, ret));
		remember(slot, hash, ret, now_ms);
		return OK;
	}
	*ret = (struct principal){
		.id = arena_strdup(tx->arena, slot->id),
		.role = slot->role,
		.name = arena_strdup(tx->arena, slot->name),
		.worker = arena_strdup(tx->arena, slot->worker),
		.organisation = app->organisation,
	};
	name_themselves(ret);
	return OK;
}

static enum err attestation_post(struct tx *tx, const struct request *rq, struct reply *reply)
{
	const struct intake *app = tx->app;
	Statement *s = shape_new(tx->arena, &statement__descriptor);
	int64_t now = (int64_t)time(NULL);
	time_t expires = (time_t)(now + ATTESTATION_SECONDS);
	struct tm utc;
	char text[32];
	struct attestation who = {
		.node = app->node,
		.organisation = app->organisation,
		.user = rq->principal.id,
		.role = role_name(rq->principal.role),
	};
	TRY(attestation_sign(tx->arena, app->keys, &who, now, ATTESTATION_SECONDS, &s->statement));
	gmtime_r(&expires, &utc);
	strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
	s->expires_at = arena_strdup(tx->arena, text);
	reply->status = 201;
	reply->body = &s->base;
	return OK;
}

/* --- the table --- */

static const struct route routes[] = {
	{ "POST", "/api/v1/statements",
	  "A statement for the reporting service. This node says, signed and for at most 12 hours, who you are. What you "
	  "may "
	  "read there follows from your role.",
	  ROLES_OF_ALL & ~(unsigned)ROLE_SYSTEM, SCOPE_NOBODYS, READS_NOTHING, .returns = &statement__descriptor,
	  .write = attestation_post, .answer = attestation_post },
};

const struct resource account_resource = { "Reports", "The way to the reporting service.", ROWS(routes) };
