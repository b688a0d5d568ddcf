/* SPDX-License-Identifier: EUPL-1.2 */
/* Settings: one row each, with default and documentation; read from a file of `key = value` lines
 * given on the command line. An unknown key is refused, a missing one without default too. */
#ifndef UDVEJ_DAEMON_SETTING_H
#define UDVEJ_DAEMON_SETTING_H

#include "base/arena.h"
#include "base/err.h"

struct setting {
	const char *key;
	const char *fallback; /* NULL: must be given */
	const char *doc;
};

struct settings;

/* Reads the file against the rows of several tables (NULL-ended array of arrays is not needed: two tables). */
enum err settings_load(struct arena *a, const char *path, const struct setting *common, size_t n_common,
                       const struct setting *own, size_t n_own, struct settings **ret, const char **why) MUST_USE;
/* The value; the key must be a row. */
const char *settings_get(const struct settings *s, const char *key);

#endif
