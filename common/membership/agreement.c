/* SPDX-License-Identifier: EUPL-1.2 */
/* Keeps the registry in force. Must never be without one: files that are half written, not signed by all
 * or older than what is in force (a copy put back would let a revoked node in again) are refused whole. Each is looked
 * at in memory of its own, which goes with it: whatever is offered, and however often, nothing of a refused one stays
 * but the reason. Never logs: it says what happened. */
#include "membership/agreement.h"

#include <errno.h>
#include <sodium.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "membership/document.h"
#include "membership/pair.h"

/* Of one registry: at most 1 MiB each of it, its signatures and the partners, and half of one for the rows that they
 * may have. None can come near the limit, where its arena would abort. */
#define MEMORY ((size_t)8 * 1024 * 1024)
#define PURPOSE "udvej registry 1\n" /* in front of what is signed */
#define WHY_MAX 256
#define MAX_PARTNERS 100u

struct partner {
	char organisation[NODE_NAME_MAX + 1];
	unsigned char sign[crypto_sign_PUBLICKEYBYTES];
};

struct signature {
	const char *organisation;
	unsigned char bytes[AGREEMENT_SIGNATURE_LEN];
};

/* A registry, with the arena that all of it lies in, this row too. */
struct held {
	struct held *earlier; /* was in force before it, and somebody may still look at it */
	struct arena *arena;
	const struct registry *registry;
	ProtobufCBinaryData text, signatures;
};

enum { REGISTRY, SIGNATURES, PARTNERS, N_FILES };

struct agreement {
	struct arena *arena; /* of the paths */
	const char *path[N_FILES];
	struct pair pair;          /* the registry and its signatures among them */
	struct stat seen[N_FILES]; /* the files when they were last looked at */
	struct partner partners[MAX_PARTNERS];
	size_t n_partners;
	struct held *held; /* in force; NULL: none yet */
	bool has_refused;
	unsigned char refused[crypto_generichash_BYTES]; /* hash of the offer that was last refused */
	char why[WHY_MAX];
};

static const char *read_organisation(struct arena *a, const char *value, void *ret, size_t size)
{
	const char *name;
	const char *rule = document_read_name(a, value, &name, sizeof name);
	if (!rule)
		snprintf(ret, size, "%s", name);
	return rule;
}

static const struct document_field partner_fields[] = {
	{ "organisation", read_organisation, offsetof(struct partner, organisation), NODE_NAME_MAX + 1 },
	{ "sign", document_read_bytes, offsetof(struct partner, sign), crypto_sign_PUBLICKEYBYTES },
};

static const struct document_field signature_fields[] = {
	{ "organisation", document_read_name, offsetof(struct signature, organisation), sizeof(char *) },
	{ "signature", document_read_bytes, offsetof(struct signature, bytes), AGREEMENT_SIGNATURE_LEN },
};

/* The rows of the one array that the document holds. */
static enum err read_rows(const struct document *d, const char *text, size_t len, const char *name,
                          const struct document_field fields[2], size_t row_size, void **ret, size_t *ret_n)
{
	json_t *root;
	TRY(document_parse(d, text, len, &root));
	const json_t *array = json_object_get(root, name);
	size_t n = json_array_size(array);
	enum err e = document_only(d, root, "", &name, 1);
	if (e == OK && (n < 1 || n > MAX_PARTNERS))
		e = document_refuse(d, "", name, "must be an array of 1 to 100 rows");
	char *rows = e == OK ? arena_try_alloc(d->arena, n * row_size) : NULL;
	if (e == OK && !rows)
		e = document_refuse(d, "", name, "is too large for the memory set aside for it");
	for (size_t i = 0; i < n && e == OK; i++)
		e = document_object(d, json_array_get(array, i), arena_printf(d->arena, "%s[%zu]", name, i), fields, 2,
		                    rows + i * row_size);
	json_decref(root);
	if (e == OK) {
		*ret = rows;
		*ret_n = n;
	}
	return e;
}

