/* SPDX-License-Identifier: EUPL-1.2 */
/* Rows to messages: a column goes to the field of its name ("citizen.name" to a sub-message, which
 * is made when there is something to say). NULL leaves a field unset. A column that no field
 * answers to, or a value that does not fit, is a fault of the program and told by name. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "db/connection.h"

struct column {
	const char *name;
	const ProtobufCFieldDescriptor *field;
	bool is_path; /* "citizen.name": the holder differs from row to row */
};

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

unsigned char *column_bytes(struct arena *a, const char *text, size_t *ret_len)
{
	size_t digits = strlen(text);
	if (digits < 2 || digits % 2 != 0 || text[0] != '\\' || text[1] != 'x')
		return NULL;
	size_t len = digits / 2 - 1;
	unsigned char *bytes = arena_alloc(a, len + 1);
	for (size_t i = 0; i < len; i++) {
		int high = hex_digit(text[2 + 2 * i]), low = hex_digit(text[3 + 2 * i]);
		if (high < 0 || low < 0)
			return NULL;
		bytes[i] = (unsigned char)(high << 4 | low);
	}
	*ret_len = len;
	return bytes;
}

static bool to_number(const char *text, int64_t least, int64_t most, int64_t *ret)
{
	char *end;
	errno = 0;
	long long n = strtoll(text, &end, 10);
	if (errno || end == text || *end || n < least || n > most)
		return false;
	*ret = n;
	return true;
}

static bool to_json(struct arena *a, struct shape_slot slot, const char *text)
{
	struct refusal why;
	enum err e = shape_field_from_json(a, slot, text, strlen(text), &why);
	errno = e == ERR_BUSY ? ENOMEM : 0;
	return e == OK;
}

static bool to_list(struct arena *a, struct shape_slot slot, const char *text)
{
	const char **items;
	size_t n;
	if (slot.field->type == PROTOBUF_C_TYPE_MESSAGE)
		return to_json(a, slot, text);
	if (slot.field->type != PROTOBUF_C_TYPE_STRING || !array_read(a, text, &items, &n))
		return false;
	*(const char ***)shape_at(slot) = items;
	*(size_t *)(void *)((char *)slot.holder + slot.field->quantifier_offset) = n;
	return true;
}

static bool to_single(struct arena *a, struct shape_slot slot, const char *text)
{
	void *at = shape_at(slot);
	int64_t n;
	switch (slot.field->type) {
	case PROTOBUF_C_TYPE_STRING:
		*(const char **)at = arena_strdup(a, text);
		return true;
	case PROTOBUF_C_TYPE_BOOL:
		*(protobuf_c_boolean *)at = text[0] == 't';
		return strcmp(text, "t") == 0 || strcmp(text, "f") == 0;
	case PROTOBUF_C_TYPE_INT32:
		if (!to_number(text, INT32_MIN, INT32_MAX, &n))
			return false;
		*(int32_t *)at = (int32_t)n;
		return true;
	case PROTOBUF_C_TYPE_INT64:
		return to_number(text, INT64_MIN, INT64_MAX, at);
	case PROTOBUF_C_TYPE_BYTES:
		return (((ProtobufCBinaryData *)at)->data = column_bytes(a, text, &((ProtobufCBinaryData *)at)->len)) != NULL;
	case PROTOBUF_C_TYPE_MESSAGE:
		return to_json(a, slot, text);
	default:
		return false;
	}
}

static bool set_field(struct arena *a, struct shape_slot slot, const char *text)
{
	if (slot.field->label == PROTOBUF_C_LABEL_REPEATED)
		return to_list(a, slot, text);
	if (!to_single(a, slot, text))
		return false;
	shape_choose(slot);
	return true;
}

/* Looks the columns up once for all rows. */
static enum err find_columns(struct db *db, struct arena *a, const struct sql *sql,
                             const ProtobufCMessageDescriptor *type, struct column *columns, int n)
{
	const ProtobufCMessage *any = shape_new(a, type);
	for (int i = 0; i < n; i++) {
		struct shape_slot slot;
		const char *name = PQfname(db->kept, i);
		if (!shape_find(NULL, any, name, &slot))
			return error_note(db, ERR_DB, "%s: column %s is no field of %s", sql->name, name, type->name);
		columns[i] = (struct column){ .name = name, .field = slot.field, .is_path = strchr(name, '.') != NULL };
	}
	return OK;
}

static enum err read_row(struct db *db, struct arena *a, const struct sql *sql, const struct column *columns, int n,
                         int row, ProtobufCMessage *m)
{
	for (int i = 0; i < n; i++) {
		if (PQgetisnull(db->kept, row, i))
			continue;
		struct shape_slot slot = { .field = columns[i].field, .holder = m };
		if (columns[i].is_path)
			(void)shape_find(a, m, columns[i].name, &slot);
		errno = 0;
		if (set_field(a, slot, PQgetvalue(db->kept, row, i)))
			continue;
		if (errno == ENOMEM)
			return error_lost(db, "no memory for a column"); /* tried again, not judged */
		return error_note(db, ERR_DB, "%s: column %s does not fit its field", sql->name, columns[i].name);
	}
	return OK;
}

enum err column_read(struct db *db, struct arena *a, const struct sql *sql, const ProtobufCMessageDescriptor *type,
                     ProtobufCMessage **messages, size_t n)
{
	int n_columns = PQnfields(db->kept);
	struct column *columns = ARENA_ARRAY(a, struct column, (size_t)n_columns);
	TRY(find_columns(db, a, sql, type, columns, n_columns));
	for (size_t row = 0; row < n; row++)
		TRY(read_row(db, a, sql, columns, n_columns, (int)row, messages[row]));
	return OK;
}
