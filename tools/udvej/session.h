/* SPDX-License-Identifier: EUPL-1.2 */
/* A look into a daemon's own database, for the subcommands of an operator. */
#ifndef UDVEJ_TOOLS_SESSION_H
#define UDVEJ_TOOLS_SESSION_H

#include "command.h"
#include "daemon/daemon.h"

struct session {
	struct arena *arena;
	struct settings *settings;
	struct db *db;
	const char *why; /* what failed, for a person; "": db_error() tells */
};

/* Opens the database that the settings file names, with the statements of an operator. session_close() also after a
 * failure. */
enum err session_open(struct session *s, const char *conf) MUST_USE;
/* Says what failed, if anything did. The exit code of the program. */
int session_close(struct session *s, enum err e);

/* The value after `name` among the arguments from `first` on, which come in pairs; NULL: not given. */
const char *option(int argc, char **argv, int first, const char *name);

#endif