/* --- signatures --- */

static void hash_of(const char *text, size_t len, unsigned char ret[64])
{
	crypto_generichash_state h;
	crypto_generichash_init(&h, NULL, 0, 64);
	crypto_generichash_update(&h, (const unsigned char *)PURPOSE, sizeof PURPOSE - 1);
	crypto_generichash_update(&h, (const unsigned char *)text, len);
	crypto_generichash_final(&h, ret, 64);
}

void agreement_sign(const char *text, size_t len, const unsigned char secret[64],
                    unsigned char ret[AGREEMENT_SIGNATURE_LEN])
{
	unsigned char hash[64];
	hash_of(text, len, hash);
	crypto_sign_detached(ret, NULL, hash, sizeof hash, secret);
}

static bool signed_by(const struct partner *p, const struct signature *signatures, size_t n,
                      const unsigned char hash[64])
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(signatures[i].organisation, p->organisation) == 0 &&
		    crypto_sign_verify_detached(signatures[i].bytes, hash, 64, p->sign) == 0)
			return true;
	return false;
}

bool agreement_signed(const struct agreement *a, const char *organisation, const char *text, size_t len,
                      const unsigned char signature[AGREEMENT_SIGNATURE_LEN])
{
	for (size_t i = 0; i < a->n_partners; i++)
		if (strcmp(a->partners[i].organisation, organisation) == 0)
			return crypto_sign_verify_detached(signature, (const unsigned char *)text, len, a->partners[i].sign) == 0;
	return false;
}

static enum err check_signatures(const struct agreement *a, const struct document *d, ProtobufCBinaryData text,
                                 ProtobufCBinaryData signatures)
{
	void *rows;
	size_t n;
	unsigned char hash[64];
	TRY(read_rows(d, (const char *)signatures.data, signatures.len, "signatures", signature_fields,
	              sizeof(struct signature), &rows, &n));
	hash_of((const char *)text.data, text.len, hash);
	for (size_t i = 0; i < a->n_partners; i++)
		if (!signed_by(&a->partners[i], rows, n, hash))
			return document_refuse(
			    d, "", "signatures",
			    arena_printf(d->arena, "%s has not signed this registry", a->partners[i].organisation));
	return OK;
}

/* --- the memory of one registry --- */

static struct held *held_new(void)
{
	struct arena *arena = arena_new(MEMORY);
	struct held *h = ARENA_NEW(arena, struct held);
	h->arena = arena;
	return h;
}

/* Frees it and all that were in force before it. Takes NULL. */
static void held_free(struct held *h)
{
	for (struct held *earlier; h; h = earlier) {
		earlier = h->earlier;
		arena_free(h->arena);
	}
}

static const char *keep_words(struct agreement *a, const char *words)
{
	size_t n = strlen(words);
	if (n >= sizeof a->why)
		for (n = sizeof a->why - 1; n > 0 && ((unsigned char)words[n] & 0xc0) == 0x80;) /* not within a character */
			n--;
	memcpy(a->why, words, n);
	a->why[n] = '\0';
	return a->why;
}

/* A new one is in force from here on; of any other the reason is kept, and no more. */
static enum agreement_news conclude(struct agreement *a, struct held *h, enum agreement_news news, const char *words,
                                    const char **why)
{
	if (news == AGREEMENT_NEW) {
		h->earlier = a->held;
		a->held = h;
		return news;
	}
	if (news == AGREEMENT_REFUSED)
		*why = keep_words(a, words);
	held_free(h);
	return news;
}

/* --- taking a registry into force --- */

