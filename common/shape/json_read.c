/* SPDX-License-Identifier: EUPL-1.2 */
/* JSON to messages, by the descriptor of the type: nothing that the .proto does not name comes in,
 * and each refusal names the field by its JSON path and the rule it broke. While jansson's tree is
 * alive only arena_try_alloc() is used, since a jump out of the arena would leak the tree. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "shape/shape.h"

#define MAX_DEPTH 32
#define MAX_KEY_SHOWN 64 /* an unknown key is the caller's text: show enough to find it, not a book */

struct reader {
	struct arena *arena;
	const char *rule;
	const ProtobufCMessageDescriptor *unknown_in; /* the type that lacks a field: its fields are listed */
	size_t path_len;
	char path[256];
};

static enum err refused(struct reader *r, enum err e, const char *rule)
{
	r->rule = rule;
	return e;
}

/* Appends to the path, whole UTF-8 characters only. */
static void push(struct reader *r, const char *s, size_t len)
{
	size_t room = sizeof r->path - 1 - r->path_len, n = len < room ? len : room;
	while (n < len && n > 0 && ((unsigned char)s[n] & 0xc0) == 0x80)
		n--;
	memcpy(r->path + r->path_len, s, n);
	r->path_len += n;
	r->path[r->path_len] = '\0';
}

static void push_key(struct reader *r, const char *key)
{
	size_t len = strlen(key), n = len < MAX_KEY_SHOWN ? len : MAX_KEY_SHOWN;
	while (n < len && n > 0 && ((unsigned char)key[n] & 0xc0) == 0x80)
		n--;
	if (r->path_len > 0)
		push(r, ".", 1);
	push(r, key, n);
}

static void push_index(struct reader *r, size_t i)
{
	char index[24] = "";
	push(r, index, (size_t)snprintf(index, sizeof index, "[%zu]", i));
}

static void pop(struct reader *r, size_t path_len)
{
	r->path_len = path_len;
	r->path[path_len] = '\0';
}

static ProtobufCMessage *fresh(struct reader *r, const ProtobufCMessageDescriptor *type)
{
	ProtobufCMessage *m = arena_try_alloc(r->arena, type->sizeof_message);
	if (m)
		protobuf_c_message_init(type, m);
	return m;
}

static enum err read_object(struct reader *r, ProtobufCMessage *m, const json_t *json);

static enum err out_of_memory(struct reader *r)
{
	return refused(r, ERR_MEMORY, "the document needs more memory than one request may have");
}

static enum err read_text(struct reader *r, const char **ret, const json_t *json)
{
	if (!json_is_string(json))
		return refused(r, ERR_TYPE, "must be text");
	size_t len = json_string_length(json);
	char *copy = arena_try_alloc(r->arena, len + 1);
	if (!copy)
		return out_of_memory(r);
	memcpy(copy, json_string_value(json), len);
	*ret = copy;
	return OK;
}

static enum err read_bool(struct reader *r, protobuf_c_boolean *ret, const json_t *json)
{
	if (!json_is_boolean(json))
		return refused(r, ERR_TYPE, "must be true or false");
	*ret = json_is_true(json);
	return OK;
}

static enum err read_int64(struct reader *r, int64_t *ret, const json_t *json)
{
	if (!json_is_integer(json))
		return refused(r, ERR_TYPE, "must be a whole number");
	*ret = json_integer_value(json);
	return OK;
}

static enum err read_int32(struct reader *r, int32_t *ret, const json_t *json)
{
	int64_t n;
	TRY(read_int64(r, &n, json));
	if (n < INT32_MIN || n > INT32_MAX)
		return refused(r, ERR_VALUE, "must be a whole number from -2147483648 to 2147483647");
	*ret = (int32_t)n;
	return OK;
}

static enum err read_message(struct reader *r, ProtobufCMessage **ret, const ProtobufCMessageDescriptor *type,
                             const json_t *json)
{
	ProtobufCMessage *m = fresh(r, type);
	if (!m)
		return out_of_memory(r);
	TRY(read_object(r, m, json));
	*ret = m;
	return OK;
}

