/* SPDX-License-Identifier: EUPL-1.2 */
/* Messages to JSON, straight into a buffer: lists are the hot path of the API. What is not said is
 * left out. Must never write a value that a message does not hold, nor fail. */
#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "shape/shape.h"

/* How a byte of text stands in a JSON string: 0 as it is, 'u' as \u00XX, else as \ and the letter. */
static const char escapes[256] = {
	[0x00 ... 0x1f] = 'u', ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n',
	['\r'] = 'r',          ['\t'] = 't', ['"'] = '"',  ['\\'] = '\\',
};

void json_quote(struct buffer *out, const char *s)
{
	buffer_add(out, "\"", 1);
	const char *plain = s;
	for (; *s; s++) {
		char letter = escapes[(unsigned char)*s];
		if (!letter)
			continue;
		buffer_add(out, plain, (size_t)(s - plain));
		plain = s + 1;
		char sequence[] = { '\\', letter, '0', '0', (char)('0' + (*s >> 4)), "0123456789abcdef"[*s & 15] };
		buffer_add(out, sequence, letter == 'u' ? sizeof sequence : 2);
	}
	buffer_add(out, plain, (size_t)(s - plain));
	buffer_add(out, "\"", 1);
}

/* `"lowerCamelCase":` without a look-up or an allocation. */
static void write_name(struct buffer *out, const char *proto_name)
{
	char name[80];
	size_t n = 0;
	name[n++] = '"';
	for (const char *p = proto_name; *p && n < sizeof name - 2; p++)
		name[n++] = (char)(*p == '_' && p[1] ? toupper((unsigned char)*++p) : *p);
	name[n++] = '"';
	name[n++] = ':';
	buffer_add(out, name, n);
}

static void write_text(struct buffer *out, const char *s)
{
	json_quote(out, s ? s : "");
}

static void write_message_or_null(struct buffer *out, const ProtobufCMessage *m)
{
	if (m)
		shape_to_json(out, m);
	else
		buffer_add(out, "null", 4);
}

static void write_value(struct buffer *out, ProtobufCType type, const void *at)
{
	switch (type) {
	case PROTOBUF_C_TYPE_STRING:
		write_text(out, *(const char *const *)at);
		break;
	case PROTOBUF_C_TYPE_MESSAGE:
		write_message_or_null(out, *(ProtobufCMessage *const *)at);
		break;
	case PROTOBUF_C_TYPE_BOOL:
		buffer_puts(out, *(const protobuf_c_boolean *)at ? "true" : "false");
		break;
	case PROTOBUF_C_TYPE_INT32:
		buffer_number(out, *(const int32_t *)at);
		break;
	case PROTOBUF_C_TYPE_INT64:
		buffer_number(out, *(const int64_t *)at);
		break;
	default:
		buffer_add(out, "null", 4);
	}
}

static void write_map(struct buffer *out, ProtobufCMessage *const *entries, size_t n)
{
	buffer_add(out, "{", 1);
	for (size_t i = 0; i < n; i++) {
		const ProtobufCFieldDescriptor *fields = entries[i]->descriptor->fields;
		if (i > 0)
			buffer_add(out, ",", 1);
		write_text(out, *(const char *const *)shape_at((struct shape_slot){ &fields[0], entries[i] }));
		buffer_add(out, ":", 1);
		write_value(out, fields[1].type, shape_at((struct shape_slot){ &fields[1], entries[i] }));
	}
	buffer_add(out, "}", 1);
}

/* Lists of ours are of texts or of messages: both are arrays of pointers. */
static void write_list(struct buffer *out, const ProtobufCFieldDescriptor *field, void *const *items, size_t n)
{
	buffer_add(out, "[", 1);
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buffer_add(out, ",", 1);
		write_value(out, field->type, &items[i]);
	}
	buffer_add(out, "]", 1);
}

static bool has_json_form(const ProtobufCFieldDescriptor *field)
{
	switch (field->type) {
	case PROTOBUF_C_TYPE_STRING:
	case PROTOBUF_C_TYPE_MESSAGE:
		return true;
	case PROTOBUF_C_TYPE_BOOL:
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_INT64:
		return field->label != PROTOBUF_C_LABEL_REPEATED;
	default:
		return false;
	}
}

void shape_field_to_json(struct buffer *out, struct shape_slot slot)
{
	if (!slot.holder || !has_json_form(slot.field))
		buffer_add(out, "null", 4);
	else if (shape_is_map(slot.field))
		write_map(out, *(ProtobufCMessage ***)shape_at(slot), shape_count(slot));
	else if (slot.field->label == PROTOBUF_C_LABEL_REPEATED)
		write_list(out, slot.field, *(void ***)shape_at(slot), shape_count(slot));
	else
		write_value(out, slot.field->type, shape_at(slot));
}

/* A list of messages is written also when it is empty, so that a reader can always go through it. */
static bool is_worth_writing(struct shape_slot slot)
{
	bool list = slot.field->label == PROTOBUF_C_LABEL_REPEATED && slot.field->type == PROTOBUF_C_TYPE_MESSAGE;
	return has_json_form(slot.field) && (shape_is_set(slot) || (list && !shape_is_map(slot.field)));
}

void shape_to_json(struct buffer *out, const ProtobufCMessage *message)
{
	const ProtobufCMessageDescriptor *type = message->descriptor;
	bool first = true;
	buffer_add(out, "{", 1);
	for (unsigned i = 0; i < type->n_fields; i++) {
		struct shape_slot slot = { .field = &type->fields[i], .holder = (ProtobufCMessage *)message };
		if (!is_worth_writing(slot))
			continue;
		if (!first)
			buffer_add(out, ",", 1);
		first = false;
		write_name(out, slot.field->name);
		shape_field_to_json(out, slot);
	}
	buffer_add(out, "}", 1);
}
