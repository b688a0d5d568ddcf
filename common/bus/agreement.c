/* SPDX-License-Identifier: EUPL-1.2 */
/* Keeps the registry in force. Must never be without one: files that are half written, not signed by all
 * or older than what is in force (a restored copy would let a revoked node in again) are refused whole.
 * Never logs: it says what happened. */
#include "bus/agreement.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bus/document.h"

#define MEMORY ((size_t)64 * 1024 * 1024) /* of all registries in the life of a process */
#define PURPOSE "udvej registry 1\n"      /* in front of what is signed */
#define MAX_PARTNERS 100u

struct partner {
	const char *organisation;
	unsigned char sign[crypto_sign_PUBLICKEYBYTES];
};

struct signature {
	const char *organisation;
	unsigned char bytes[AGREEMENT_SIGNATURE_LEN];
};

struct agreement {
	struct arena *arena;
	const char *path, *sig_path;
	struct partner *partners;
	size_t n_partners;
	const struct registry *registry;
	ProtobufCBinaryData text, signatures;
	struct stat seen, sig_seen; /* the files when they were last looked at */
};

static const struct document_field partner_fields[] = {
	{ "organisation", read_name, offsetof(struct partner, organisation), sizeof(char *) },
	{ "sign", read_bytes, offsetof(struct partner, sign), crypto_sign_PUBLICKEYBYTES },
};

