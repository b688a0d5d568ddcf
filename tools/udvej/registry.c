/* SPDX-License-Identifier: EUPL-1.2 */
/* `udvej registry`: checks a registry as every daemon would, and signs it for a partner (registry_sign.c). */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "membership/agreement.h"
#include "membership/registry.h"
#include "registry_sign.h"

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

static const struct {
	const char *name;
	int least, most; /* arguments; those that are not given are NULL */
	enum err (*run)(struct arena *a, char **arguments, const char **why);
} verbs[] = {
	{ "check", 1, 1, check },
	{ "verify", 2, 2, verify },
	{ "sign", 3, 4, registry_sign },
};

static int run(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < countof(verbs); i++) {
		if (strcmp(verbs[i].name, argv[1]) != 0 || argc - 2 < verbs[i].least || argc - 2 > verbs[i].most)
			continue;
		struct arena *a = arena_new(MEMORY);
		const char *why = "";
		enum err e = verbs[i].run(a, argv + 2, &why);
		if (e != OK)
			fprintf(stderr, "udvej: %s\n", why);
		arena_free(a);
		return e == OK ? 0 : 1;
	}
	return EXIT_USAGE;
}

const struct command command_registry = {
	.name = "registry",
	.usage = "check FILE | verify FILE PARTNERS-FILE | sign FILE ORGANISATION PARTNER-SECRET-KEYS-FILE [PARTNERS-FILE]",
	.doc =
	    "Lists and checks a registry; checks that all partners signed it; adds a partner's signature to FILE.sig. "
	    "With\n"
	    "    PARTNERS-FILE the key has to be the one in it; without, be made with --name partner-ORGANISATION, of an\n"
	    "    organisation that has a node in FILE.",
	.run = run,
};
