/* SPDX-License-Identifier: EUPL-1.2 */
/* Parameters of a query as values, for handlers: the table of the route has checked them before (route_check.c), so
 * none of this can fail. Pure. */
#include <stdlib.h>

#include "serving/route.h"

const char *rq_text(const struct request *rq, const char *name)
{
	return http_query(rq->http, name);
}

int64_t rq_number(const struct request *rq, const char *name, int64_t fallback)
{
	const char *text = http_query(rq->http, name);
	return text ? strtoll(text, NULL, 10) : fallback;
}

struct date rq_date(const struct request *rq, const char *name, struct date fallback)
{
	const char *text = http_query(rq->http, name);
	return text ? date_or_none(text) : fallback;
}
