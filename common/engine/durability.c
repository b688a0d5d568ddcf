/* SPDX-License-Identifier: EUPL-1.2 */
/* A server that was durable when it was connected to may be told otherwise while it runs. Then a commit is no longer
 * what this daemon says that it is: it stops, and does not start again before that is mended. */
#include "base/log.h"
#include "engine/engine.h"

#define LOOK_EVERY_MS 10000

void durability_turn(struct engine *e, int64_t now_ms)
{
	if (now_ms < e->durability_ms || db_is_lost(e->reading))
		return;
	e->durability_ms = now_ms + LOOK_EVERY_MS;
	if (db_check_durable(e->reading, e->scratch) != ERR_CONFIG)
		return; /* that it cannot be asked is found out elsewhere */
	log_error("stopping: %s", db_error(e->reading));
	e->stopping = e->failed = true;
}
