/* SPDX-License-Identifier: EUPL-1.2 */
/* The operator's program: finds the subcommand in the table and runs it. Owns nothing. What a
 * script needs goes to standard output, what a person needs to standard error. */
#include <sodium.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "command.h"

static const struct command *const commands[] = {
	&command_keys, &command_registry, &command_token,  &command_status,
	&command_dead, &command_recover,  &command_retell, &command_verify,
};

static void usage(FILE *out, const struct command *only)
{
	for (size_t i = 0; i < countof(commands); i++)
		if (!only || only == commands[i])
			fprintf(out, "udvej %s %s\n    %s\n", commands[i]->name, commands[i]->usage, commands[i]->doc);
}

static bool asks_for_help(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return true;
	return false;
}

int main(int argc, char **argv)
{
	if (sodium_init() < 0) {
		fprintf(stderr, "udvej: libsodium does not start\n");
		return 1;
	}
	const struct command *asked = NULL;
	for (size_t i = 0; argc > 1 && i < countof(commands); i++)
		if (strcmp(commands[i]->name, argv[1]) == 0)
			asked = commands[i];
	if (asks_for_help(argc, argv)) {
		usage(stdout, asked);
		return fflush(stdout) == 0 ? 0 : 1;
	}
	int code = asked ? asked->run(argc - 1, argv + 1) : EXIT_USAGE;
	if (code == EXIT_USAGE)
		usage(stderr, asked);
	return code;
}
