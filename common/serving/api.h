/* SPDX-License-Identifier: EUPL-1.2 */
/* Routes over HTTP: for main, which gives them their turn in the loop. */
#ifndef UDVEJ_SERVING_API_H
#define UDVEJ_SERVING_API_H

#include "engine/engine.h"
#include "engine/job.h"
#include "serving/served.h"

extern const struct sql_set sql_set_serving; /* the statements of this room */

struct api;

enum err api_open(struct engine *e, const struct served *served, const char *host, uint16_t port, struct api **ret,
                  const char **why) MUST_USE;
void api_close(struct api *api); /* takes NULL */
struct http_server *api_server(const struct api *api);
/* Answers the calls whose wait is over; milliseconds to the next one, or -1. */
int api_turn(struct api *api, int64_t now_ms);
/* Finds which requests of a transaction were done before; needs no open API. */
struct participant api_participant(struct engine *e);

#endif
