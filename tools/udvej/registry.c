/* SPDX-License-Identifier: EUPL-1.2 */
/* `udvej registry check`: reads a registry as every daemon would, and says what it found. Changes
 * nothing. */
#include "bus/registry.h"

#include <stdio.h>
#include <string.h>

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

static int run(int argc, char **argv)
{
	if (argc != 3 || strcmp(argv[1], "check") != 0)
		return EXIT_USAGE;
	struct arena *a = arena_new(MEMORY);
	const struct registry *r = NULL;
	const char *why = "out of memory";
	enum err e = a ? registry_load(a, argv[2], &r, &why) : ERR_MEMORY;
	if (e == OK)
		print(r);
	else
		fprintf(stderr, "udvej: %s\n", why);
	arena_free(a);
	return e == OK ? 0 : 1;
}

const struct command command_registry = {
	.name = "registry",
	.usage = "check FILE",
	.doc = "Checks a registry as the daemons do, and lists its nodes and brokers.",
	.run = run,
};
