/* SPDX-License-Identifier: EUPL-1.2 */
/* A growing run of bytes in an arena: for JSON, CSV, metrics. Always ended by a NUL that is
 * not counted. */
#ifndef UDVEJ_BASE_BUFFER_H
#define UDVEJ_BASE_BUFFER_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct buffer {
	struct arena *arena;
	char *data;
	size_t len, capacity;
};

/* The digits of a number, somewhere in `room`. */
#define NUMBER_ROOM 24
const char *buffer_number_in(char room[NUMBER_ROOM], int64_t n);

/* An empty buffer in the arena. */
struct buffer buffer_in(struct arena *a);
void buffer_add(struct buffer *b, const void *data, size_t len);
void buffer_puts(struct buffer *b, const char *s);
void buffer_number(struct buffer *b, int64_t n);
void buffer_printf(struct buffer *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
