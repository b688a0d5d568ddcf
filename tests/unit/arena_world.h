/* SPDX-License-Identifier: EUPL-1.2 */
/* An arena for the tests of one file. */
#ifndef UDVEJ_TESTS_ARENA_WORLD_H
#define UDVEJ_TESTS_ARENA_WORLD_H

#include "base/arena.h"

static struct arena *arena;

static inline int set_up_arena(void **state)
{
	(void)state;
	arena = arena_new((size_t)16 << 20);
	return 0;
}

static inline int tear_down_arena(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

#endif
