/* SPDX-License-Identifier: EUPL-1.2 */
/* Two clocks: monotonic for patience, and the domain clock (due dates, phases, windows), which is the
 * real date in Copenhagen moved by a setting. Stamps are the database's. */
#include <time.h>

#include "daemon/internal.h"

int64_t clock_monotonic_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

struct date clock_today(struct daemon *d)
{
	int64_t second = (int64_t)time(NULL);
	if (d->clock.second != second) {
		d->clock.second = second;
		d->clock.today = date_add_days(date_of_time(second), (int)d->clock_offset_days);
	}
	return d->clock.today;
}
