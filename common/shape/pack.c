/* SPDX-License-Identifier: EUPL-1.2 */
/* Messages to bytes and back. protobuf-c takes NUL and bad UTF-8 in strings, keeps any number of
 * unknown fields and allocates many times its input, so the bytes are walked once before it sees
 * them, and it allocates from the arena, whose limit ends the rest. Types of ours are never
 * recursive: that bounds the depth. Must never trust a length it has not compared. */
#include <string.h>

#include "shape/shape.h"

void *shape_new(struct arena *a, const ProtobufCMessageDescriptor *type)
{
	ProtobufCMessage *m = arena_alloc(a, type->sizeof_message);
	protobuf_c_message_init(type, m);
	return m;
}

ProtobufCBinaryData shape_pack(struct arena *a, const ProtobufCMessage *message)
{
	size_t size = protobuf_c_message_get_packed_size(message);
	ProtobufCBinaryData packed = { .data = arena_alloc(a, size ? size : 1) };
	packed.len = protobuf_c_message_pack(message, packed.data);
	return packed;
}

/* Length of the UTF-8 sequence at s by RFC 3629 table 3-7; 0 when it is not one. */
static size_t utf8_sequence(const unsigned char *s, size_t len)
{
	static const struct {
		unsigned char first, last, low, high, length;
	} rows[] = {
		{ 0x01, 0x7f, 0, 0, 1 },       { 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 },
		{ 0xe1, 0xec, 0x80, 0xbf, 3 }, { 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};
	for (size_t i = 0; i < countof(rows); i++) {
		if (s[0] < rows[i].first || s[0] > rows[i].last)
			continue;
		if (rows[i].length > len)
			return 0;
		if (rows[i].length > 1 && (s[1] < rows[i].low || s[1] > rows[i].high))
			return 0;
		for (size_t k = 2; k < rows[i].length; k++)
			if ((s[k] & 0xc0) != 0x80)
				return 0;
		return rows[i].length;
	}
	return 0;
}

bool shape_is_utf8(const char *s, size_t len)
{
	while (len > 0) {
		size_t n = utf8_sequence((const unsigned char *)s, len);
		if (n == 0)
			return false;
		s += n;
		len -= n;
	}
	return true;
}

size_t shape_characters(const char *text)
{
	size_t n = 0;
	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

void shape_cut(char *text, size_t max)
{
	size_t len = strnlen(text, max);
	while (!shape_is_utf8(text, len))
		len--;
	text[len] = '\0';
}

/* What is left to walk. */
struct cursor {
	const uint8_t *at;
	size_t left;
};

static bool take_varint(struct cursor *c, uint64_t *ret)
{
	uint64_t value = 0;
	for (unsigned shift = 0; shift < 70 && c->left > 0; shift += 7) {
		uint8_t byte = *c->at++;
		c->left--;
		if (shift < 64)
			value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80)) {
			*ret = value;
			return true;
		}
	}
	return false;
}

static bool skip(struct cursor *c, uint64_t n)
{
	if (n > c->left)
		return false;
	c->at += n;
	c->left -= (size_t)n;
	return true;
}

static bool is_sound(const ProtobufCMessageDescriptor *type, struct cursor c, unsigned *n_unknown);

/* A length-prefixed value: text is checked, messages are walked, the rest is passed over. */
static bool is_sound_run(const ProtobufCFieldDescriptor *field, struct cursor *c, unsigned *n_unknown)
{
	uint64_t len;
	if (!take_varint(c, &len) || len > c->left)
		return false;
	struct cursor inside = { .at = c->at, .left = (size_t)len };
	if (field && field->type == PROTOBUF_C_TYPE_STRING && !shape_is_utf8((const char *)inside.at, inside.left))
		return false;
	if (field && field->type == PROTOBUF_C_TYPE_MESSAGE && !is_sound(field->descriptor, inside, n_unknown))
		return false;
	return skip(c, len);
}

static bool is_sound(const ProtobufCMessageDescriptor *type, struct cursor c, unsigned *n_unknown)
{
	while (c.left > 0) {
		uint64_t key, number;
		if (!take_varint(&c, &key) || key > UINT32_MAX || key >> 3 == 0)
			return false;
		const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field(type, (unsigned)(key >> 3));
		if (!field && ++*n_unknown > SHAPE_MAX_UNKNOWN)
			return false;
		bool sound = false;
		if ((key & 7) == PROTOBUF_C_WIRE_TYPE_VARINT)
			sound = take_varint(&c, &number);
		else if ((key & 7) == PROTOBUF_C_WIRE_TYPE_64BIT)
			sound = skip(&c, 8);
		else if ((key & 7) == PROTOBUF_C_WIRE_TYPE_32BIT)
			sound = skip(&c, 4);
		else if ((key & 7) == PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED)
			sound = is_sound_run(field, &c, n_unknown);
		if (!sound)
			return false;
	}
	return true;
}

static void *give(void *arena, size_t size)
{
	return arena_try_alloc(arena, size);
}

/* The arena takes everything back at once. */
static void take_back(void *arena, void *p)
{
	(void)arena;
	(void)p;
}

enum err shape_unpack(struct arena *a, const ProtobufCMessageDescriptor *type, const void *data, size_t len,
                      ProtobufCMessage **ret)
{
	unsigned n_unknown = 0;
	if (len > SHAPE_MAX_BYTES || !is_sound(type, (struct cursor){ .at = data, .left = len }, &n_unknown))
		return ERR_MALFORMED;
	ProtobufCAllocator from_arena = { .alloc = give, .free = take_back, .allocator_data = a };
	ProtobufCMessage *m = protobuf_c_message_unpack(type, &from_arena, len, data);
	if (!m)
		return ERR_MALFORMED;
	*ret = m;
	return OK;
}
