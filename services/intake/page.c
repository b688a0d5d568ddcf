/* SPDX-License-Identifier: EUPL-1.2 */
/* Paging of lists: `limit` and `after`, where `after` is the `next` of the page before. Pure. */
#include "intake/intake.h"

#define DEFAULT_LIMIT 50

struct page page_of(const struct request *rq)
{
	return (struct page){ .limit = rq_number(rq, "limit", DEFAULT_LIMIT), .after = rq_number(rq, "after", 0) };
}
