/* SPDX-License-Identifier: EUPL-1.2 */
/* The reader of definition files. Every reading function gives a harmless value after a fault, so that a definition is
 * read from top to bottom without a check after each line; the first fault is what the operator is told.
 * Owns the JSON trees while a file is read; all that stays is copied into the arena. */
#include "vocab/definition.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define SUFFIX ".json"
#define MAX_FILES 500

void definition_fault(const struct definition *d, const char *field, const char *rule, ...)
{
	if (*d->fault)
		return;
	va_list ap;
	va_start(ap, rule);
	const char *text = arena_vprintf(d->arena, rule, ap);
	va_end(ap);
	*d->fault = arena_printf(d->arena, "%s: %s%s: %s", d->file, d->where, field, text);
}

void definition_only(const struct definition *d, const char *const *fields)
{
	const char *name;
	json_t *value;
	json_object_foreach((json_t *)d->object, name, value)
	{
		const char *const *f = fields;
		while (*f && strcmp(*f, name) != 0)
			f++;
		if (!*f)
			definition_fault(d, name, "there is no such field");
	}
}

static const json_t *value_of(const struct definition *d, const char *field)
{
	return json_object_get(d->object, field);
}

static const char *text_of(const struct definition *d, const char *field, const json_t *v)
{
	if (!json_is_string(v) || json_string_length(v) == 0) {
		definition_fault(d, field, "must be a text that is not empty");
		return "";
	}
	return arena_strdup(d->arena, json_string_value(v));
}

const char *definition_text(const struct definition *d, const char *field)
{
	return text_of(d, field, value_of(d, field));
}

const char *definition_text_or(const struct definition *d, const char *field, const char *fallback)
{
	return value_of(d, field) ? definition_text(d, field) : fallback;
}

int definition_choice(const struct definition *d, const char *field, const char *const *choices)
{
	const char *text = definition_text(d, field);
	const char *all = "";
	for (int i = 0; choices[i]; i++) {
		if (strcmp(choices[i], text) == 0)
			return i;
		all = arena_printf(d->arena, "%s%s%s", all, i ? ", " : "", choices[i]);
	}
	definition_fault(d, field, "must be one of: %s", all);
	return 0;
}

int definition_int(const struct definition *d, const char *field, int min, int max)
{
	const json_t *v = value_of(d, field);
	if (!json_is_integer(v) || json_integer_value(v) < min || json_integer_value(v) > max) {
		definition_fault(d, field, "must be a whole number from %d to %d", min, max);
		return min;
	}
	return (int)json_integer_value(v);
}

int definition_int_or(const struct definition *d, const char *field, int min, int max, int fallback)
{
	return value_of(d, field) ? definition_int(d, field, min, max) : fallback;
}

double definition_number_or(const struct definition *d, const char *field, double fallback)
{
	const json_t *v = value_of(d, field);
	if (!v)
		return fallback;
	if (!json_is_number(v) || json_number_value(v) < 0) {
		definition_fault(d, field, "must be a number that is not negative");
		return fallback;
	}
	return json_number_value(v);
}

bool definition_bool(const struct definition *d, const char *field)
{
	const json_t *v = value_of(d, field);
	if (!json_is_boolean(v))
		definition_fault(d, field, "must be true or false");
	return json_is_true(v);
}

struct date definition_date(const struct definition *d, const char *field, bool none)
{
	const json_t *v = value_of(d, field);
	struct date date = DATE_NONE;
	if (none && json_is_null(v))
		return date;
	if (!date_parse(json_string_value(v), &date))
		definition_fault(d, field, "must be a date YYYY-MM-DD%s", none ? ", or null" : "");
	return date;
}

struct words definition_words(const struct definition *d, const char *field)
{
	static const char *const fields[] = { "da", "en", NULL };
	const json_t *v = value_of(d, field);
	if (!json_is_object(v)) {
		definition_fault(d, field, "must be an object with da and en");
		return (struct words){ .da = "", .en = "" };
	}
	struct definition inner = *d;
	inner.where = arena_printf(d->arena, "%s%s.", d->where, field);
	inner.object = v;
	definition_only(&inner, fields);
	return (struct words){ .da = definition_text(&inner, "da"), .en = definition_text(&inner, "en") };
}

