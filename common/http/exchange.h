/* SPDX-License-Identifier: EUPL-1.2 */
/* Private to common/http: one request on its way through the server. server.c owns connections and
 * the list of those that wait; request.c owns what is inside one exchange. */
#ifndef UDVEJ_HTTP_EXCHANGE_H
#define UDVEJ_HTTP_EXCHANGE_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stdint.h>

#include "http/http.h"

#define HTTP_SPARE_ARENAS 32u

enum exchange_state {
	EXCHANGE_READING,  /* the body is still coming */
	EXCHANGE_HANDED,   /* the owner has it and has not answered */
	EXCHANGE_ANSWERED, /* a response is ready or under way */
	EXCHANGE_GONE,     /* the client left: the connection is to be closed */
};

struct exchange {
	struct http_request request; /* first: the owner's pointer is ours */
	struct http_server *server;
	struct MHD_Connection *connection;
	enum exchange_state state;
	bool suspended, too_large;
	struct buffer body;
	uint64_t taken; /* bytes of body seen, kept or not */
	struct MHD_Response *response;
	unsigned status;
	struct exchange *next, *previous; /* among the suspended */
};

struct http_server {
	struct MHD_Daemon *daemon;
	http_on_request *on_request;
	http_on_gone *on_gone;
	void *owner;
	struct exchange *suspended;
	struct arena *spare[HTTP_SPARE_ARENAS];
	size_t n_spare;
	int64_t looked_ms; /* when the suspended were last looked at */
	bool closing;
};

/* --- request.c --- */

/* A new exchange in an arena of its own. Refuses at once what announces too large a body. */
struct exchange *exchange_begin(struct http_server *s, struct MHD_Connection *connection, const char *url,
                                const char *method);
/* Takes a piece of the body. False: enough is enough, close the connection. */
bool exchange_take(struct exchange *x, const char *data, size_t len);
/* The request is complete: hands it to the owner, or refuses it. */
void exchange_hand_over(struct exchange *x);
/* Answers with a problem document, without asking the owner. */
void exchange_refuse(struct exchange *x, enum err e, const char *field, const char *rule);
/* Gives the arena back to the server. */
void exchange_end(struct exchange *x);

/* --- server.c --- */

/* Wakes a connection that sleeps. */
void exchange_wake(struct exchange *x);

#endif
