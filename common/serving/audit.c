/* SPDX-License-Identifier: EUPL-1.2 */
/* The log of use. There is one writer, so it numbers and chains the rows in memory, and the database may only be added
 * to. What was searched for is sealed. Owns the head of the chain and the memory of who saw what within the hour. Must
 * never put into clear text what identifies a citizen: ids only. */
#include "serving/audit.h"

#include <sodium.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "engine/engine.h"
#include "serving/audit_chain.h"
#include "sql_serving.h"

#define KNOWN 4096
#define KNOWN_MS ((int64_t)60 * 60 * 1000)
#define FINGERPRINT_LEN 16

struct head {
	int64_t number;
	unsigned char chain[AUDIT_HASH_LEN];
};

struct audit {
	struct engine *engine;
	struct head head, staged; /* committed; in the running transaction */
	unsigned char key[crypto_secretbox_KEYBYTES];
	struct {
		unsigned char fingerprint[FINGERPRINT_LEN];
		int64_t until_ms;
	} known[KNOWN];
};

/* --- the head --- */

static enum err reload(void *owner)
{
	struct audit *a = owner;
	struct db_rows rows;
	TRY(db_rows(a->engine->reading, a->engine->scratch, sql_audit_last, &rows, NULL));
	a->head = (struct head){ 0 };
	if (rows.n)
		a->head.number = atoll(rows.cells[0]);
	if (rows.n && rows.lengths[1] == AUDIT_HASH_LEN) /* else somebody else wrote there, which `udvej verify` finds */
		memcpy(a->head.chain, rows.cells[1], AUDIT_HASH_LEN);
	a->staged = a->head;
	return OK;
}

static void committed(void *owner)
{
	struct audit *a = owner;
	a->head = a->staged;
}

static enum err rolled_back(void *owner)
{
	struct audit *a = owner;
	a->staged = a->head;
	return OK;
}

struct participant audit_participant(struct audit *a)
{
	return (struct participant){ .owner = a, .reload = reload, .committed = committed, .rolled_back = rolled_back };
}

enum err audit_open(struct engine *e, struct audit **ret)
{
	static const char purpose[] = "udvej log of use: what was searched for";
	struct audit *a = ARENA_NEW(e->arena, struct audit);
	a->engine = e;
	crypto_generichash(a->key, sizeof a->key, (const unsigned char *)purpose, sizeof purpose,
	                   e->membership.keys.pseudonym, sizeof e->membership.keys.pseudonym);
	TRY(reload(a));
	*ret = a;
	return OK;
}

/* --- rows --- */

static int64_t now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static const unsigned char *seal(const struct audit *a, struct arena *arena, const char *text, size_t *ret_len)
{
	size_t len = strlen(text);
	*ret_len = len ? crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + len : 0;
	if (!len)
		return NULL;
	unsigned char *out = arena_alloc(arena, *ret_len);
	randombytes_buf(out, crypto_secretbox_NONCEBYTES);
	crypto_secretbox_easy(out + crypto_secretbox_NONCEBYTES, (const unsigned char *)text, len, out, a->key);
	return out;
}

const char *audit_unseal(const struct audit *a, struct arena *arena, const unsigned char *sealed, size_t len)
{
	size_t over = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
	if (len <= over)
		return "";
	char *text = arena_alloc(arena, len - over + 1);
	if (crypto_secretbox_open_easy((unsigned char *)text, sealed + crypto_secretbox_NONCEBYTES,
	                               len - crypto_secretbox_NONCEBYTES, sealed, a->key) != 0)
		return "";
	return text;
}

enum err audit_add(struct audit *a, struct tx *tx, const struct audit_entry *e)
{
	unsigned char *salt = arena_alloc(tx->arena, AUDIT_SALT_LEN);
	unsigned char *commitment = arena_alloc(tx->arena, AUDIT_HASH_LEN), *chain = arena_alloc(tx->arena, AUDIT_HASH_LEN);
	struct audit_row row = {
		.number = ++a->staged.number,
		.at_ms = now_ms(),
		.who = e->who,
		.role = e->role,
		.use = e->use,
		.subject = e->subject,
		.outcome = e->outcome,
		.why = e->why,
		.status = e->status,
		.citizens = *e->citizens ? e->citizens : "{}",
	};
	row.searched = seal(a, tx->arena, e->searched, &row.searched_len);
	randombytes_buf(salt, AUDIT_SALT_LEN);
	audit_commit(&row, salt, commitment);
	audit_chain_add(a->staged.chain, row.number, commitment);
	memcpy(chain, a->staged.chain, AUDIT_HASH_LEN);
	return db_exec(tx->db, tx->arena, sql_audit_insert, NULL, ARG_INT("number", row.number),
	               ARG_INT("at_ms", row.at_ms), ARG_TEXT("who", row.who), ARG_TEXT("role", row.role),
	               ARG_TEXT("use", row.use), ARG_TEXT("subject", row.subject), ARG_TEXT("outcome", row.outcome),
	               ARG_INT("status", row.status), ARG_TEXT("why", row.why), ARG_TEXT("citizens", row.citizens),
	               ARG_BYTES("searched", row.searched, row.searched_len), ARG_BYTES("salt", salt, AUDIT_SALT_LEN),
	               ARG_BYTES("commitment", commitment, AUDIT_HASH_LEN), ARG_BYTES("chain", chain, AUDIT_HASH_LEN));
}

/* --- looks that are known --- */

static void fingerprint(const struct audit_entry *e, unsigned char ret[FINGERPRINT_LEN])
{
	const char *parts[] = { e->who, e->role, e->use, e->subject, e->why, e->citizens, e->searched };
	crypto_generichash_state h;
	crypto_generichash_init(&h, NULL, 0, FINGERPRINT_LEN);
	for (size_t i = 0; i < countof(parts); i++)
		crypto_generichash_update(&h, (const unsigned char *)parts[i], strlen(parts[i]) + 1);
	crypto_generichash_final(&h, ret, FINGERPRINT_LEN);
}

static size_t slot_of(const unsigned char fingerprint[FINGERPRINT_LEN])
{
	return (size_t)(fingerprint[0] | fingerprint[1] << 8) % KNOWN;
}

bool audit_is_known(const struct audit *a, const struct audit_entry *e)
{
	unsigned char print[FINGERPRINT_LEN];
	fingerprint(e, print);
	size_t i = slot_of(print);
	return a->known[i].until_ms > clock_monotonic_ms() && memcmp(a->known[i].fingerprint, print, sizeof print) == 0;
}

void audit_note_known(struct audit *a, const struct audit_entry *e)
{
	unsigned char print[FINGERPRINT_LEN];
	fingerprint(e, print);
	size_t i = slot_of(print);
	memcpy(a->known[i].fingerprint, print, sizeof print);
	a->known[i].until_ms = clock_monotonic_ms() + KNOWN_MS;
}
