/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads the monotonic clock of the machine. Owns nothing. Never used for what is stored or shown. */
#include "base/clock.h"

#include <time.h>

int64_t clock_monotonic_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}