static enum err consider(const struct agreement *a, struct held *h, ProtobufCBinaryData text,
                         ProtobufCBinaryData signatures, const char **why)
{
	const struct document sig = { .arena = h->arena, .path = a->path[SIGNATURES], .why = why };
	if (text.len + signatures.len > AGREEMENT_BYTES_MAX) {
		*why = "the registry and its signatures are together larger than 1 MiB, and so can be given to nobody";
		return ERR_TOO_LARGE;
	}
	TRY(check_signatures(a, &sig, text, signatures));
	TRY(registry_parse(h->arena, a->path[REGISTRY], (const char *)text.data, text.len, &h->registry, why));
	if (a->held && h->registry->serial < a->held->registry->serial) {
		*why = arena_printf(h->arena, "%s: serial %ld is lower than %ld, which is in force", a->path[REGISTRY],
		                    h->registry->serial, a->held->registry->serial);
		return ERR_FILE;
	}
	return OK;
}

static enum err read_partners(struct agreement *a, struct held *h, const char **why)
{
	const struct document d = { .arena = h->arena, .path = a->path[PARTNERS], .why = why };
	char *text;
	size_t len;
	void *rows;
	TRY(document_text(&d, false, &text, &len));
	TRY(read_rows(&d, text, len, "partners", partner_fields, sizeof(struct partner), &rows, &a->n_partners));
	memcpy(a->partners, rows, a->n_partners * sizeof(struct partner));
	return OK;
}

static enum err read_file(struct held *h, const char *path, ProtobufCBinaryData *ret, const char **why)
{
	const struct document d = { .arena = h->arena, .path = path, .why = why };
	return document_text(&d, false, (char **)&ret->data, &ret->len);
}

/* The files as they are now; the partners first, by whose keys of now the registry is judged. */
static enum agreement_news read_all(struct agreement *a, struct held *h, const char *registry, const char **why)
{
	if (read_partners(a, h, why) != OK || read_file(h, registry, &h->text, why) != OK ||
	    read_file(h, a->pair.signatures, &h->signatures, why) != OK)
		return AGREEMENT_REFUSED;
	/* the signatures of a new registry, which is put in place after them */
	if (a->held && h->text.len == a->held->text.len && memcmp(h->text.data, a->held->text.data, h->text.len) == 0)
		return AGREEMENT_SAME;
	return consider(a, h, h->text, h->signatures, why) == OK ? AGREEMENT_NEW : AGREEMENT_REFUSED;
}

static bool differs(const struct stat *a, const struct stat *b)
{
	return a->st_ino != b->st_ino || a->st_size != b->st_size || a->st_mtim.tv_sec != b->st_mtim.tv_sec ||
	       a->st_mtim.tv_nsec != b->st_mtim.tv_nsec;
}

/* Whether any file has changed since the last look. */
static bool look(struct agreement *a)
{
	struct stat now[N_FILES] = { 0 };
	if (stat(a->path[REGISTRY], &now[REGISTRY]) != 0 || stat(a->path[SIGNATURES], &now[SIGNATURES]) != 0)
		return false; /* a file that is away for a moment is being replaced */
	if (stat(a->path[PARTNERS], &now[PARTNERS]) != 0)
		now[PARTNERS] = (struct stat){ 0 }; /* said once, by who reads it */
	bool changed = false;
	for (size_t i = 0; i < N_FILES; i++)
		changed |= differs(&now[i], &a->seen[i]);
	memcpy(a->seen, now, sizeof now);
	return changed;
}

static enum agreement_news refresh(struct agreement *a, const char *registry, const char **why)
{
	struct held *h = held_new();
	const char *words = "";
	enum agreement_news news = read_all(a, h, registry, &words);
	return conclude(a, h, news, words, why);
}

enum err agreement_open(const char *registry_path, const char *partners_path, struct agreement **ret, const char **why)
{
	struct agreement *a = memory_must(calloc(1, sizeof *a));
	a->arena = arena_new(MEMORY);
	a->pair = pair_at(a->arena, registry_path);
	a->path[REGISTRY] = a->pair.registry;
	a->path[SIGNATURES] = a->pair.signatures;
	a->path[PARTNERS] = arena_strdup(a->arena, partners_path);
	look(a);
	*ret = a; /* also on failure: the words of *why live in it */
	if (refresh(a, a->pair.registry, why) == AGREEMENT_NEW)
		return OK;
	/* They were being replaced when somebody ended that: signed by all it is in force, wherever it can be moved to. */
	const char *first = arena_strdup(a->arena, *why);
	if (refresh(a, a->pair.fresh, why) == AGREEMENT_NEW) {
		(void)pair_finish(&a->pair);
		return OK;
	}
	*why = first;
	return ERR_FILE;
}