static const struct document_field signature_fields[] = {
	{ "organisation", read_name, offsetof(struct signature, organisation), sizeof(char *) },
	{ "signature", read_bytes, offsetof(struct signature, bytes), AGREEMENT_SIGNATURE_LEN },
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

/* --- taking a registry into force --- */

static enum err consider(struct agreement *a, ProtobufCBinaryData text, ProtobufCBinaryData signatures,
                         const struct registry **ret, const char **why)
{
	struct document sig = { .arena = a->arena, .path = a->sig_path, .why = why };
	TRY(check_signatures(a, &sig, text, signatures));
	TRY(registry_parse(a->arena, a->path, (const char *)text.data, text.len, ret, why));
	if (a->registry && (*ret)->serial < a->registry->serial) {
		*why = arena_printf(a->arena, "%s: serial %ld is lower than %ld, which is in force", a->path, (*ret)->serial,
		                    a->registry->serial);
		return ERR_FILE;
	}
	return OK;
}

static void adopt(struct agreement *a, const struct registry *r, ProtobufCBinaryData text,
                  ProtobufCBinaryData signatures)
{
	a->registry = r;
	a->text = text;
	a->signatures = signatures;
}

static enum err read_files(struct agreement *a, ProtobufCBinaryData *ret_text, ProtobufCBinaryData *ret_signatures,
                           const char **why)
{
	struct document d = { .arena = a->arena, .path = a->path, .why = why };
	TRY(document_text(&d, false, (char **)&ret_text->data, &ret_text->len));
	d.path = a->sig_path;
	return document_text(&d, false, (char **)&ret_signatures->data, &ret_signatures->len);
}

static enum err load_partners(struct agreement *a, const char *path, const char **why)
{
	struct document d = { .arena = a->arena, .path = path, .why = why };
	char *text;
	size_t len;
	void *rows;
	TRY(document_text(&d, false, &text, &len));
	TRY(read_rows(&d, text, len, "partners", partner_fields, sizeof(struct partner), &rows, &a->n_partners));
	a->partners = rows;
	return OK;
}

static bool look(struct agreement *a)
{
	struct stat now, sig_now;
	if (stat(a->path, &now) != 0 || stat(a->sig_path, &sig_now) != 0)
		return false; /* a file that is away for a moment is being replaced */
	bool same = now.st_ino == a->seen.st_ino && now.st_size == a->seen.st_size &&
	            now.st_mtim.tv_sec == a->seen.st_mtim.tv_sec && now.st_mtim.tv_nsec == a->seen.st_mtim.tv_nsec &&
	            sig_now.st_ino == a->sig_seen.st_ino && sig_now.st_mtim.tv_sec == a->sig_seen.st_mtim.tv_sec &&
	            sig_now.st_mtim.tv_nsec == a->sig_seen.st_mtim.tv_nsec;
	a->seen = now;
	a->sig_seen = sig_now;
	return !same;
}

enum err agreement_open(const char *registry_path, const char *partners_path, struct agreement **ret, const char **why)
{
	struct agreement *a = calloc(1, sizeof *a);
	*why = "no memory for the registry";
	if (!a || !(a->arena = arena_new(MEMORY))) {
		free(a);
		return ERR_MEMORY;
	}
	a->path = arena_strdup(a->arena, registry_path);
	a->sig_path = arena_printf(a->arena, "%s.sig", registry_path);
	enum err e = load_partners(a, partners_path, why);
	ProtobufCBinaryData text, signatures;
	const struct registry *r = NULL;
	look(a);
	if (e == OK)
		e = read_files(a, &text, &signatures, why);
	if (e == OK)
		e = consider(a, text, signatures, &r, why);
	if (e == OK)
		adopt(a, r, text, signatures);
	*ret = a; /* also on failure: the words of *why live in it */
	return e;
}

void agreement_close(struct agreement *a)
{
	if (!a)
		return;
	arena_free(a->arena);
	free(a);
}

const struct registry *agreement_registry(const struct agreement *a)
{
	return a->registry;
}

enum agreement_news agreement_refresh(struct agreement *a, const char **why)
{
	ProtobufCBinaryData text, signatures;
	const struct registry *r = NULL;
	if (!look(a))
		return AGREEMENT_SAME;
	if (read_files(a, &text, &signatures, why) != OK)
		return AGREEMENT_REFUSED;
	/* the signatures of a new registry, which is put in place after them */
	if (text.len == a->text.len && memcmp(text.data, a->text.data, text.len) == 0)
		return AGREEMENT_SAME;
	if (consider(a, text, signatures, &r, why) != OK)
		return AGREEMENT_REFUSED;
	adopt(a, r, text, signatures);
	return AGREEMENT_NEW;
}

/* --- from others --- */

static bool replace(const char *path, ProtobufCBinaryData bytes)
{
	char fresh[4096];
	if (snprintf(fresh, sizeof fresh, "%s.new", path) >= (int)sizeof fresh)
		return false;
	int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return false;
	bool good = write(fd, bytes.data, bytes.len) == (ssize_t)bytes.len && fsync(fd) == 0;
	return close(fd) == 0 && good && rename(fresh, path) == 0;
}

static ProtobufCBinaryData keep(struct arena *a, ProtobufCBinaryData bytes)
{
	char *copy = arena_try_alloc(a, bytes.len + 1);
	if (copy && bytes.len)
		memcpy(copy, bytes.data, bytes.len);
	return (ProtobufCBinaryData){ copy ? bytes.len : 0, (uint8_t *)copy };
}

enum agreement_news agreement_offer(struct agreement *a, ProtobufCBinaryData registry, ProtobufCBinaryData signatures,
                                    const char **why)
{
	const struct registry *r = NULL;
	ProtobufCBinaryData text = keep(a->arena, registry), sigs = keep(a->arena, signatures);
	*why = "no memory is left for another registry: restart";
	if (!text.data || !sigs.data || consider(a, text, sigs, &r, why) != OK)
		return AGREEMENT_REFUSED;
	if (r->serial == a->registry->serial)
		return AGREEMENT_SAME;
	/* the signatures first: with the old registry they do not verify, and what is half replaced is not used */
	if (!replace(a->sig_path, sigs) || !replace(a->path, text)) {
		*why = arena_printf(a->arena, "%s: cannot be replaced: %s", a->path, strerror(errno));
		return AGREEMENT_REFUSED;
	}
	look(a);
	adopt(a, r, text, sigs);
	return AGREEMENT_NEW;
}

void agreement_bytes(const struct agreement *a, ProtobufCBinaryData *ret_registry, ProtobufCBinaryData *ret_signatures)
{
	*ret_registry = a->text;
	*ret_signatures = a->signatures;
}
