/* SPDX-License-Identifier: EUPL-1.2 */
/* A JSON file read field by field against a table: every field that is not optional must be
 * there, be a string, and obey its rule; no other field may be. What is refused names file, field and rule. */
#ifndef UDVEJ_MEMBERSHIP_DOCUMENT_H
#define UDVEJ_MEMBERSHIP_DOCUMENT_H

#include <jansson.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"

#define DOCUMENT_MAX ((size_t)1024 * 1024) /* bytes of a file */

/* What is being read, and where to say why it was refused. */
struct document {
	struct arena *arena;
	const char *path;
	const char **why;
};

/* Reads `value` into `ret`, which has `size` bytes; returns the rule that was broken, or NULL. */
typedef const char *field_reader(struct arena *a, const char *value, void *ret, size_t size);

struct document_field {
	const char *name;
	field_reader *read;
	size_t offset, size; /* where the value goes inside the structure */
	bool optional;       /* may be left out: the value then stays as it is */
};

/* The bytes of the file, in the arena; `secret` refuses one that group or others may read. */
enum err document_text(const struct document *d, bool secret, char **ret, size_t *ret_len) MUST_USE;
/* Parses bytes; d->path names them in what is refused. The caller owns *ret. */
enum err document_parse(const struct document *d, const char *text, size_t len, json_t **ret) MUST_USE;
/* Opens and parses the file; `secret` refuses one that group or others may read. The caller owns *ret. */
enum err document_load(const struct document *d, bool secret, json_t **ret) MUST_USE;
/* Fills a structure from an object found at `where` ("nodes[2]", or "" for the whole file). */
enum err document_object(const struct document *d, const json_t *object, const char *where,
                         const struct document_field *fields, size_t n_fields, void *ret) MUST_USE;
/* Says "path: where.field: rule" and returns ERR_FILE. */
enum err document_refuse(const struct document *d, const char *where, const char *field, const char *rule);
/* Refuses fields of the object that are not in the list. */
enum err document_only(const struct document *d, const json_t *object, const char *where, const char *const *names,
                       size_t n_names) MUST_USE;

/* A name of a node, broker or organisation: a const char *. */
field_reader document_read_name;
/* A CURVE key in Z85: a const char *, or the 41 characters themselves. */
field_reader document_read_z85, document_read_z85_in_place;
/* Standard base64 of exactly `size` bytes. */
field_reader document_read_bytes;

#endif
