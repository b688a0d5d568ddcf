/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads `key = value` lines ("#" begins a comment) against tables of rows. Owns nothing but what
 * lies in the arena. Never guesses: an unknown key, a key twice, or one missing is an error. */
#include "daemon/setting.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct value {
	const struct setting *row;
	const char *text;
};

struct settings {
	size_t n;
	struct value values[];
};

static char *trim(char *s)
{
	s += strspn(s, " \t\r\n");
	size_t n = strlen(s);
	while (n && strchr(" \t\r\n", s[n - 1]))
		s[--n] = '\0';
	return s;
}

static struct value *find(const struct settings *s, const char *key)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->values[i].row->key, key) == 0)
			return (struct value *)&s->values[i];
	return NULL;
}

static enum err read_line(struct arena *a, struct settings *s, const char *where, char *line, const char **why)
{
	line = trim(line);
	if (!*line || *line == '#')
		return OK;
	char *equals = strchr(line, '=');
	if (!equals) {
		*why = arena_printf(a, "%s: a line must be `key = value`", where);
		return ERR_CONFIG;
	}
	*equals = '\0';
	const char *key = trim(line);
	struct value *v = find(s, key);
	if (!v || v->text) {
		*why = arena_printf(a, "%s: setting `%s` is %s", where, key, v ? "given twice" : "not known");
		return ERR_CONFIG;
	}
	v->text = arena_strdup(a, trim(equals + 1));
	return OK;
}

static enum err read_file(struct arena *a, struct settings *s, const char *path, FILE *file, const char **why)
{
	char line[4096];
	for (int number = 1; fgets(line, sizeof line, file); number++) {
		const char *where = arena_printf(a, "%s:%d", path, number);
		TRY(read_line(a, s, where, line, why));
	}
	for (size_t i = 0; i < s->n; i++) {
		struct value *v = &s->values[i];
		if (!v->text)
			v->text = v->row->fallback;
		if (!v->text) {
			*why = arena_printf(a, "%s: setting `%s` is missing: %s", path, v->row->key, v->row->doc);
			return ERR_CONFIG;
		}
	}
	return OK;
}

enum err settings_load(struct arena *a, const char *path, const struct setting *common, size_t n_common,
                       const struct setting *own, size_t n_own, struct settings **ret, const char **why)
{
	FILE *file = fopen(path, "re");
	if (!file) {
		*why = arena_printf(a, "%s: %s", path, strerror(errno));
		return ERR_CONFIG;
	}
	struct settings *s = arena_alloc(a, sizeof *s + (n_common + n_own) * sizeof s->values[0]);
	for (size_t i = 0; i < n_common; i++)
		s->values[s->n++].row = &common[i];
	for (size_t i = 0; i < n_own; i++)
		s->values[s->n++].row = &own[i];
	enum err e = read_file(a, s, path, file, why);
	fclose(file);
	if (e == OK)
		*ret = s;
	return e;
}

const char *settings_get(const struct settings *s, const char *key)
{
	const struct value *v = find(s, key);
	return v ? v->text : NULL;
}
