/* SPDX-License-Identifier: EUPL-1.2 */
/* The operator's program: finds the subcommand in the table and runs it. Owns nothing. What a
 * script needs goes to standard output, what a person needs to standard error. */
#include <sodium.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "command.h"

static const struct command *const commands[] = {
	&command_keys, &command_registry, &command_token, &command_status, &command_dead, &command_recover, &command_verify,
};

static int usage(const struct command *only)
{
	for (size_t i = 0; i < countof(commands); i++)
		if (!only || only == commands[i])
			fprintf(stderr, "udvej %s %s\n    %s\n", commands[i]->name, commands[i]->usage, commands[i]->doc);
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	if (sodium_init() < 0) {
		fprintf(stderr, "udvej: libsodium does not start\n");
		return 1;
	}
	for (size_t i = 0; argc > 1 && i < countof(commands); i++)
		if (strcmp(commands[i]->name, argv[1]) == 0) {
			int code = commands[i]->run(argc - 1, argv + 1);
			return code == EXIT_USAGE ? usage(commands[i]) : code;
		}
	return usage(NULL);
}