size_t definition_count(const struct definition *d, const char *field, size_t min, size_t max)
{
	const json_t *v = value_of(d, field);
	if (!json_is_array(v) || json_array_size(v) < min || json_array_size(v) > max) {
		definition_fault(d, field, "must be a list of %zu to %zu", min, max);
		return 0;
	}
	return json_array_size(v);
}

struct definition definition_element(const struct definition *d, const char *field, size_t i)
{
	struct definition e = *d;
	e.object = json_array_get(value_of(d, field), i);
	if (!json_is_object(e.object))
		definition_fault(d, arena_printf(d->arena, "%s[%zu]", field, i), "must be an object");
	e.where = arena_printf(d->arena, "%s%s[%zu].", d->where, field, i);
	return e;
}

const char *definition_element_text(const struct definition *d, const char *field, size_t i)
{
	return text_of(d, arena_printf(d->arena, "%s[%zu]", field, i), json_array_get(value_of(d, field), i));
}

/* --- a directory of them --- */

static int is_definition(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name), suffix = strlen(SUFFIX);
	return entry->d_name[0] != '.' && len > suffix && strcmp(entry->d_name + len - suffix, SUFFIX) == 0;
}

/* By key, not by file name: "a-b" comes after "a", but "a-b.json" before "a.json". */
static int by_key(const struct dirent **a, const struct dirent **b)
{
	char x[sizeof(*a)->d_name], y[sizeof(*b)->d_name];
	strcpy(x, (*a)->d_name);
	strcpy(y, (*b)->d_name);
	x[strlen(x) - strlen(SUFFIX)] = '\0';
	y[strlen(y) - strlen(SUFFIX)] = '\0';
	return strcmp(x, y);
}

static const char *load_one(struct arena *a, const char *dir, const char *file, void *element, definition_take *take,
                            void *context)
{
	const char *fault = NULL;
	json_error_t error;
	json_t *root = json_load_file(arena_printf(a, "%s/%s", dir, file), JSON_REJECT_DUPLICATES, &error);
	if (!root)
		return arena_printf(a, "%s: line %d: %s", file, error.line, error.text);
	struct definition d = {
		.arena = a,
		.file = arena_strdup(a, file),
		.key = arena_strndup(a, file, strlen(file) - strlen(SUFFIX)),
		.where = "",
		.object = root,
		.fault = &fault,
	};
	if (!json_is_object(root))
		fault = arena_printf(a, "%s: must be an object", file);
	else
		take(&d, element, context);
	if (!fault && strcmp(definition_text(&d, "key"), d.key) != 0)
		definition_fault(&d, "key", "must be the file's name without " SUFFIX);
	json_decref(root);
	return fault;
}

enum err definitions_load(struct arena *a, const char *dir, size_t size, definition_take *take, void *context,
                          void **ret, size_t *ret_n, const char **why)
{
	struct dirent **files = NULL;
	int n = scandir(dir, &files, is_definition, by_key);
	const char *fault = NULL;
	char *all = NULL;
	if (n <= 0)
		fault = arena_printf(a, "%s: is no directory with definition files (*" SUFFIX ")", dir);
	else if (n > MAX_FILES)
		fault = arena_printf(a, "%s: has more than %d definition files", dir, MAX_FILES);
	else
		all = arena_alloc(a, size * (size_t)n);
	for (int i = 0; i < n; i++) {
		if (!fault)
			fault = load_one(a, dir, files[i]->d_name, all + size * (size_t)i, take, context);
		free(files[i]);
	}
	free(files);
	if (fault) {
		*why = fault;
		return ERR_FILE;
	}
	*ret = all;
	*ret_n = (size_t)n;
	return OK;
}
