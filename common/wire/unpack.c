/* SPDX-License-Identifier: EUPL-1.2 */
/* Unpacks protobuf from a peer. protobuf-c accepts NUL and bad UTF-8 in strings, any number of
 * unknown fields, and allocates many times its input: so the raw bytes are walked first, and all
 * memory comes from an arena with a limit. Owns nothing. Must never read past the bytes given;
 * no message type of ours is recursive, and the walk refuses to go deeper than MAX_DEPTH. */
#include "wire/wire.h"

#include "shape/shape.h"

#define MAX_DEPTH 4u

struct walk {
	const uint8_t *at, *end;
	unsigned depth;
	unsigned *unknown;
};

static bool varint(struct walk *w, uint64_t *ret)
{
	uint64_t value = 0;
	for (unsigned shift = 0; shift < 64 && w->at < w->end; shift += 7) {
		uint8_t byte = *w->at++;
		value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80)) {
			*ret = value;
			return true;
		}
	}
	return false;
}

/* Steps over a value and gives its bytes; of a number, the bytes of the number. */
static bool step(struct walk *w, unsigned wire_type, const uint8_t **ret, size_t *ret_len)
{
	uint64_t len = 0;
	*ret = w->at;
	switch (wire_type) {
	case PROTOBUF_C_WIRE_TYPE_VARINT:
		*ret_len = 0;
		return varint(w, &len);
	case PROTOBUF_C_WIRE_TYPE_64BIT:
		len = 8;
		break;
	case PROTOBUF_C_WIRE_TYPE_32BIT:
		len = 4;
		break;
	case PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED:
		if (!varint(w, &len))
			return false;
		*ret = w->at;
		break;
	default:
		return false; /* groups are not of proto3 */
	}
	if (len > (uint64_t)(w->end - w->at))
		return false;
	w->at += len;
	*ret_len = (size_t)len;
	return true;
}

static bool acceptable(struct walk w, const ProtobufCMessageDescriptor *type)
{
	while (w.at < w.end) {
		uint64_t tag;
		const uint8_t *value;
		size_t len;
		if (!varint(&w, &tag) || tag >> 3 == 0 || tag >> 32 != 0 || !step(&w, tag & 7, &value, &len))
			return false;
		const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field(type, (unsigned)(tag >> 3));
		if (!field) {
			if (++*w.unknown > SHAPE_MAX_UNKNOWN)
				return false;
			continue;
		}
		bool bytes = (tag & 7) == PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED;
		if (field->type == PROTOBUF_C_TYPE_STRING && bytes && !shape_is_utf8((const char *)value, len))
			return false;
		if (field->type == PROTOBUF_C_TYPE_MESSAGE && bytes) {
			struct walk inner = { .at = value, .end = value + len, .depth = w.depth + 1, .unknown = w.unknown };
			if (inner.depth > MAX_DEPTH || !acceptable(inner, field->descriptor))
				return false;
		}
	}
	return true;
}

static void *give(void *arena, size_t size)
{
	return arena_try_alloc(arena, size);
}

static void take_back(void *arena, void *memory)
{
	/* The arena takes all back at once. */
	(void)arena;
	(void)memory;
}

enum err wire_unpack(struct arena *a, const ProtobufCMessageDescriptor *type, const void *data, size_t len, size_t cap,
                     ProtobufCMessage **ret)
{
	unsigned unknown = 0;
	struct walk w = { .at = data, .end = (const uint8_t *)data + len, .unknown = &unknown };
	if (len > cap || !acceptable(w, type))
		return ERR_MALFORMED;
	ProtobufCAllocator allocator = { .alloc = give, .free = take_back, .allocator_data = a };
	ProtobufCMessage *m = protobuf_c_message_unpack(type, &allocator, len, data);
	if (!m)
		return ERR_MALFORMED;
	*ret = m;
	return OK;
}
