/* SPDX-License-Identifier: EUPL-1.2 */
/* Growing by doubling inside the arena; the old copy is given back with the arena. */
#include "base/buffer.h"

#include <stdarg.h>
#include <string.h>

struct buffer buffer_in(struct arena *a)
{
	return (struct buffer){ .arena = a, .data = arena_alloc(a, 256), .capacity = 256 };
}

void buffer_add(struct buffer *b, const void *data, size_t len)
{
	if (b->len + len + 1 > b->capacity) {
		size_t capacity = b->capacity * 2;
		while (capacity < b->len + len + 1)
			capacity *= 2;
		char *bigger = arena_alloc(b->arena, capacity);
		memcpy(bigger, b->data, b->len);
		b->data = bigger;
		b->capacity = capacity;
	}
	memcpy(b->data + b->len, data, len);
	b->len += len;
	b->data[b->len] = '\0';
}

void buffer_puts(struct buffer *b, const char *s)
{
	buffer_add(b, s, strlen(s));
}

const char *buffer_number_in(char room[NUMBER_ROOM], int64_t n)
{
	char *at = room + NUMBER_ROOM;
	uint64_t rest = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
	*--at = '\0';
	do {
		*--at = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest);
	if (n < 0)
		*--at = '-';
	return at;
}

void buffer_number(struct buffer *b, int64_t n)
{
	char room[NUMBER_ROOM];
	buffer_puts(b, buffer_number_in(room, n));
}

void buffer_printf(struct buffer *b, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	const char *s = arena_vprintf(b->arena, format, ap);
	va_end(ap);
	buffer_puts(b, s);
}