static enum err read_value(struct reader *r, const ProtobufCFieldDescriptor *field, void *at, const json_t *json)
{
	switch (field->type) {
	case PROTOBUF_C_TYPE_STRING:
		return read_text(r, at, json);
	case PROTOBUF_C_TYPE_BOOL:
		return read_bool(r, at, json);
	case PROTOBUF_C_TYPE_INT32:
		return read_int32(r, at, json);
	case PROTOBUF_C_TYPE_INT64:
		return read_int64(r, at, json);
	case PROTOBUF_C_TYPE_MESSAGE:
		return read_message(r, at, field->descriptor, json);
	default:
		return refused(r, ERR_TYPE, "cannot be given as JSON");
	}
}

/* Gives a repeated field its items: both lists of texts and of messages are arrays of pointers. */
static void set_items(struct shape_place place, void **items, size_t n)
{
	*(void ***)shape_at(place) = n ? items : NULL;
	*(size_t *)(void *)((char *)place.holder + place.field->quantifier_offset) = n;
}

static enum err read_map(struct reader *r, struct shape_place place, json_t *json)
{
	if (!json_is_object(json))
		return refused(r, ERR_TYPE, "must be an object of whole numbers");
	void **entries = arena_try_alloc(r->arena, json_object_size(json) * sizeof *entries);
	if (!entries)
		return out_of_memory(r);
	size_t n = 0, path_len = r->path_len;
	const char *key;
	json_t *value;
	json_object_foreach(json, key, value)
	{
		if (json_is_null(value))
			continue;
		push_key(r, key);
		ProtobufCMessage *entry = fresh(r, place.field->descriptor);
		size_t size = strlen(key) + 1;
		char *copy = arena_try_alloc(r->arena, size);
		if (!entry || !copy)
			return out_of_memory(r);
		const ProtobufCFieldDescriptor *fields = entry->descriptor->fields;
		*(const char **)shape_at((struct shape_place){ &fields[0], entry }) = memcpy(copy, key, size);
		TRY(read_value(r, &fields[1], shape_at((struct shape_place){ &fields[1], entry }), value));
		entries[n++] = entry;
		pop(r, path_len);
	}
	set_items(place, entries, n);
	return OK;
}

static enum err read_list(struct reader *r, struct shape_place place, const json_t *json)
{
	if (!json_is_array(json))
		return refused(r, ERR_TYPE, "must be a list");
	if (place.field->type != PROTOBUF_C_TYPE_STRING && place.field->type != PROTOBUF_C_TYPE_MESSAGE)
		return refused(r, ERR_TYPE, "cannot be given as JSON");
	size_t n = json_array_size(json), path_len = r->path_len;
	void **items = arena_try_alloc(r->arena, n * sizeof *items);
	if (!items)
		return out_of_memory(r);
	for (size_t i = 0; i < n; i++) {
		push_index(r, i);
		TRY(read_value(r, place.field, &items[i], json_array_get(json, i)));
		pop(r, path_len);
	}
	set_items(place, items, n);
	return OK;
}

static enum err read_field(struct reader *r, struct shape_place place, json_t *json)
{
	if (json_is_null(json))
		return OK; /* not said */
	if (shape_is_map(place.field))
		return read_map(r, place, json);
	if (place.field->label == PROTOBUF_C_LABEL_REPEATED)
		return read_list(r, place, json);
	TRY(read_value(r, place.field, shape_at(place), json));
	shape_choose(place);
	return OK;
}

static enum err read_object(struct reader *r, ProtobufCMessage *m, const json_t *json)
{
	if (!json_is_object(json))
		return refused(r, ERR_TYPE, "must be an object");
	const ProtobufCMessageDescriptor *type = m->descriptor;
	bool *seen = arena_try_alloc(r->arena, type->n_fields);
	if (!seen)
		return out_of_memory(r);
	size_t path_len = r->path_len;
	const char *key;
	json_t *value;
	json_object_foreach((json_t *)json, key, value)
	{
		const ProtobufCFieldDescriptor *field = shape_field(type, key, strlen(key));
		push_key(r, key);
		if (!field) {
			r->unknown_in = type;
			return refused(r, ERR_UNKNOWN_FIELD, "unknown field");
		}
		bool *twice = &seen[field - type->fields];
		if (*twice)
			return refused(r, ERR_JSON, "stands twice, under two names of the same field");
		*twice = true;
		TRY(read_field(r, (struct shape_place){ .field = field, .holder = m }, value));
		pop(r, path_len);
	}
	return OK;
}

