/* SPDX-License-Identifier: EUPL-1.2 */
/* Strict reading of definition files (instruments, programmes): every field is asked for by name, form and range,
 * unknown fields are refused, and the first fault is kept with its file and field. */
#ifndef UDVEJ_VOCAB_DEFINITION_H
#define UDVEJ_VOCAB_DEFINITION_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "vocab/code.h"
#include "vocab/date.h"

/* One object of a file, while it is read. */
struct definition {
	struct arena *arena;
	const char *file;  /* name without directory */
	const char *key;   /* the file's name without ".json" */
	const char *where; /* path of this object in the file: "" or "grants[1]." */
	const json_t *object;
	const char **fault; /* NULL until something is wrong; shared by all objects of a file */
};

/* Reads one file's definition into element `i` of the caller's array. Faults go to the definition. */
typedef void definition_take(const struct definition *d, void *element, void *context);

/* Reads all *.json of a directory, in order of name, into an array of elements of `size` bytes in the arena. ERR_FILE:
 * *why names the file, the field and the rule. */
enum err definitions_load(struct arena *a, const char *dir, size_t size, definition_take *take, void *context,
                          void **ret, size_t *ret_n, const char **why) MUST_USE;

/* Notes a fault of a field, unless there is one already: "must be ...". */
void definition_fault(const struct definition *d, const char *field, const char *rule, ...)
    __attribute__((format(printf, 3, 4)));
/* Refuses every field that is not in the NULL-ended list. */
void definition_only(const struct definition *d, const char *const *fields);
/* A text that is not empty; "" after a fault. The _or form gives the fallback where the field is absent. */
const char *definition_text(const struct definition *d, const char *field);
const char *definition_text_or(const struct definition *d, const char *field, const char *fallback);
/* A text that must be one of a NULL-ended list; its index. */
int definition_choice(const struct definition *d, const char *field, const char *const *choices);
int definition_int(const struct definition *d, const char *field, int min, int max);
int definition_int_or(const struct definition *d, const char *field, int min, int max, int fallback);
double definition_number_or(const struct definition *d, const char *field, double fallback);
bool definition_bool(const struct definition *d, const char *field);
/* A date, or null where `none` allows it. */
struct date definition_date(const struct definition *d, const char *field, bool none);
/* { "da": ..., "en": ... } */
struct words definition_words(const struct definition *d, const char *field);
/* How many elements a list has, between min and max. */
size_t definition_count(const struct definition *d, const char *field, size_t min, size_t max);
/* The object at an index of a list; an empty one after a fault. */
struct definition definition_element(const struct definition *d, const char *field, size_t i);
/* The text at an index of a list. */
const char *definition_element_text(const struct definition *d, const char *field, size_t i);

#endif
