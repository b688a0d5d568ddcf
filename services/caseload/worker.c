/* SPDX-License-Identifier: EUPL-1.2 */
/* An organisation says whom it has: kept, and offered to those who wait. */
#include "caseload/caseload.h"
#include "sql_caseload.h"

enum err on_worker_state(struct tx *tx, const ProtobufCMessage *message)
{
	const WorkerState *m = (const WorkerState *)message;
	const char *organisation = registry_by_name(tx->registry, tx->sender)->organisation;
	if (!m->worker)
		return tx_refuse(tx, ERR_MALFORMED, "worker", "must be given");
	*tx->kept = NULL;
	TRY(tx_exec(tx, sql_worker_apply, message, ARG_TEXT("organisation", organisation)));
	for (size_t i = 0; i < m->worker->n_programmes; i++)
		TRY(place_serve(tx, m->worker->programmes[i], tx->today));
	return OK;
}
