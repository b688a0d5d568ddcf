/* SPDX-License-Identifier: EUPL-1.2 */
/* The same command again finds its first outcome: by its key, or, when the answer to a COMMIT was lost,
 * by the random key that every command without one gets. Owns the table idempotency. Never lets the
 * same key stand for two bodies. */
#include <string.h>

#include "base/uuid.h"
#include "serving/internal.h"
#include "sql_serving.h"

#define MAX_KEY_LENGTH 255

enum err idempotency_read(struct call *c)
{
	const char *key = http_header(c->http, "Idempotency-Key");
	crypto_generichash_state h;
	if (!key && c->route->idempotency_required)
		return refuse(&c->why, ERR_HEADER, "Idempotency-Key",
		              "send an Idempotency-Key of your own choice, the same when you repeat the request");
	if (key && (!*key || strlen(key) > MAX_KEY_LENGTH))
		return refuse(&c->why, ERR_HEADER, "Idempotency-Key", "Idempotency-Key must be 1 to 255 characters");
	c->has_key = key != NULL;
	if (!key)
		key = uuid_new(c->http->arena);
	const char *who = c->rq.principal.id ? c->rq.principal.id : "";
	const char *parts[] = { who, c->route->method, c->http->path, key };
	crypto_generichash_init(&h, NULL, 0, sizeof c->scope);
	for (size_t i = 0; i < countof(parts); i++)
		crypto_generichash_update(&h, (const unsigned char *)parts[i], strlen(parts[i]) + 1);
	crypto_generichash_final(&h, c->scope, sizeof c->scope);
	crypto_generichash(c->body_hash, sizeof c->body_hash, (const unsigned char *)c->http->body, c->http->body_len, NULL,
	                   0);
	return OK;
}

static const char *hex_of(struct arena *a, const unsigned char hash[CALL_HASH])
{
	char *text = arena_alloc(a, 2 * CALL_HASH + 1);
	return sodium_bin2hex(text, 2 * CALL_HASH + 1, hash, CALL_HASH);
}

enum err idempotency_load(struct db *db, struct arena *a, struct call *const *calls, size_t n)
{
	struct buffer scopes = buffer_in(a);
	struct db_rows rows;
	for (size_t i = 0; i < n; i++)
		buffer_printf(&scopes, "%s\"\\\\x%s\"", i ? "," : "{", hex_of(a, calls[i]->scope));
	buffer_puts(&scopes, "}");
	TRY(db_rows(db, a, sql_idempotency_find, &rows, NULL, ARG_TEXT("scopes", scopes.data)));
	for (size_t i = 0; i < n; i++) {
		struct call *c = calls[i];
		c->known = false;
		for (size_t r = 0; r < rows.n; r++) {
			const char **cell = rows.cells + r * rows.n_columns;
			if (memcmp(cell[0], c->scope, sizeof c->scope) != 0)
				continue;
			c->known = true;
			memcpy(c->known_body, cell[1], sizeof c->known_body);
			c->known_subject = cell[2] ? cell[2] : "";
		}
	}
	return OK;
}

enum err idempotency_check(struct call *c, const struct call *earlier)
{
	bool mine = c->in_doubt && c->written;
	c->replay = c->written = false;
	if (earlier) {
		c->known = true;
		memcpy(c->known_body, earlier->body_hash, sizeof c->known_body);
		c->known_subject = earlier->rq.subject;
	}
	if (!c->known)
		return OK;
	if (memcmp(c->known_body, c->body_hash, sizeof c->body_hash) != 0)
		return refuse(&c->why, ERR_KEY_REUSED, "Idempotency-Key",
		              "this key came before with another body: choose a new key for a new request");
	c->replay = true;
	if (mine && strcmp(c->rq.subject, c->known_subject) == 0)
		c->written = true; /* the COMMIT whose answer was lost was done: the answer made then stands */
	else
		c->rq.subject = arena_strdup(c->http->arena, c->known_subject);
	return OK;
}

enum err idempotency_keep(struct tx *tx, struct call *c)
{
	TRY(tx_exec(tx, sql_idempotency_insert, NULL, ARG_BYTES("scope", c->scope, sizeof c->scope),
	            ARG_BYTES("body_hash", c->body_hash, sizeof c->body_hash), ARG_TEXT("subject", c->reply.subject)));
	c->rq.subject = c->reply.subject ? c->reply.subject : "";
	c->written = true;
	return OK;
}
