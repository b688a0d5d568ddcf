/* SPDX-License-Identifier: EUPL-1.2 */
/* A bump allocator in blocks. Owns its blocks; never gives one back to the system before
 * arena_reset() or arena_free(). Allocations larger than a block get a block of their own. In builds with
 * AddressSanitizer every allocation stands alone, so that a read past its end is found as it is with malloc. */
#include "base/arena.h"
#include "base/memory.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE ((size_t)16 * 1024)
#define ALIGNMENT _Alignof(max_align_t)

#ifdef __SANITIZE_ADDRESS__ /* gcc */
#define WATCHED
#elif defined(__has_feature) /* clang */
#if __has_feature(address_sanitizer)
#define WATCHED
#endif
#endif
#ifdef WATCHED
#include <sanitizer/asan_interface.h>
#define GAP ALIGNMENT /* between two allocations, not counted against the limit */
#define HIDE(p, size) ASAN_POISON_MEMORY_REGION((p), (size))
#define SHOW(p, size) ASAN_UNPOISON_MEMORY_REGION((p), (size))
#else
#define GAP ((size_t)0)
#define HIDE(p, size) ((void)(p), (void)(size))
#define SHOW(p, size) ((void)(p), (void)(size))
#endif

struct block {
	struct block *next;
	size_t size, used;
	_Alignas(max_align_t) unsigned char bytes[];
};

struct arena {
	struct block *first, *current;
	size_t limit, used;
	jmp_buf *on_full;
};

static struct block *block_new(size_t size)
{
	struct block *b = memory_must(malloc(sizeof *b + size));
	*b = (struct block){ .size = size };
	HIDE(b->bytes, size);
	return b;
}

struct arena *arena_new(size_t limit)
{
	struct arena *a = memory_must(malloc(sizeof *a));
	struct block *first = block_new(BLOCK_SIZE);
	*a = (struct arena){ .first = first, .current = first, .limit = limit };
	return a;
}

void arena_reset(struct arena *a)
{
	for (struct block *b = a->first->next, *next; b; b = next) {
		next = b->next;
		free(b);
	}
	a->first->next = NULL;
	a->first->used = 0;
	HIDE(a->first->bytes, a->first->size);
	a->current = a->first;
	a->used = 0;
}

void arena_free(struct arena *a)
{
	if (!a)
		return;
	arena_reset(a);
	free(a->first);
	free(a);
}

void arena_on_full(struct arena *a, jmp_buf *target)
{
	a->on_full = target;
}

void *arena_try_alloc(struct arena *a, size_t size)
{
	size_t need = (size + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
	if (need < size || need > a->limit - a->used)
		return NULL;
	if (need + GAP > a->current->size - a->current->used) {
		struct block *b = block_new(need + GAP > BLOCK_SIZE ? need + GAP : BLOCK_SIZE);
		a->current->next = b;
		a->current = b;
	}
	void *p = a->current->bytes + a->current->used;
	SHOW(p, size);
	a->current->used += need + GAP;
	a->used += need;
	return memset(p, 0, size);
}

void *arena_alloc(struct arena *a, size_t size)
{
	void *p = arena_try_alloc(a, size);
	if (!p) {
		if (a->on_full)
			longjmp(*a->on_full, 1);
		fputs("arena: over its limit where nobody can answer for it\n", stderr);
		abort();
	}
	return p;
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
	char *copy = arena_alloc(a, n + 1);
	memcpy(copy, s, n);
	return copy;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

char *arena_vprintf(struct arena *a, const char *format, va_list ap)
{
	va_list again;
	char first[256]; /* nearly all fit: formatted once */
	va_copy(again, ap);
	int n = vsnprintf(first, sizeof first, format, ap);
	char *s = arena_alloc(a, (size_t)n + 1);
	if ((size_t)n < sizeof first)
		memcpy(s, first, (size_t)n);
	else
		vsnprintf(s, (size_t)n + 1, format, again);
	va_end(again);
	return s;
}

char *arena_printf(struct arena *a, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	char *s = arena_vprintf(a, format, ap);
	va_end(ap);
	return s;
}

size_t arena_used(const struct arena *a)
{
	return a->used;
}
