/* SPDX-License-Identifier: EUPL-1.2 */
/* The parameters of a statement, each found by its name: an argument, else a field of the message.
 * Everything goes as text, but bytes. "Not said" becomes NULL. A name that nothing answers to is
 * a fault of the program, and is told as such. */
#include <string.h>

#include "db/connection.h"

#define BINARY 1

struct value {
	const char *text; /* NULL is NULL */
	size_t len;
	bool binary;
};

static struct value of_text(const char *text)
{
	return (struct value){ .text = text && *text ? text : NULL };
}

static struct value of_number(struct arena *a, int64_t n)
{
	char room[NUMBER_ROOM];
	return (struct value){ .text = arena_strdup(a, buffer_number_in(room, n)) };
}

static struct value of_bytes(struct arena *a, const void *bytes, size_t len)
{
	return (struct value){ .text = bytes ? bytes : arena_alloc(a, 1), .len = len, .binary = true };
}

static struct value of_json(struct arena *a, struct shape_slot slot)
{
	struct buffer out = buffer_in(a);
	shape_field_to_json(&out, slot);
	return (struct value){ .text = out.data };
}

static bool of_list(struct arena *a, struct shape_slot slot, struct value *ret)
{
	if (slot.field->type == PROTOBUF_C_TYPE_MESSAGE)
		*ret = of_json(a, slot);
	else if (slot.field->type == PROTOBUF_C_TYPE_STRING)
		*ret = (struct value){ .text = array_write(a, *(const char **const *)shape_at(slot), shape_count(slot)) };
	else
		return false;
	return true;
}

/* Whether a field that is not set is NULL: an unset oneof, message, text or bytes; never a plain number. */
static bool is_null(struct shape_slot slot)
{
	if (!slot.holder)
		return true;
	if (slot.field->label == PROTOBUF_C_LABEL_REPEATED || shape_is_set(slot))
		return false;
	return (slot.field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) || slot.field->type == PROTOBUF_C_TYPE_MESSAGE ||
	       slot.field->type == PROTOBUF_C_TYPE_STRING || slot.field->type == PROTOBUF_C_TYPE_BYTES;
}

static bool of_field(struct arena *a, struct shape_slot slot, struct value *ret)
{
	const void *at = shape_at(slot);
	if (is_null(slot)) {
		*ret = (struct value){ .text = NULL };
		return true;
	}
	if (slot.field->label == PROTOBUF_C_LABEL_REPEATED)
		return of_list(a, slot, ret);
	switch (slot.field->type) {
	case PROTOBUF_C_TYPE_STRING:
		*ret = of_text(*(const char *const *)at);
		return true;
	case PROTOBUF_C_TYPE_INT32:
		*ret = of_number(a, *(const int32_t *)at);
		return true;
	case PROTOBUF_C_TYPE_INT64:
		*ret = of_number(a, *(const int64_t *)at);
		return true;
	case PROTOBUF_C_TYPE_BOOL:
		ret->text = *(const protobuf_c_boolean *)at ? "t" : "f";
		return true;
	case PROTOBUF_C_TYPE_BYTES:
		*ret = of_bytes(a, ((const ProtobufCBinaryData *)at)->data, ((const ProtobufCBinaryData *)at)->len);
		return true;
	case PROTOBUF_C_TYPE_MESSAGE:
		*ret = of_json(a, slot);
		return true;
	default:
		return false;
	}
}

static struct value of_arg(struct arena *a, const struct db_arg *arg)
{
	if (arg->kind == ARG_KIND_INT)
		return of_number(a, arg->number);
	if (arg->kind == ARG_KIND_BYTES && arg->text)
		return of_bytes(a, arg->text, arg->len);
	return of_text(arg->kind == ARG_KIND_TEXT ? arg->text : NULL);
}

static enum err find_value(struct db *db, struct arena *a, const struct sql *sql, const char *name,
                           const ProtobufCMessage *message, const struct db_arg *args, struct value *ret)
{
	struct shape_slot slot;
	for (const struct db_arg *arg = args; arg && arg->name; arg++) {
		if (arg->name[0] == name[0] && strcmp(arg->name, name) == 0) {
			*ret = of_arg(a, arg);
			return OK;
		}
	}
	if (!message || !shape_find(NULL, message, name, &slot))
		return error_note(db, ERR_DB, "%s: nothing is given for the parameter %s (message: %s)", sql->name, name,
		                  message ? message->descriptor->name : "none");
	if (!of_field(a, slot, ret))
		return error_note(db, ERR_DB, "%s: the type of field %s cannot be a parameter", sql->name, name);
	return OK;
}

enum err bind_params(struct db *db, struct arena *a, const struct sql *sql, const ProtobufCMessage *message,
                     const struct db_arg *args, struct bound *ret)
{
	struct bound bound = {
		.values = ARENA_ARRAY(a, const char *, sql->n_params),
		.lengths = ARENA_ARRAY(a, int, sql->n_params),
		.formats = ARENA_ARRAY(a, int, sql->n_params),
	};
	for (unsigned i = 0; i < sql->n_params; i++) {
		struct value value = { .text = NULL };
		TRY(find_value(db, a, sql, sql->params[i], message, args, &value));
		bound.values[i] = value.text;
		bound.lengths[i] = (int)value.len;
		bound.formats[i] = value.binary ? BINARY : 0;
	}
	*ret = bound;
	return OK;
}