void agreement_close(struct agreement *a)
{
	if (!a)
		return;
	held_free(a->held);
	arena_free(a->arena);
	free(a);
}

const struct registry *agreement_registry(const struct agreement *a)
{
	return a->held->registry;
}

enum agreement_news agreement_refresh(struct agreement *a, const char **why)
{
	if (!look(a))
		return AGREEMENT_SAME;
	a->has_refused = false; /* with other partners, it may be right */
	return refresh(a, a->pair.registry, why);
}

void agreement_forget_earlier(struct agreement *a)
{
	held_free(a->held->earlier);
	a->held->earlier = NULL;
}

/* --- from others --- */

static ProtobufCBinaryData keep(struct held *h, ProtobufCBinaryData bytes)
{
	char *copy = arena_alloc(h->arena, bytes.len + 1);
	if (bytes.len)
		memcpy(copy, bytes.data, bytes.len);
	return (ProtobufCBinaryData){ bytes.len, (uint8_t *)copy };
}

static void hash_offer(ProtobufCBinaryData registry, ProtobufCBinaryData signatures,
                       unsigned char ret[crypto_generichash_BYTES])
{
	crypto_generichash_state h;
	crypto_generichash_init(&h, NULL, 0, crypto_generichash_BYTES);
	crypto_generichash_update(&h, (const unsigned char *)&registry.len, sizeof registry.len);
	crypto_generichash_update(&h, registry.data, registry.len);
	crypto_generichash_update(&h, signatures.data, signatures.len);
	crypto_generichash_final(&h, ret, crypto_generichash_BYTES);
}

static enum agreement_news judge(struct agreement *a, struct held *h, ProtobufCBinaryData registry,
                                 ProtobufCBinaryData signatures, const char **why)
{
	unsigned char hash[crypto_generichash_BYTES];
	hash_offer(registry, signatures, hash);
	if (a->has_refused && memcmp(hash, a->refused, sizeof hash) == 0)
		return AGREEMENT_SAME;
	if (consider(a, h, registry, signatures, why) != OK) {
		a->has_refused = true;
		memcpy(a->refused, hash, sizeof hash);
		return AGREEMENT_REFUSED;
	}
	if (h->registry->serial == a->held->registry->serial)
		return AGREEMENT_SAME;
	h->text = keep(h, registry);
	h->signatures = keep(h, signatures);
	if (pair_replace(&a->pair, registry, signatures))
		return AGREEMENT_NEW; /* the next look reads the files again, lest it miss what an operator puts there now */
	*why = arena_printf(h->arena, "%s: cannot be replaced: %s", a->path[REGISTRY], strerror(errno));
	return AGREEMENT_REFUSED;
}

enum agreement_news agreement_offer(struct agreement *a, ProtobufCBinaryData registry, ProtobufCBinaryData signatures,
                                    const char **why)
{
	const char *words = "it or its signatures are larger than 1 MiB";
	if (registry.len > DOCUMENT_MAX || signatures.len > DOCUMENT_MAX)
		return conclude(a, NULL, AGREEMENT_REFUSED, words, why);
	struct held *h = held_new();
	enum agreement_news news = judge(a, h, registry, signatures, &words);
	return conclude(a, h, news, words, why);
}

void agreement_bytes(const struct agreement *a, ProtobufCBinaryData *ret_registry, ProtobufCBinaryData *ret_signatures)
{
	*ret_registry = a->held->text;
	*ret_signatures = a->held->signatures;
}
