/* SPDX-License-Identifier: EUPL-1.2 */
/* Routes over HTTP, for main, which turns them. */
#ifndef UDVEJ_SERVING_API_H
#define UDVEJ_SERVING_API_H

#include "engine/engine.h"
#include "engine/job.h"
#include "serving/route.h"

extern const struct sql_set sql_set_serving; /* the statements of this room */

struct api;

/* The description of an API, a JSON document in the arena; what every daemon answers is in it. */
const char *api_describe(struct arena *a, const struct served *served);
/* *served is copied. */
enum err api_open(struct engine *e, const struct served *served, const char *host, uint16_t port, struct api **ret,
                  const char **why) MUST_USE;
void api_close(struct api *api); /* takes NULL */
struct http_server *api_server(const struct api *api);
/* Answers the calls whose wait is over; milliseconds to the next one, or -1. */
int api_turn(struct api *api, int64_t now_ms);
/* Finds which requests of a transaction were done before; needs no open API. */
struct participant api_participant(struct engine *e);

#endif
