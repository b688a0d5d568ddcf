/* SPDX-License-Identifier: EUPL-1.2 */
/* The end of a recovery. First the service mends what can be seen only when all is applied. Then, in one transaction,
 * the messages that are still to be sent are numbered anew, without those that their receivers provably have; each
 * stream in goes on where its sender knows that it was acknowledged; and the database begins the life that a partner
 * signed for. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "recovery/internal.h"
#include "sql_recovery.h"

static enum err known_by(struct tx *tx, const char *peer, struct known *ret)
{
	struct db_rows rows;
	TRY(db_rows(tx->db, tx->arena, sql_recovery_peers, &rows, NULL));
	for (size_t i = 0; i < rows.n; i++) {
		const char **cell = rows.cells + i * rows.n_columns;
		if (strcmp(cell[0], peer) != 0 || !cell[8] || !cell[10])
			continue;
		ret->epoch = cell[8];
		ret->position = atoll(cell[9]);
		memcpy(ret->chain.head, cell[10], CHAIN_LEN);
	}
	return OK;
}

static enum err mend(struct recovery *r, struct tx *tx, void *context)
{
	(void)context;
	return r->room->recovered ? r->room->recovered(tx) : OK;
}

static enum err open_new_life(struct recovery *r, struct tx *tx, void *context)
{
	(void)context;
	TRY(anew_number(tx, known_by));
	for (const struct recovery_peer *p = r->peers; p; p = p->next) {
		if (registry_by_name(tx->registry, p->name))
			TRY(tx_exec(tx, sql_recovery_items_unknown, NULL, ARG_TEXT("peer", p->name)));
		TRY(tx_exec(tx, sql_recovery_in_stream, NULL, ARG_TEXT("peer", p->name)));
	}
	TRY(tx_exec(tx, sql_recovery_items_drop, NULL));
	TRY(tx_exec(tx, sql_recovery_life, NULL));
	return tx_exec(tx, sql_recovery_end, NULL);
}

static void tell_who_was_not_heard(const struct recovery *r)
{
	for (const struct recovery_peer *p = r->peers; p; p = p->next)
		if (!registry_by_name(r->engine->membership.registry, p->name))
			log_warning(
			    "%s is not in the registry: what it knows was not recovered. If it comes back and has more, this "
			    "node finds that out, only reads, and is to be recovered once more",
			    p->name);
}

enum err recovery_finish(struct recovery *r)
{
	TRY(recovery_step(r, mend, NULL));
	TRY(recovery_step(r, open_new_life, NULL));
	r->engine->read_only = NULL;
	writer_read_again(r->engine->writer);
	tell_who_was_not_heard(r);
	if (r->problems)
		log_error("%u of what the others told could not be applied: see `udvej status`", r->problems);
	log_info("recovered: the new life %s begins", r->epoch);
	return OK;
}
