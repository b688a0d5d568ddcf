/* SPDX-License-Identifier: EUPL-1.2 */
/* JSON to messages, by the descriptor of the type: nothing that the .proto does not name comes in. What is wrong with a
 * field is noted, by its JSON path and the rule it broke, and the reading goes on, so that all is found at once. While
 * jansson's tree is alive only arena_try_alloc() is used, since a jump out of the arena would leak the tree. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/broken.h"
#include "base/memory.h"
#include "shape/shape.h"

#define MAX_DEPTH 32
#define MAX_KEY_SHOWN 64 /* an unknown key is the caller's text: show enough to find it, not a book */

/* Something that is wrong with a field, until the tree is gone. */
struct finding {
	const char *path;
	enum broken_rule rule;
	const ProtobufCMessageDescriptor *type; /* where a field is unknown: its fields are listed */
	struct finding *next;
};

struct reader {
	struct arena *arena;
	struct finding *findings, **last;
	unsigned n_findings;
	size_t path_len;
	char path[256];
};

/* Notes that the field at the path breaks a rule. Only what cannot be noted for want of memory ends the reading. */
static enum err note(struct reader *r, enum broken_rule rule, const ProtobufCMessageDescriptor *type)
{
	if (r->n_findings == BROKEN_MAX)
		return OK;
	struct finding *n = arena_try_alloc(r->arena, sizeof *n);
	char *path = arena_try_alloc(r->arena, r->path_len + 1);
	if (!n || !path)
		return ERR_MEMORY;
	*n = (struct finding){ .path = memcpy(path, r->path, r->path_len), .rule = rule, .type = type };
	*r->last = n;
	r->last = &n->next;
	r->n_findings++;
	return OK;
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

static enum err read_text(struct reader *r, const char **ret, const json_t *json)
{
	if (!json_is_string(json))
		return note(r, BROKEN_NOT_TEXT, NULL);
	size_t len = json_string_length(json);
	char *copy = arena_try_alloc(r->arena, len + 1);
	if (!copy)
		return ERR_MEMORY;
	memcpy(copy, json_string_value(json), len);
	*ret = copy;
	return OK;
}

static enum err read_bool(struct reader *r, protobuf_c_boolean *ret, const json_t *json)
{
	if (!json_is_boolean(json))
		return note(r, BROKEN_NOT_BOOL, NULL);
	*ret = json_is_true(json);
	return OK;
}

static enum err read_int64(struct reader *r, int64_t *ret, const json_t *json)
{
	if (!json_is_integer(json))
		return note(r, BROKEN_NOT_NUMBER, NULL);
	*ret = json_integer_value(json);
	return OK;
}

/* A number that is too large stays so as far as it can: it is said, whatever is wrong with it. */
static enum err read_int32(struct reader *r, int32_t *ret, const json_t *json)
{
	int64_t n = *ret;
	TRY(read_int64(r, &n, json));
	*ret = (int32_t)(n < INT32_MIN ? INT32_MIN : n > INT32_MAX ? INT32_MAX : n);
	return n == *ret ? OK : note(r, BROKEN_OUT_OF_RANGE, NULL);
}

static enum err read_message(struct reader *r, ProtobufCMessage **ret, const ProtobufCMessageDescriptor *type,
                             const json_t *json)
{
	ProtobufCMessage *m = fresh(r, type);
	if (!m)
		return ERR_MEMORY;
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
		return note(r, BROKEN_NOT_JSON_FIELD, NULL);
	}
}

/* Gives a repeated field its items: both lists of texts and of messages are arrays of pointers. */
static void set_items(struct shape_slot slot, void **items, size_t n)
{
	*(void ***)shape_at(slot) = n ? items : NULL;
	*(size_t *)(void *)((char *)slot.holder + slot.field->quantifier_offset) = n;
}

static enum err read_map(struct reader *r, struct shape_slot slot, json_t *json)
{
	if (!json_is_object(json))
		return note(r, BROKEN_NOT_OBJECT, NULL);
	void **entries = arena_try_alloc(r->arena, json_object_size(json) * sizeof *entries);
	if (!entries)
		return ERR_MEMORY;
	size_t n = 0, path_len = r->path_len;
	const char *key;
	json_t *value;
	json_object_foreach(json, key, value)
	{
		if (json_is_null(value))
			continue;
		push_key(r, key);
		ProtobufCMessage *entry = fresh(r, slot.field->descriptor);
		size_t size = strlen(key) + 1;
		char *copy = arena_try_alloc(r->arena, size);
		if (!entry || !copy)
			return ERR_MEMORY;
		const ProtobufCFieldDescriptor *fields = entry->descriptor->fields;
		*(const char **)shape_at((struct shape_slot){ &fields[0], entry }) = memcpy(copy, key, size);
		TRY(read_value(r, &fields[1], shape_at((struct shape_slot){ &fields[1], entry }), value));
		entries[n++] = entry;
		pop(r, path_len);
	}
	set_items(slot, entries, n);
	return OK;
}

static enum err read_list(struct reader *r, struct shape_slot slot, const json_t *json)
{
	if (!json_is_array(json))
		return note(r, BROKEN_NOT_LIST, NULL);
	bool texts = slot.field->type == PROTOBUF_C_TYPE_STRING;
	if (!texts && slot.field->type != PROTOBUF_C_TYPE_MESSAGE)
		return note(r, BROKEN_NOT_JSON_FIELD, NULL);
	size_t n = json_array_size(json), path_len = r->path_len;
	void **items = arena_try_alloc(r->arena, n * sizeof *items);
	if (!items)
		return ERR_MEMORY;
	for (size_t i = 0; i < n; i++) {
		push_index(r, i);
		items[i] = texts ? (void *)"" : NULL; /* where it cannot be read */
		TRY(read_value(r, slot.field, &items[i], json_array_get(json, i)));
		pop(r, path_len);
	}
	set_items(slot, items, n);
	return OK;
}

