/* SPDX-License-Identifier: EUPL-1.2 */
/* PostgreSQL's array literals of text, one dimension (manual, section 8.15). Pure. */
#include <string.h>
#include <strings.h>

#include "db/connection.h"

const char *array_write(struct arena *a, const char *const *items, size_t n)
{
	struct buffer out = buffer_in(a);
	buffer_add(&out, "{", 1);
	for (size_t i = 0; i < n; i++) {
		buffer_puts(&out, i ? ",\"" : "\"");
		for (const char *s = items[i] ? items[i] : ""; *s;) {
			size_t plain = strcspn(s, "\"\\");
			buffer_add(&out, s, plain);
			s += plain;
			if (*s) {
				buffer_add(&out, "\\", 1);
				buffer_add(&out, s++, 1);
			}
		}
		buffer_add(&out, "\"", 1);
	}
	buffer_add(&out, "}", 1);
	return out.data;
}

/* Reads one item at *at to *to, ended by NUL; moves both behind it. */
static bool read_item(const char **at, char **to)
{
	const char *s = *at;
	char *item = *to, *end = item;
	bool quoted = *s == '"';
	for (s += quoted; *s && (quoted ? *s != '"' : *s != ',' && *s != '}'); s++) {
		if (!quoted && (*s == '{' || *s == '"'))
			return false;
		if (*s == '\\' && !*++s)
			return false;
		*end++ = *s;
	}
	if (quoted && *s++ != '"')
		return false;
	*end = '\0';
	if (!quoted && strcasecmp(item, "NULL") == 0)
		*item = '\0';
	*at = s;
	*to = end + 1;
	return *s == ',' || *s == '}';
}

bool array_read(struct arena *a, const char *literal, const char ***ret, size_t *n)
{
	size_t len = strlen(literal), count = 0, most = 1;
	if (len < 2 || literal[0] != '{' || literal[len - 1] != '}')
		return false;
	for (const char *s = literal; *s; s++)
		most += *s == ',';
	const char **items = ARENA_ARRAY(a, const char *, most);
	char *to = arena_alloc(a, len + 1); /* each item is followed by a comma or bracket: room for its NUL */
	const char *at = literal + 1;
	while (len > 2) {
		items[count++] = to;
		if (!read_item(&at, &to))
			return false;
		if (*at++ == '}')
			break;
	}
	if (len > 2 && at != literal + len)
		return false;
	*ret = items;
	*n = count;
	return true;
}
