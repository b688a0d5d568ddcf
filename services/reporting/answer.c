/* SPDX-License-Identifier: EUPL-1.2 */
/* What every report asks of a request: whose figures, and in which form. Refuses by naming the parameter and the
 * rule. */
#include <string.h>

#include "reporting/core/view.h"
#include "reporting/reporting.h"

static bool sees_all(const struct tx *tx, const struct principal *who)
{
	const struct reporting *app = tx->app;
	return who->role == ROLE_PROJECT_LEAD && strcmp(who->organisation, app->host) == 0;
}

static bool is_partner(const struct registry *r, const char *organisation)
{
	for (size_t i = 0; i < r->n_nodes; i++)
		if (strcmp(r->nodes[i].organisation, organisation) == 0)
			return true;
	return false;
}

/* Who may not see the figures of others is not told either who they are: answer_organisation() refuses. */
enum err answer_check_organisation(struct tx *tx, const struct principal *who, const char *field,
                                   const char *organisation)
{
	if (sees_all(tx, who) && !is_partner(tx->registry, organisation))
		tx_broken(tx, field, BROKEN_ORGANISATION);
	return OK;
}

enum err answer_check_programme(struct tx *tx, const struct principal *who, const char *field, const char *key)
{
	const struct programmes *all = ((const struct reporting *)tx->app)->programmes;
	(void)who;
	if (!programme_by_key(all, key))
		tx_broken(tx, field, BROKEN_PROGRAMME, SAY_LIST("known", programme_keys(tx->arena, all), all->n));
	return OK;
}

enum err answer_organisation(struct tx *tx, const struct request *rq, const char **ret)
{
	const struct principal *who = &rq->principal;
	return view_organisation(sees_all(tx, who), who->organisation, rq_text(rq, "organisation"), ret, &tx->why);
}

enum err answer_format(struct tx *tx, const struct request *rq, enum format *ret)
{
	enum format format = accept_format(http_header(rq->http, "Accept"));
	if (format == FORMAT_NONE)
		return tx_refuse(tx, ERR_NOT_ACCEPTABLE, "Accept", "A report comes as application/json or as text/csv.");
	*ret = format;
	return OK;
}
