/* SPDX-License-Identifier: EUPL-1.2 */
/* The Danish municipalities and Christiansø, from common/vocab/municipalities.csv (code,name). */
#ifndef UDVEJ_VOCAB_MUNICIPALITY_H
#define UDVEJ_VOCAB_MUNICIPALITY_H

#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

struct municipality {
	const char *code; /* four digits: "0101" */
	const char *name; /* "København" */
};

struct municipalities {
	const struct municipality *all; /* by code, ascending */
	size_t n;
};

/* Reads the file into the arena. ERR_FILE: *why names file, line and rule. */
enum err municipalities_load(struct arena *a, const char *path, const struct municipalities **ret,
                             const char **why) MUST_USE;
/* The municipality with this code, or NULL. */
const struct municipality *municipality_by_code(const struct municipalities *m, const char *code);

#endif
