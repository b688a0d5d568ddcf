/* SPDX-License-Identifier: EUPL-1.2 */
/* Three clocks: monotonic for patience, real for stamps, and the domain clock (due dates, phases,
 * windows), which is the real date in Copenhagen moved by a setting. */
#include <time.h>

#include "daemon/internal.h"

int64_t clock_monotonic_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

struct date clock_today(const struct daemon *d)
{
	return date_add_days(date_of_time((int64_t)time(NULL)), (int)d->clock_offset_days);
}

const char *clock_now_text(struct arena *a)
{
	struct timespec t;
	struct tm utc;
	char text[32];
	clock_gettime(CLOCK_REALTIME, &t);
	gmtime_r(&t.tv_sec, &utc);
	strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
	return arena_printf(a, "%s.%03ldZ", text, t.tv_nsec / 1000000);
}
