/* SPDX-License-Identifier: EUPL-1.2 */
/* An organisation says whom it has: kept, and offered to those who wait. */
#include <string.h>

#include "caseload/caseload.h"
#include "sql_caseload.h"

static bool takes(const WorkerInput *worker, const char *programme)
{
	for (size_t i = 0; i < worker->n_programmes; i++)
		if (strcmp(worker->programmes[i], programme) == 0)
			return true;
	return false;
}

enum err on_worker_state(struct tx *tx, const ProtobufCMessage *message)
{
	const WorkerState *m = (const WorkerState *)message;
	const struct caseload *app = tx->app;
	const char *organisation = registry_by_name(tx->registry, tx->sender)->organisation;
	if (!m->worker)
		return tx_refuse(tx, ERR_MALFORMED, "worker", "must be given");
	*tx->kept = NULL;
	TRY(tx_exec(tx, sql_worker_apply, message, ARG_TEXT("organisation", organisation)));
	for (size_t i = 0; i < app->programmes->n; i++) {
		const struct programme *p = &app->programmes->all[i];
		if (strcmp(p->organisation, organisation) == 0 && takes(m->worker, p->key))
			TRY(place_serve(tx, p->key, tx->today));
	}
	return OK;
}
