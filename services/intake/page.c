/* SPDX-License-Identifier: EUPL-1.2 */
/* Paging of lists: `limit` and `after`, where `after` is the `next` of the page before. Pure. */
#include <stdlib.h>

#include "intake/intake.h"
#include "vocab/code.h"

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

enum err page_state(struct tx *tx, const struct request *rq, const char *list, const char **ret)
{
	*ret = http_query(rq->http, "state");
	if (!*ret || code_find(list, *ret))
		return OK;
	struct buffer known = buffer_in(tx->arena);
	const struct code_list *codes = code_list(list);
	for (size_t i = 0; i < codes->n; i++)
		buffer_printf(&known, "%s%s", i ? ", " : "", codes->codes[i].code);
	return tx_refuse(tx, ERR_QUERY, "state", "must be one of: %s", known.data);
}

enum err page_of(struct tx *tx, const struct request *rq, struct page *ret)
{
	*ret = (struct page){ .limit = DEFAULT_LIMIT };
	TRY(number(tx, "limit", http_query(rq->http, "limit"), 1, MAX_LIMIT, &ret->limit));
	return number(tx, "after", http_query(rq->http, "after"), 0, (int64_t)1 << 52, &ret->after);
}
