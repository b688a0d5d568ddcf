/* SPDX-License-Identifier: EUPL-1.2 */
/* A server that was durable when it was connected to may be told otherwise while it runs. Then a commit is no longer
 * what this daemon says that it is: it stops, and does not start again before that is mended. */
#include "base/log.h"
#include "daemon/internal.h"

#define LOOK_EVERY_MS 10000

void durability_turn(struct daemon *d, int64_t now_ms)
{
	if (now_ms < d->durability_ms || db_is_lost(d->reader))
		return;
	d->durability_ms = now_ms + LOOK_EVERY_MS;
	if (db_check_durable(d->reader, d->scratch) != ERR_CONFIG)
		return; /* that it cannot be asked is found out elsewhere */
	log_error("stopping: %s", db_error(d->reader));
	d->stopping = d->failed = true;
}
