/* SPDX-License-Identifier: EUPL-1.2 */
/* The registry as it is now: read again whenever its file has changed, so that a node taken out of
 * it is cut off without a restart. */
#ifndef UDVEJ_BROKER_MEMBERS_H
#define UDVEJ_BROKER_MEMBERS_H

#include <stdbool.h>
#include <sys/stat.h>

#include "bus/registry.h"

struct members {
	const char *path;
	struct arena *arena; /* of the registry in force */
	const struct registry *registry;
	struct stat seen; /* the file when it was last read, in force or refused */
	bool refused;     /* the newest file could not be used: an older registry is in force */
};

/* Reads the registry; *why then has the life of the process. */
enum err members_open(struct members *m, const char *path, const char **why) MUST_USE;
void members_close(struct members *m);
/* Looks at the file. True: another registry is in force now, and all pointers into the old one are gone. A file
 * that is not well formed, or has a lower serial, is logged and not used. */
bool members_refresh(struct members *m);

#endif
