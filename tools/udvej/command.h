/* SPDX-License-Identifier: EUPL-1.2 */
/* A subcommand of `udvej`: one file each, one row each in the table of main.c. */
#ifndef UDVEJ_TOOLS_COMMAND_H
#define UDVEJ_TOOLS_COMMAND_H

struct command {
	const char *name;
	const char *usage; /* the arguments, one form a line */
	const char *doc;   /* one sentence */
	/* argv[0] is the subcommand. Returns the exit code: 0 done, 1 failed (said on standard error), 2 wrong usage
	 * (main prints the usage). */
	int (*run)(int argc, char **argv);
};

extern const struct command command_keys, command_registry, command_token, command_status, command_dead,
    command_recover, command_retell, command_verify;

#define EXIT_USAGE 2

#endif
