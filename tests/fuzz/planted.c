/* SPDX-License-Identifier: EUPL-1.2 */
/* Faults planted to see that the suite finds them: one of each kind that it promises to find. No decoder of ours. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

static volatile char sink;

/* Whether the input begins with the word that only a fuzzer which watches comparisons can guess. */
static bool is_struck(const uint8_t *data, size_t len)
{
	return len >= 4 && memcmp(data, "harm", 4) == 0;
}

static void take_overread(struct arena *a, const uint8_t *data, size_t len)
{
	const char *text = fuzz_text(a, data, len);
	if (is_struck(data, len))
		sink = text[len + 1];
}

static void take_leak(struct arena *a, const uint8_t *data, size_t len)
{
	(void)a;
	if (is_struck(data, len))
		sink = (char)((uintptr_t)malloc(len) & 1);
}

static void take_hang(struct arena *a, const uint8_t *data, size_t len)
{
	(void)a;
	while (is_struck(data, len))
		sink++;
}

static void take_memory(struct arena *a, const uint8_t *data, size_t len)
{
	(void)a;
	if (!is_struck(data, len))
		return;
	char *much = malloc((size_t)600 * 1024 * 1024);
	sink = much ? much[len] : 0;
	free(much);
}

const struct fuzz_decoder fuzz_decoders[] = {
	{ "planted_overread", take_overread },
	{ "planted_leak", take_leak },
	{ "planted_hang", take_hang },
	{ "planted_memory", take_memory },
	{ NULL, NULL },
};