static enum err read_field(struct reader *r, struct shape_slot slot, json_t *json)
{
	if (json_is_null(json))
		return OK; /* not said */
	if (shape_is_map(slot.field))
		return read_map(r, slot, json);
	if (slot.field->label == PROTOBUF_C_LABEL_REPEATED)
		return read_list(r, slot, json);
	unsigned before = r->n_findings;
	TRY(read_value(r, slot.field, shape_at(slot), json));
	if (r->n_findings == before)
		shape_choose(slot);
	return OK;
}

static enum err read_object(struct reader *r, ProtobufCMessage *m, const json_t *json)
{
	if (!json_is_object(json))
		return note(r, BROKEN_NOT_OBJECT, NULL);
	const ProtobufCMessageDescriptor *type = m->descriptor;
	bool *seen = arena_try_alloc(r->arena, type->n_fields);
	if (!seen)
		return ERR_MEMORY;
	size_t path_len = r->path_len;
	const char *key;
	json_t *value;
	json_object_foreach((json_t *)json, key, value)
	{
		const ProtobufCFieldDescriptor *field = shape_field(type, key, strlen(key));
		push_key(r, key);
		if (!field)
			TRY(note(r, BROKEN_UNKNOWN_FIELD, type));
		else if (seen[field - type->fields])
			TRY(note(r, BROKEN_TWO_NAMES, NULL));
		else {
			seen[field - type->fields] = true;
			TRY(read_field(r, (struct shape_slot){ .field = field, .holder = m }, value));
		}
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
		memory_must(NULL);
	if (!root)
		return refuse_syntax(a, &error, why);
	*ret = root;
	return OK;
}

static void explain_unknown(struct arena *a, const struct finding *n, struct refusal *why)
{
	const char **known = ARENA_ARRAY(a, const char *, n->type->n_fields);
	for (unsigned i = 0; i < n->type->n_fields; i++)
		known[i] = shape_json_name(a, n->type->fields[i].name);
	broken_add(a, why, n->path, n->rule, SAY_LIST("known", known, n->type->n_fields));
}

/* Makes the refusal of what was noted, now that no tree can leak. */
static enum err explain(const struct reader *r, enum err e, struct refusal *why)
{
	if (e != OK) /* nothing more to be had of the arena */
		return refuse(why, ERR_MEMORY, "", "the document needs more memory than one request may have");
	static const char *const types[BROKEN_COUNT] = {
		[BROKEN_NOT_TEXT] = "text",     [BROKEN_NOT_BOOL] = "boolean", [BROKEN_NOT_NUMBER] = "number",
		[BROKEN_NOT_OBJECT] = "object", [BROKEN_NOT_LIST] = "list",
	};
	for (const struct finding *n = r->findings; n; n = n->next) {
		if (n->type)
			explain_unknown(r->arena, n, why);
		else if (n->rule == BROKEN_OUT_OF_RANGE)
			broken_add(r->arena, why, n->path, n->rule, SAY_NUMBER("from", INT32_MIN), SAY_NUMBER("to", INT32_MAX));
		else if (types[n->rule])
			broken_add(r->arena, why, n->path, n->rule, SAY_TEXT("type", types[n->rule]));
		else
			broken_add(r->arena, why, n->path, n->rule);
	}
	return why->err;
}

enum err shape_read_json(struct arena *a, const ProtobufCMessageDescriptor *type, const char *json, size_t len,
                         ProtobufCMessage **ret, struct refusal *why)
{
	if (len > SHAPE_MAX_BYTES)
		return refuse(why, ERR_TOO_LARGE, "", "a JSON document may have 65536 bytes");
	json_t *root = NULL;
	TRY(parse(a, json, len, 0, &root, why));
	struct reader r = { .arena = a };
	ProtobufCMessage *m = NULL;
	r.last = &r.findings;
	enum err e = read_message(&r, &m, type, root);
	json_decref(root);
	if (explain(&r, e, why) == ERR_MEMORY)
		return ERR_MEMORY;
	*ret = m;
	return OK;
}

enum err shape_from_json(struct arena *a, const ProtobufCMessageDescriptor *type, const char *json, size_t len,
                         ProtobufCMessage **ret, struct refusal *why)
{
	ProtobufCMessage *m;
	struct refusal found = { .err = OK };
	enum err e = shape_read_json(a, type, json, len, &m, &found);
	if (e == OK && found.err == OK) {
		*ret = m;
		return OK;
	}
	*why = found;
	return found.err;
}

enum err shape_field_from_json(struct arena *a, struct shape_slot slot, const char *json, size_t len,
                               struct refusal *why)
{
	json_t *root = NULL;
	TRY(parse(a, json, len, JSON_DECODE_ANY, &root, why));
	struct reader r = { .arena = a };
	struct refusal found = { .err = OK };
	r.last = &r.findings;
	push_key(&r, slot.field->name);
	enum err e = read_field(&r, slot, root);
	json_decref(root);
	if (explain(&r, e, &found) != OK)
		*why = found;
	return found.err;
}
