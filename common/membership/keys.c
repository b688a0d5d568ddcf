/* SPDX-License-Identifier: EUPL-1.2 */
/* A node's own secret keys, read from their file. Owns nothing. Never prints or names a key in
 * what it refuses, and never takes a file that anyone but its owner can read. */
#include <sodium.h>
#include <stddef.h>
#include <string.h>
#include <zmq.h>

#include "membership/document.h"
#include "membership/registry.h"

struct keys_file {
	const char *name;
	struct secret_keys keys;
};

#define FIELD(key, reader)                                                                                             \
	{                                                                                                                  \
		.name = #key, .read = (reader), .offset = offsetof(struct keys_file, keys.key),                                \
		.size = sizeof((struct secret_keys *)0)->key                                                                   \
	}

static const struct document_field fields[] = {
	{ .name = "name", .read = document_read_name, .offset = offsetof(struct keys_file, name), .size = sizeof(char *) },
	FIELD(curve_secret, document_read_z85_in_place),
	FIELD(curve_public, document_read_z85_in_place),
	FIELD(sign_secret, document_read_bytes),
	FIELD(box_secret, document_read_bytes),
	FIELD(pseudonym, document_read_bytes),
};

/* A pair that does not belong together would only show as a handshake that never succeeds. */
static enum err check_pair(const struct document *d, const struct secret_keys *keys)
{
	char public[KEY_Z85_LEN + 1];
	if (zmq_curve_public(public, keys->curve_secret) != 0 || strcmp(public, keys->curve_public) != 0)
		return document_refuse(d, "", "curve_public", "must belong to curve_secret");
	return OK;
}

/* With the keys of another node everything would seem to work until the first message cannot be opened. */
static enum err check_name(const struct document *d, const char *name, const char *whose)
{
	if (!whose || strcmp(name, whose) == 0)
		return OK;
	return document_refuse(d, "", "name",
	                       arena_printf(d->arena, "must be `%.64s`, but these are the keys of `%s`", whose, name));
}

enum err keys_load(struct arena *a, const char *path, const char *whose, struct secret_keys *ret, const char **why)
{
	struct document d = { .arena = a, .path = path, .why = why };
	struct keys_file file = { 0 };
	json_t *root;
	TRY(document_load(&d, true, &root));
	enum err e = document_object(&d, root, "", fields, countof(fields), &file);
	json_decref(root);
	if (e == OK)
		e = check_name(&d, file.name, whose);
	if (e == OK)
		e = check_pair(&d, &file.keys);
	if (e == OK)
		*ret = file.keys;
	sodium_memzero(&file, sizeof file);
	return e;
}

size_t keys_in_force(const struct key_ring *ring, const struct registry_node *node)
{
	size_t i = 0;
	while (i < ring->n && strcmp(ring->sets[i].curve_public, node->curve) != 0)
		i++;
	return i;
}
