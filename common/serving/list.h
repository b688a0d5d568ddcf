/* SPDX-License-Identifier: EUPL-1.2 */
/* Lists, page by page. */
#ifndef UDVEJ_SERVING_LIST_H
#define UDVEJ_SERVING_LIST_H

#include "serving/route.h"

/* Answers a route that has a `list`: its rows as `items`, and `next` where there are more. Reads only. */
enum err list_answer(struct tx *tx, const struct request *rq, struct reply *reply) MUST_USE;

#endif