/* Whether brackets nest too deeply for any type of ours; jansson's own cap is 2048 calls. */
static bool is_too_deep(const char *json, size_t len)
{
	unsigned depth = 0;
	bool in_string = false;
	for (size_t i = 0; i < len; i++) {
		if (in_string && json[i] == '\\')
			i++;
		else if (json[i] == '"')
			in_string = !in_string;
		else if (!in_string && (json[i] == '{' || json[i] == '['))
			depth++;
		else if (!in_string && (json[i] == '}' || json[i] == ']') && depth > 0)
			depth--;
		if (depth > MAX_DEPTH)
			return true;
	}
	return false;
}

/* What jansson found, without its text: that quotes the document. */
static enum err refuse_syntax(struct arena *a, const json_error_t *error, struct refusal *why)
{
	static const struct {
		enum json_error_code code;
		enum err err;
		const char *rule;
	} rows[] = {
		{ json_error_duplicate_key, ERR_JSON, "a key stands twice in one object" },
		{ json_error_invalid_utf8, ERR_VALUE, "text must be UTF-8" },
		{ json_error_null_character, ERR_VALUE, "text must not hold the character NUL" },
		{ json_error_null_byte_in_key, ERR_VALUE, "text must not hold the character NUL" },
		{ json_error_numeric_overflow, ERR_VALUE, "a number is out of range" },
		{ json_error_premature_end_of_input, ERR_JSON, "the JSON document ends too early" },
		{ json_error_end_of_input_expected, ERR_JSON, "there is more after the end of the JSON document" },
	};
	enum err e = ERR_JSON;
	const char *rule = "not a JSON document";
	for (size_t i = 0; i < countof(rows); i++) {
		if (rows[i].code == json_error_code(error)) {
			e = rows[i].err;
			rule = rows[i].rule;
		}
	}
	rule = arena_printf(a, "%s (line %d, column %d)", rule, error->line, error->column);
	return refuse(why, e, "", rule);
}

static enum err parse(struct arena *a, const char *json, size_t len, size_t flags, json_t **ret, struct refusal *why)
{
	if (is_too_deep(json, len))
		return refuse(why, ERR_JSON, "", "the document is nested too deeply");
	json_error_t error = { .line = 0 };
	json_t *root = json_loadb(json, len, JSON_REJECT_DUPLICATES | flags, &error);
	if (!root && !*error.text) /* jansson has something to say of every document that is wrong */
		return refuse(why, ERR_MEMORY, "", "");
	if (!root)
		return refuse_syntax(a, &error, why);
	*ret = root;
	return OK;
}

/* Moves a refusal into the arena, now that no tree can leak. */
static enum err explain(const struct reader *r, enum err e, struct refusal *why)
{
	if (e == OK)
		return OK;
	if (e == ERR_MEMORY)
		return refuse(why, e, "", r->rule); /* nothing more to be had of the arena */
	const char *rule = r->rule;
	if (r->unknown_in) {
		struct buffer known = buffer_in(r->arena);
		buffer_puts(&known, "unknown field; known are:");
		for (unsigned i = 0; i < r->unknown_in->n_fields; i++) {
			buffer_puts(&known, i ? ", " : " ");
			buffer_puts(&known, shape_json_name(r->arena, r->unknown_in->fields[i].name));
		}
		rule = known.data;
	}
	return refuse(why, e, arena_strdup(r->arena, r->path), rule);
}

enum err shape_from_json(struct arena *a, const ProtobufCMessageDescriptor *type, const char *json, size_t len,
                         ProtobufCMessage **ret, struct refusal *why)
{
	if (len > SHAPE_MAX_BYTES)
		return refuse(why, ERR_TOO_LARGE, "", "a JSON document may have 65536 bytes");
	json_t *root = NULL;
	TRY(parse(a, json, len, 0, &root, why));
	struct reader r = { .arena = a };
	ProtobufCMessage *m = NULL;
	enum err e = read_message(&r, &m, type, root);
	json_decref(root);
	TRY(explain(&r, e, why));
	*ret = m;
	return OK;
}

enum err shape_field_from_json(struct arena *a, struct shape_place place, const char *json, size_t len,
                               struct refusal *why)
{
	json_t *root = NULL;
	enum err parsed = parse(a, json, len, JSON_DECODE_ANY, &root, why);
	if (parsed != OK) /* what is without memory here is the system: the arena comes later */
		return parsed == ERR_MEMORY ? refuse(why, ERR_BUSY, "", "") : parsed;
	struct reader r = { .arena = a };
	push_key(&r, place.field->name);
	enum err e = read_field(&r, place, root);
	json_decref(root);
	return explain(&r, e, why);
}
