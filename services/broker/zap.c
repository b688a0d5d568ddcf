/* SPDX-License-Identifier: EUPL-1.2 */
/* The ZAP handler, in the broker's own loop. Owns its REP socket. Decides who gets a connection;
 * what a connection may still do is decided anew with each message (relay.c), since ZeroMQ asks
 * here only once. Must always answer: a connection that gets no answer hangs until its time-out. */
#include "broker/zap.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"

#define REQUESTS_A_TURN 64
#define LOG_EVERY_MS 100
#define CONNECTION_WORDS 200u /* all nodes may come at once, when the broker is new */

/* Parts of a request. */
enum { VERSION, REQUEST_ID, DOMAIN, ADDRESS, IDENTITY, MECHANISM, CREDENTIAL, N_PARTS };

bool zap_open(struct zap *z, void *context)
{
	*z = (struct zap){ .socket = wire_socket(context, ZMQ_REP), .logged_ms = -LOG_EVERY_MS };
	return z->socket && zmq_bind(z->socket, "inproc://zeromq.zap.01") == 0;
}

void zap_close(struct zap *z)
{
	wire_close(z->socket);
	z->socket = NULL;
}

void zap_user(const char *user_id, char ret_key[KEY_Z85_LEN + 1], const char **ret_name)
{
	size_t len = strlen(user_id);
	snprintf(ret_key, KEY_Z85_LEN + 1, "%s", user_id);
	*ret_name = len > KEY_Z85_LEN ? user_id + KEY_Z85_LEN + 1 : "";
}

static bool part_is(zmq_msg_t *part, const char *text)
{
	return zmq_msg_size(part) == strlen(text) && memcmp(zmq_msg_data(part), text, strlen(text)) == 0;
}

static void answer(struct zap *z, struct wire_parts *request, bool accept, const char *user_id)
{
	const char *parts[] = { accept ? "200" : "400", accept ? "OK" : "key is not in the registry", user_id };
	zmq_msg_t *id = &request->part[REQUEST_ID];
	bool sent = wire_send(z->socket, "1.0", 3, true) == 0;
	sent = sent && wire_send(z->socket, request->n > REQUEST_ID ? zmq_msg_data(id) : "",
	                         request->n > REQUEST_ID ? zmq_msg_size(id) : 0, true) == 0;
	for (size_t i = 0; i < countof(parts); i++)
		sent = sent && wire_send(z->socket, parts[i], strlen(parts[i]), true) == 0;
	if (!sent || wire_send(z->socket, "", 0, false) != 0)
		log_error("a connection could not be answered: %s", zmq_strerror(zmq_errno()));
}

/* A stranger can ask as often as it likes; our log must not grow as fast. */
static void log_refusal(struct zap *z, const char *key, const char *address, int64_t now_ms)
{
	if (now_ms - z->logged_ms < LOG_EVERY_MS) {
		z->unlogged++;
		return;
	}
	log_warning("refused key %s from %s: not in the registry (%llu more since the last such line)", key, address,
	            (unsigned long long)z->unlogged);
	z->logged_ms = now_ms;
	z->unlogged = 0;
}

static void decide(struct zap *z, struct wire_parts *request, const struct registry *r, int64_t now_ms)
{
	char key[KEY_Z85_LEN + 1] = "", address[64] = "", user[ZAP_USER_MAX] = "";
	const struct registry_node *node = NULL;
	if (request->n == N_PARTS && part_is(&request->part[VERSION], "1.0") &&
	    part_is(&request->part[DOMAIN], ZAP_DOMAIN) && part_is(&request->part[MECHANISM], "CURVE") &&
	    zmq_msg_size(&request->part[CREDENTIAL]) == 32) {
		zmq_z85_encode(key, zmq_msg_data(&request->part[CREDENTIAL]), 32);
		node = registry_by_curve(r, key);
	}
	if (request->n > ADDRESS) {
		size_t len = zmq_msg_size(&request->part[ADDRESS]);
		memcpy(address, zmq_msg_data(&request->part[ADDRESS]), len < sizeof address ? len : sizeof address - 1);
	}
	if (node)
		snprintf(user, sizeof user, "%s %s", key, node->name);
	answer(z, request, node != NULL, user);
	if (node) {
		z->accepted++;
		if (seldom_few_may(&z->words, CONNECTION_WORDS, now_ms))
			log_info("connection of %s with key %s from %s", node->name, key, address);
	} else {
		z->refused++;
		log_refusal(z, key, address, now_ms);
	}
}

void zap_turn(struct zap *z, const struct registry *r, int64_t now_ms)
{
	struct wire_parts request;
	for (int i = 0; i < REQUESTS_A_TURN && wire_receive(z->socket, &request); i++) {
		decide(z, &request, r, now_ms);
		wire_drop(&request);
	}
}
