/* SPDX-License-Identifier: EUPL-1.2 */
/* `udvej registry`: checks a registry as every daemon would, and signs it for a partner. Signing adds
 * to REGISTRY.sig, which holds one signature of each partner over the exact bytes of the registry. */
#include "bus/registry.h"

#include <errno.h>
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "bus/agreement.h"
#include "bus/document.h"
#include "command.h"

#define MEMORY ((size_t)8 * 1024 * 1024)

static void print(const struct registry *r)
{
	printf("serial %ld\n", r->serial);
	for (size_t i = 0; i < r->n_nodes; i++)
		printf("node %s: %s of %s\n", r->nodes[i].name, r->nodes[i].role, r->nodes[i].organisation);
	for (size_t i = 0; i < r->n_brokers; i++)
		printf("broker %s: %s\n", r->brokers[i].name, r->brokers[i].endpoint);
}

static enum err check(struct arena *a, char **arguments, const char **why)
{
	const struct registry *r = NULL;
	(void)a;
	TRY(registry_load(a, arguments[0], &r, why));
	print(r);
	return OK;
}

/* With the partners' keys: also that all of them have signed it. */
static enum err verify(struct arena *a, char **arguments, const char **why)
{
	struct agreement *agreement = NULL;
	enum err e = agreement_open(arguments[0], arguments[1], &agreement, why);
	if (e == OK)
		print(agreement_registry(agreement));
	else
		*why = arena_strdup(a, *why);
	agreement_close(agreement);
	return e;
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

static enum err sign(struct arena *a, char **arguments, const char **why)
{
	const char *registry = arguments[0], *organisation = arguments[1];
	const char *path = arena_printf(a, "%s.sig", registry), *fresh = arena_printf(a, "%s.sig.new", registry);
	struct document d = { .arena = a, .path = registry, .why = why };
	struct secret_keys keys;
	const struct registry *r;
	unsigned char signature[AGREEMENT_SIGNATURE_LEN];
	char base64[sodium_base64_ENCODED_LEN(AGREEMENT_SIGNATURE_LEN, sodium_base64_VARIANT_ORIGINAL)];
	char *text;
	size_t len;
	TRY(document_text(&d, false, &text, &len));
	TRY(registry_parse(a, registry, text, len, &r, why));
	TRY(secret_keys_load(a, arguments[2], &keys, why));
	agreement_sign(text, len, keys.sign_secret, signature);
	sodium_memzero(&keys, sizeof keys);
	sodium_bin2base64(base64, sizeof base64, signature, sizeof signature, sodium_base64_VARIANT_ORIGINAL);
	json_t *all = others(path, organisation);
	json_array_append_new(all, json_pack("{ss ss}", "organisation", organisation, "signature", base64));
	json_t *root = json_pack("{so}", "signatures", all);
	bool good = json_dump_file(root, fresh, JSON_INDENT(1)) == 0 && rename(fresh, path) == 0;
	json_decref(root);
	if (!good)
		*why = arena_printf(a, "%s: %s", path, strerror(errno));
	return good ? OK : ERR_FILE;
}

static const struct {
	const char *name;
	int n_arguments;
	enum err (*run)(struct arena *a, char **arguments, const char **why);
} verbs[] = {
	{ "check", 1, check },
	{ "verify", 2, verify },
	{ "sign", 3, sign },
};

static int run(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < countof(verbs); i++) {
		if (strcmp(verbs[i].name, argv[1]) != 0 || argc - 2 != verbs[i].n_arguments)
			continue;
		struct arena *a = arena_new(MEMORY);
		const char *why = "out of memory";
		enum err e = a ? verbs[i].run(a, argv + 2, &why) : ERR_MEMORY;
		if (e != OK)
			fprintf(stderr, "udvej: %s\n", why);
		arena_free(a);
		return e == OK ? 0 : 1;
	}
	return EXIT_USAGE;
}

const struct command command_registry = {
	.name = "registry",
	.usage = "check FILE | verify FILE PARTNERS-FILE | sign FILE ORGANISATION SECRET-KEYS-FILE",
	.doc = "Lists and checks a registry; checks that all partners signed it; adds a partner's signature to FILE.sig.",
	.run = run,
};
