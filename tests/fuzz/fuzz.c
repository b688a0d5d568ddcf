/* SPDX-License-Identifier: EUPL-1.2 */
/* The entry points that libFuzzer calls: finds the decoder this program is named after, and gives it each input in an
 * arena with the daemon's limit. Running out of that limit is an answer, not a fault. Random bytes are the same for
 * each input, so that whatever is found happens again. */
#include "fuzz.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEMORY ((size_t)32 * 1024 * 1024) /* as the daemon gives to one message */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static uint64_t random_state;

static const char *random_name(void)
{
	return "counting";
}

static uint32_t random_next(void)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(random_state >> 32);
}

static void random_fill(void *const out, const size_t size)
{
	for (size_t i = 0; i < size; i++)
		((unsigned char *)out)[i] = (unsigned char)random_next();
}

static struct randombytes_implementation counting = {
	.implementation_name = random_name,
	.random = random_next,
	.buf = random_fill,
};

void fuzz_fail(const char *file, int line, const char *claim)
{
	fprintf(stderr, "%s:%d: what a decoder let through does not hold: %s\n", file, line, claim);
	abort();
}

char *fuzz_text(struct arena *a, const uint8_t *data, size_t len)
{
	return arena_strndup(a, (const char *)data, len);
}

static fuzz_take *find(const char *name)
{
	const struct fuzz_decoder *d = fuzz_decoders;
	while (d->name && strcmp(d->name, name) != 0)
		d++;
	if (!d->name)
		fuzz_fail(__FILE__, __LINE__, "the program is named after a decoder");
	return d->take;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct arena *arena;
	static fuzz_take *take;
	jmp_buf full;
	if (!arena) {
		randombytes_set_implementation(&counting);
		arena = arena_new(MEMORY);
		take = find(FUZZ_NAME);
		FUZZ_MUST(arena && sodium_init() >= 0);
	}
	random_state = 1;
	if (!setjmp(full)) {
		arena_on_full(arena, &full);
		take(arena, data, len);
	}
	arena_on_full(arena, NULL);
	arena_reset(arena);
	return 0;
}
