/* SPDX-License-Identifier: EUPL-1.2 */
/* Adds a partner's signature to REGISTRY.sig, which holds one of each partner over the exact bytes of the registry.
 * Must never sign for a partner with a key that is not its own: that would show only when every partner has signed,
 * and at every node at once. */
#include "registry_sign.h"

#include <errno.h>
#include <jansson.h>
#include <sodium.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "membership/agreement.h"
#include "membership/document.h"
#include "membership/registry.h"

struct partner {
	const char *organisation;
	unsigned char sign[crypto_sign_PUBLICKEYBYTES];
};

/* The partner's public key, out of the file by which the nodes know it. */
static enum err read_partner(const struct document *d, const char *organisation, struct partner *ret)
{
	static const struct document_field fields[] = {
		{ "organisation", document_read_name, offsetof(struct partner, organisation), sizeof(char *), false },
		{ "sign", document_read_bytes, offsetof(struct partner, sign), crypto_sign_PUBLICKEYBYTES, false },
	};
	json_t *root;
	const json_t *row;
	size_t i;
	TRY(document_load(d, false, &root));
	enum err e =
	    document_refuse(d, "", "partners", arena_printf(d->arena, "there is no partner `%.64s`", organisation));
	json_array_foreach(json_object_get(root, "partners"), i, row)
	{
		const char *name = json_string_value(json_object_get(row, "organisation"));
		if (name && strcmp(name, organisation) == 0)
			e = document_object(d, row, arena_printf(d->arena, "partners[%zu]", i), fields, countof(fields), ret);
	}
	json_decref(root);
	return e;
}

/* By the partners' file: the key itself. */
static enum err load_known(struct arena *a, char **arguments, struct secret_keys *ret, const char **why)
{
	struct document d = { .arena = a, .path = arguments[3], .why = why };
	struct partner partner;
	unsigned char public[crypto_sign_PUBLICKEYBYTES];
	TRY(read_partner(&d, arguments[1], &partner));
	TRY(keys_load(a, arguments[2], NULL, ret, why));
	crypto_sign_ed25519_sk_to_pk(public, ret->sign_secret);
	if (memcmp(public, partner.sign, sizeof public) == 0)
		return OK;
	*why = arena_printf(a, "%s is not the key that %s has for partner %s: nothing was signed", arguments[2],
	                    arguments[3], arguments[1]);
	sodium_memzero(ret, sizeof *ret);
	return ERR_FORBIDDEN;
}

/* Without it: the name that the key was made with. */
static enum err load_named(struct arena *a, char **arguments, const struct registry *r, struct secret_keys *ret,
                           const char **why)
{
	const char *organisation = arguments[1];
	bool known = false;
	for (size_t i = 0; i < r->n_nodes; i++)
		known = known || strcmp(r->nodes[i].organisation, organisation) == 0;
	if (known)
		return keys_load(a, arguments[2], arena_printf(a, "partner-%s", organisation), ret, why);
	*why =
	    arena_printf(a,
	                 "no node of %s is of an organisation `%s`: nothing was signed. For a partner without a node give "
	                 "the file of the partners, too",
	                 arguments[0], organisation);
	return ERR_NOT_FOUND;
}

/* The signatures that are there already, without this partner's. */
static json_t *others(const char *path, const char *organisation)
{
	json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, NULL), *kept = json_array();
	const json_t *one;
	size_t i;
	json_array_foreach(json_object_get(root, "signatures"), i, one)
	{
		const char *whose = json_string_value(json_object_get(one, "organisation"));
		if (whose && strcmp(whose, organisation) != 0)
			json_array_append(kept, (json_t *)one);
	}
	json_decref(root);
	return kept;
}

static enum err write_signature(struct arena *a, const char *registry, const char *organisation,
                                const unsigned char signature[AGREEMENT_SIGNATURE_LEN], const char **why)
{
	const char *path = arena_printf(a, "%s.sig", registry), *fresh = arena_printf(a, "%s.sig.new", registry);
	char base64[sodium_base64_ENCODED_LEN(AGREEMENT_SIGNATURE_LEN, sodium_base64_VARIANT_ORIGINAL)];
	sodium_bin2base64(base64, sizeof base64, signature, AGREEMENT_SIGNATURE_LEN, sodium_base64_VARIANT_ORIGINAL);
	json_t *all = others(path, organisation);
	json_array_append_new(all, json_pack("{ss ss}", "organisation", organisation, "signature", base64));
	json_t *root = json_pack("{so}", "signatures", all);
	bool good = json_dump_file(root, fresh, JSON_INDENT(1)) == 0 && rename(fresh, path) == 0;
	json_decref(root);
	if (!good)
		*why = arena_printf(a, "%s: %s", path, strerror(errno));
	return good ? OK : ERR_FILE;
}

enum err registry_sign(struct arena *a, char **arguments, const char **why)
{
	const char *registry = arguments[0];
	struct document d = { .arena = a, .path = registry, .why = why };
	struct secret_keys keys;
	const struct registry *r;
	unsigned char signature[AGREEMENT_SIGNATURE_LEN];
	char *text;
	size_t len;
	TRY(document_text(&d, false, &text, &len));
	TRY(registry_parse(a, registry, text, len, &r, why));
	if (arguments[3])
		TRY(load_known(a, arguments, &keys, why));
	else
		TRY(load_named(a, arguments, r, &keys, why));
	agreement_sign(text, len, keys.sign_secret, signature);
	sodium_memzero(&keys, sizeof keys);
	return write_signature(a, registry, arguments[1], signature, why);
}
