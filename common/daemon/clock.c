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

static void look(struct daemon *d, int64_t second)
{
	struct tm utc;
	time_t now = (time_t)second;
	if (d->clock.second == second)
		return;
	d->clock.second = second;
	d->clock.today = date_add_days(date_of_time(second), (int)d->clock_offset_days);
	gmtime_r(&now, &utc);
	strftime(d->clock.text, sizeof d->clock.text, "%Y-%m-%dT%H:%M:%S", &utc);
}

struct date clock_today(struct daemon *d)
{
	look(d, (int64_t)time(NULL));
	return d->clock.today;
}

const char *clock_now_text(struct daemon *d, struct arena *a)
{
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	look(d, t.tv_sec);
	return arena_printf(a, "%s.%03ldZ", d->clock.text, t.tv_nsec / 1000000);
}
