/* SPDX-License-Identifier: EUPL-1.2 */
/* Memory that lives as long as one message, request or transaction: allocate freely, reset once.
 * A hard limit stops hostile input; who sets a jump target is called back there when the
 * limit is hit, so that handlers need no check after each allocation. */
#ifndef UDVEJ_BASE_ARENA_H
#define UDVEJ_BASE_ARENA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

struct arena;

/* A new arena that will give at most `limit` bytes between two resets. */
struct arena *arena_new(size_t limit) __attribute__((returns_nonnull));
/* Frees the arena and all that came from it. Takes NULL. */
void arena_free(struct arena *a);
/* Takes back all memory given since the last reset; keeps the first block for reuse. */
void arena_reset(struct arena *a);
/* Where to go when the limit is hit (the dispatcher's guard); NULL: abort the process. */
void arena_on_full(struct arena *a, jmp_buf *target);

/* Zeroed memory, aligned for any type. Never NULL: over the limit it jumps, or aborts. */
void *arena_alloc(struct arena *a, size_t size) __attribute__((malloc, returns_nonnull));
/* The same, but NULL over the limit. */
void *arena_try_alloc(struct arena *a, size_t size);
/* A copy of a string, or of its first n bytes, ended by NUL. */
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t n);
/* printf into the arena. */
char *arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *a, const char *format, va_list ap) __attribute__((format(printf, 2, 0)));
/* Bytes given since the last reset. */
size_t arena_used(const struct arena *a);

#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, n) ((type *)arena_alloc((arena), sizeof(type) * (n)))

#endif
