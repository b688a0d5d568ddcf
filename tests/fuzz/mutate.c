/* SPDX-License-Identifier: EUPL-1.2 */
/* Changes protobuf as protobuf: bytes flipped at random seldom survive as a message, and hardly ever as an extreme
 * number. Two times of three, an input that can be read has one field of it changed, by its descriptor; otherwise
 * libFuzzer does as it does. Linked with targets whose input holds a message; fuzz_body() says where. */
#include <string.h>

#include "fuzz.h"
#include "shape/shape.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);

static const char *const words[] = {
	"",
	"5f0f5a0e-6f3a-4b0c-9d3e-1a2b3c4d5e6f",
	"2026-05-01",
	"1900-01-01",
	"2199-12-31",
	"2026-02-30",
	"reden-1-1",
	"livarehab-job-coaching",
	"cti",
	"nine-areas",
	"who5",
	"housing",
	"happy",
	"worker",
	"citizen",
	"exit",
	"stat",
	"close",
	"enrol",
	"star",
	"session",
	"seat",
	"waiting",
	"offered",
	"enrolled",
	"closed",
	"rejected",
	"completed",
	"reden",
	"livarehab",
	"kommune",
	"0101",
	"0101901234",
	"6101901234",
	"rule-refused",
	"da",
	"woman",
	"\xc3\xa6\xe2\x98\x83",
};
static const int64_t numbers[] = { 0, 1, -1, 2, 18, 1990, INT32_MIN, INT32_MAX, INT64_MIN, INT64_MAX, 1 << 20 };

static uint64_t dice;

static size_t roll(size_t n)
{
	dice = dice * 6364136223846793005u + 1442695040888963407u;
	return (size_t)(dice >> 33) % n;
}

static char *new_text(struct arena *a, const char *old)
{
	size_t len = strlen(old), room = len + 64;
	if (roll(3))
		return arena_strdup(a, words[roll(countof(words))]);
	char *text = arena_alloc(a, room + 1);
	memcpy(text, old, len);
	text[LLVMFuzzerMutate((uint8_t *)text, len, room)] = '\0';
	return text;
}

static void change(struct arena *a, ProtobufCMessage *m);

static void change_value(struct arena *a, const ProtobufCFieldDescriptor *field, void *at)
{
	ProtobufCBinaryData *bytes = at;
	ProtobufCMessage **inner = at;
	int64_t number = numbers[roll(countof(numbers))];
	uint8_t *copy;
	switch (field->type) {
	case PROTOBUF_C_TYPE_STRING:
		*(char **)at = new_text(a, *(char **)at ? *(char **)at : "");
		break;
	case PROTOBUF_C_TYPE_INT32:
		*(int32_t *)at = (int32_t)number;
		break;
	case PROTOBUF_C_TYPE_INT64:
		*(int64_t *)at = number;
		break;
	case PROTOBUF_C_TYPE_BOOL:
		*(protobuf_c_boolean *)at = !*(protobuf_c_boolean *)at;
		break;
	case PROTOBUF_C_TYPE_BYTES:
		copy = arena_alloc(a, bytes->len + 64);
		if (bytes->len)
			memcpy(copy, bytes->data, bytes->len);
		*bytes = (ProtobufCBinaryData){ LLVMFuzzerMutate(copy, bytes->len, bytes->len + 64), copy };
		break;
	case PROTOBUF_C_TYPE_MESSAGE:
		if (!*inner)
			*inner = shape_new(a, field->descriptor);
		change(a, *inner);
		break;
	default:
		break;
	}
}

/* One item more, one less, or another in the place of one. Items of other kinds than text and messages stay. */
static void change_list(struct arena *a, struct shape_slot slot)
{
	size_t n = shape_count(slot), *count = (void *)((char *)slot.holder + slot.field->quantifier_offset);
	void ***list = shape_at(slot);
	if (slot.field->type != PROTOBUF_C_TYPE_STRING && slot.field->type != PROTOBUF_C_TYPE_MESSAGE)
		return;
	if (n > 0 && roll(3) == 0) {
		*count = n - 1;
		return;
	}
	void **items = ARENA_ARRAY(a, void *, n + 1);
	if (n)
		memcpy(items, *list, n * sizeof *items);
	size_t i = n && roll(2) ? roll(n) : n;
	if (i == n && n > 0 && roll(2)) {
		items[n] = items[roll(n)]; /* the same again */
	} else {
		change_value(a, slot.field, &items[i]);
	}
	*list = items;
	*count = i == n ? n + 1 : n;
}

static void change(struct arena *a, ProtobufCMessage *m)
{
	if (m->descriptor->n_fields == 0)
		return;
	struct shape_slot slot = { .field = &m->descriptor->fields[roll(m->descriptor->n_fields)], .holder = m };
	if (slot.field->label == PROTOBUF_C_LABEL_REPEATED) {
		change_list(a, slot);
		return;
	}
	if (slot.field->type == PROTOBUF_C_TYPE_MESSAGE && roll(8) == 0) {
		*(ProtobufCMessage **)shape_at(slot) = NULL;
		return;
	}
	shape_choose(slot);
	change_value(a, slot.field, shape_at(slot));
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	static struct arena *a;
	ProtobufCMessage *m = NULL;
	size_t at = 0;
	const ProtobufCMessageDescriptor *type = fuzz_body(data, size, &at);
	if (!a)
		a = arena_new((size_t)64 * 1024 * 1024);
	FUZZ_MUST(a);
	dice = seed;
	if (type && roll(3) && shape_unpack(a, type, data + at, size - at, &m) == OK) {
		for (size_t times = 1 + roll(3); times > 0; times--)
			change(a, m);
		ProtobufCBinaryData packed = shape_pack(a, m);
		if (at + packed.len <= max) {
			memcpy(data + at, packed.data, packed.len);
			arena_reset(a);
			return at + packed.len;
		}
	}
	arena_reset(a);
	return LLVMFuzzerMutate(data, size, max);
}
