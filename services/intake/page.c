/* SPDX-License-Identifier: EUPL-1.2 */
/* Paging of lists: `limit` and `after`, where `after` is the `next` of the page before. Pure. */
#include <stdlib.h>

#include "intake/intake.h"

#define DEFAULT_LIMIT 50
#define MAX_LIMIT 500

static enum err number(struct tx *tx, const char *field, const char *text, int64_t min, int64_t max, int64_t *ret)
{
	char *end;
	if (!text)
		return OK;
	long long n = strtoll(text, &end, 10);
	if (!*text || *end || n < min || n > max)
		return tx_refuse(tx, ERR_QUERY, field, "%s must be a whole number from %lld to %lld", field, (long long)min,
		                 (long long)max);
	*ret = n;
	return OK;
}

enum err page_of(struct tx *tx, const struct request *rq, struct page *ret)
{
	*ret = (struct page){ .limit = DEFAULT_LIMIT };
	TRY(number(tx, "limit", http_query(rq->http, "limit"), 1, MAX_LIMIT, &ret->limit));
	return number(tx, "after", http_query(rq->http, "after"), 0, (int64_t)1 << 52, &ret->after);
}
