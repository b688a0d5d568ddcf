/* SPDX-License-Identifier: EUPL-1.2 */
/* The domain clock (due dates, phases, windows): the real date in Copenhagen, moved by a setting. Stamps are the
 * database's. */
#include <time.h>

#include "engine/engine.h"

struct date clock_today(struct engine *e)
{
	int64_t second = (int64_t)time(NULL);
	if (e->clock.second != second) {
		e->clock.second = second;
		e->clock.today = date_add_days(date_of_time(second), (int)e->clock.offset_days);
	}
	return e->clock.today;
}
