/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads the list of municipalities once, at start. Owns the form of the file: a heading, then code,name in ascending
 * order of code. Must never ask a service for a municipality. */
#include "vocab/municipality.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_MUNICIPALITIES 200
#define HEADING "code,name"

/* The rule that a line breaks, or NULL. Cuts the line at its comma and end. */
static const char *take_line(struct arena *a, char *line, struct municipality *ret, const char *previous)
{
	line[strcspn(line, "\r\n")] = '\0';
	char *comma = strchr(line, ',');
	if (!comma || comma - line != 4 || strspn(line, "0123456789") != 4)
		return "must begin with a code of four digits and a comma";
	*comma = '\0';
	if (comma[1] == '\0')
		return "must have a name after the code";
	if (previous && strcmp(previous, line) >= 0)
		return "must come after the line before it in order of code";
	*ret = (struct municipality){ .code = arena_strdup(a, line), .name = arena_strdup(a, comma + 1) };
	return NULL;
}

static enum err read_lines(struct arena *a, const char *path, FILE *f, struct municipality *all, size_t *ret_n,
                           const char **why)
{
	char line[256];
	size_t n = 0;
	if (!fgets(line, sizeof line, f) || strncmp(line, HEADING, strlen(HEADING)) != 0) {
		*why = arena_printf(a, "%s:1: must be the heading \"" HEADING "\"", path);
		return ERR_FILE;
	}
	while (fgets(line, sizeof line, f)) {
		const char *rule = n == MAX_MUNICIPALITIES ? "is one municipality too many"
		                                           : take_line(a, line, &all[n], n ? all[n - 1].code : NULL);
		if (rule) {
			*why = arena_printf(a, "%s:%zu: %s", path, n + 2, rule);
			return ERR_FILE;
		}
		n++;
	}
	*ret_n = n;
	return OK;
}

enum err municipalities_load(struct arena *a, const char *path, const struct municipalities **ret, const char **why)
{
	FILE *f = fopen(path, "re");
	if (!f) {
		*why = arena_printf(a, "%s: cannot be opened", path);
		return ERR_FILE;
	}
	struct municipality *all = ARENA_ARRAY(a, struct municipality, MAX_MUNICIPALITIES);
	size_t n = 0;
	enum err e = read_lines(a, path, f, all, &n, why);
	(void)fclose(f);
	TRY(e);
	struct municipalities *m = ARENA_NEW(a, struct municipalities);
	*m = (struct municipalities){ .all = all, .n = n };
	*ret = m;
	return OK;
}

static int compare_code(const void *code, const void *m)
{
	return strcmp(code, ((const struct municipality *)m)->code);
}

const struct municipality *municipality_by_code(const struct municipalities *m, const char *code)
{
	return code ? bsearch(code, m->all, m->n, sizeof *m->all, compare_code) : NULL;
}
