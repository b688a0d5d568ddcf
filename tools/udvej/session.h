/* SPDX-License-Identifier: EUPL-1.2 */
/* A look into a daemon's own database, for the subcommands of an operator. */
#ifndef UDVEJ_TOOLS_SESSION_H
#define UDVEJ_TOOLS_SESSION_H

#include <stdbool.h>

#include "command.h"
#include "daemon/daemon.h"

struct session {
	struct arena *arena;
	struct settings *settings;
	struct db *db;
	const char *why; /* what failed, for a person; "": db_error() tells */
};

/* Opens the database that the settings file names, with the statements of an operator. session_close() also after a
 * failure; the settings are there then as far as they could be read. */
enum err session_open(struct session *s, const char *conf) MUST_USE;
/* Whether the node runs, by its fence in the database. */
enum err session_node_runs(struct session *s, bool *ret) MUST_USE;
/* Whether it is an intake node's database. */
enum err session_is_intake(struct session *s, bool *ret) MUST_USE;
/* Says what failed, if anything did. The exit code of the program. */
int session_close(struct session *s, enum err e);

/* The value after `name` among the arguments from `first` on, which come in pairs; NULL: not given. */
const char *session_option(int argc, char **argv, int first, const char *name);

#endif
