/* SPDX-License-Identifier: EUPL-1.2 */
/* Finding a field of a message by name, and whether it says anything. Owns nothing: slots point
 * into messages of the caller. The one file that knows how protobuf-c lays presence out (zero
 * values, counts of lists, cases of oneofs). */
#include <ctype.h>
#include <string.h>

#include "shape/shape.h"

/* Whether `name` is the proto name or its lowerCamelCase form. */
static bool is_named(const char *proto_name, const char *name, size_t len)
{
	if (strncmp(proto_name, name, len) == 0 && proto_name[len] == '\0')
		return true;
	size_t i = 0;
	for (const char *p = proto_name; *p; p++, i++) {
		char expected = *p;
		if (expected == '_' && p[1])
			expected = (char)toupper((unsigned char)*++p);
		if (i >= len || name[i] != expected)
			return false;
	}
	return i == len;
}

const ProtobufCFieldDescriptor *shape_field(const ProtobufCMessageDescriptor *type, const char *name, size_t len)
{
	for (unsigned i = 0; i < type->n_fields; i++)
		if (len > 0 && type->fields[i].name[0] == name[0] && is_named(type->fields[i].name, name, len))
			return &type->fields[i];
	return NULL;
}

static bool is_oneof(const ProtobufCFieldDescriptor *field)
{
	return (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
}

static uint32_t *oneof_case(struct shape_slot slot)
{
	return (uint32_t *)(void *)((char *)slot.holder + slot.field->quantifier_offset);
}

void shape_choose(struct shape_slot slot)
{
	if (is_oneof(slot.field))
		*oneof_case(slot) = slot.field->id;
}

void *shape_at(struct shape_slot slot)
{
	return slot.holder ? (char *)slot.holder + slot.field->offset : NULL;
}

size_t shape_count(struct shape_slot slot)
{
	if (!slot.holder || slot.field->label != PROTOBUF_C_LABEL_REPEATED)
		return 0;
	return *(const size_t *)(const void *)((char *)slot.holder + slot.field->quantifier_offset);
}

static bool is_said(ProtobufCType type, const void *at)
{
	switch (type) {
	case PROTOBUF_C_TYPE_STRING:
		return *(const char *const *)at && **(const char *const *)at;
	case PROTOBUF_C_TYPE_MESSAGE:
		return *(ProtobufCMessage *const *)at;
	case PROTOBUF_C_TYPE_BYTES:
		return ((const ProtobufCBinaryData *)at)->len > 0;
	case PROTOBUF_C_TYPE_BOOL:
		return *(const protobuf_c_boolean *)at;
	case PROTOBUF_C_TYPE_INT32:
		return *(const int32_t *)at != 0;
	case PROTOBUF_C_TYPE_INT64:
		return *(const int64_t *)at != 0;
	default:
		return false;
	}
}

bool shape_is_set(struct shape_slot slot)
{
	if (!slot.holder)
		return false;
	if (slot.field->label == PROTOBUF_C_LABEL_REPEATED)
		return shape_count(slot) > 0;
	if (is_oneof(slot.field))
		return *oneof_case(slot) == slot.field->id;
	return is_said(slot.field->type, shape_at(slot));
}

/* The sub-message at a slot: the one that is there, a new one when `make` is given, or NULL. */
static ProtobufCMessage *step_into(struct arena *make, struct shape_slot slot)
{
	if (!slot.holder)
		return NULL;
	ProtobufCMessage **at = shape_at(slot);
	if (shape_is_set(slot) && *at)
		return *at;
	if (!make)
		return NULL;
	*at = shape_new(make, slot.field->descriptor);
	shape_choose(slot);
	return *at;
}

bool shape_find(struct arena *make, const ProtobufCMessage *m, const char *path, struct shape_slot *ret)
{
	const ProtobufCMessageDescriptor *type = m->descriptor;
	struct shape_slot slot = { .holder = (ProtobufCMessage *)m };
	for (;;) {
		size_t len = strcspn(path, ".");
		slot.field = shape_field(type, path, len);
		if (!slot.field)
			return false;
		if (path[len] == '\0')
			break;
		if (slot.field->type != PROTOBUF_C_TYPE_MESSAGE || slot.field->label == PROTOBUF_C_LABEL_REPEATED)
			return false;
		type = slot.field->descriptor;
		slot.holder = step_into(make, slot);
		path += len + 1;
	}
	*ret = slot;
	return true;
}

const char *shape_json_name(struct arena *a, const char *proto_name)
{
	char *name = arena_strdup(a, proto_name), *to = name;
	for (const char *from = proto_name; *from; from++)
		*to++ = (char)(*from == '_' && from[1] ? toupper((unsigned char)*++from) : *from);
	*to = '\0';
	return name;
}

bool shape_is_map(const ProtobufCFieldDescriptor *field)
{
	if (field->label != PROTOBUF_C_LABEL_REPEATED || field->type != PROTOBUF_C_TYPE_MESSAGE)
		return false;
	const ProtobufCMessageDescriptor *entry = field->descriptor;
	size_t len = strlen(entry->short_name), suffix = strlen("Entry");
	return entry->n_fields == 2 && strcmp(entry->fields[0].name, "key") == 0 &&
	       strcmp(entry->fields[1].name, "value") == 0 && entry->fields[0].type == PROTOBUF_C_TYPE_STRING &&
	       entry->fields[1].type == PROTOBUF_C_TYPE_INT32 && len > suffix &&
	       strcmp(entry->short_name + len - suffix, "Entry") == 0;
}
