/* SPDX-License-Identifier: EUPL-1.2 */
/* What every report asks of a request: days, whose figures, and in which form. Refuses by naming the
 * parameter and the rule. */
#include <string.h>

#include "reporting/core/view.h"
#include "reporting/reporting.h"

enum err query_date(struct tx *tx, const struct request *rq, const char *name, const struct date *fallback,
                    struct date *ret)
{
	const char *text = http_query(rq->http, name);
	if (!text && fallback) {
		*ret = *fallback;
		return OK;
	}
	if (!text)
		return tx_refuse(tx, ERR_QUERY, name, "%s must be given: a day as YYYY-MM-DD.", name);
	if (!date_parse(text, ret))
		return tx_refuse(tx, ERR_QUERY, name, "%s is a day that exists, as YYYY-MM-DD.", name);
	return OK;
}

static bool is_partner(const struct registry *r, const char *organisation)
{
	for (size_t i = 0; i < r->n_nodes; i++)
		if (strcmp(r->nodes[i].organisation, organisation) == 0)
			return true;
	return false;
}

enum err query_organisation(struct tx *tx, const struct request *rq, const char **ret)
{
	const struct reporting *app = tx->app;
	const struct principal *who = &rq->principal;
	bool sees_all = who->role == ROLE_PROJECT_LEAD && strcmp(who->organisation, app->host) == 0;
	const char *asked = http_query(rq->http, "organisation"), *organisation;
	TRY(view_organisation(sees_all, who->organisation, asked, &organisation, &tx->why));
	if (asked && !is_partner(tx->registry, asked))
		return tx_refuse(tx, ERR_QUERY, "organisation", "organisation is the code of one in the registry.");
	*ret = organisation;
	return OK;
}

enum err query_format(struct tx *tx, const struct request *rq, enum format *ret)
{
	enum format format = format_accepted(http_header(rq->http, "Accept"));
	if (format == FORMAT_NONE)
		return tx_refuse(tx, ERR_NOT_ACCEPTABLE, "Accept", "A report comes as application/json or as text/csv.");
	*ret = format;
	return OK;
}
