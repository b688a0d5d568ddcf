/* SPDX-License-Identifier: EUPL-1.2 */
/* A connection that breaks while its messages are being read: each of them is read whole or not at all, and ZeroMQ
 * does not end the process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <poll.h>
#include <string.h>

#include "wire/wire.h"

#define ROUNDS 200
#define MESSAGES 3000
#define QUIET_MS 10

/* Sends to whoever speaks first, all in one go, and hangs up. */
static void send_and_hang_up(void *router)
{
	struct wire_parts first;
	struct pollfd unused = { .fd = -1 };
	while (!wire_receive(router, &first))
		(void)poll(&unused, 1, 1);
	for (int i = 0; i < MESSAGES; i++) {
		if (wire_send(router, zmq_msg_data(&first.part[0]), zmq_msg_size(&first.part[0]), true) != 0)
			break;
		assert_int_equal(wire_send(router, "from", 4, true), 0);
		assert_int_equal(wire_send(router, "payload", 7, false), 0);
	}
	wire_drop(&first);
	wire_close(router);
}

/* Reads all that comes until it has been quiet for a while; how many. */
static int read_all(void *dealer)
{
	int n = 0;
	zmq_pollitem_t item = { .socket = dealer, .events = ZMQ_POLLIN };
	while (zmq_poll(&item, 1, QUIET_MS) > 0) {
		for (struct wire_parts parts; wire_receive(dealer, &parts); n++) {
			assert_int_equal(parts.n, 2);
			wire_drop(&parts);
		}
	}
	return n;
}

static void connection_that_breaks_while_it_is_read_gives_whole_messages(void **state)
{
	(void)state;
	void *context = zmq_ctx_new();
	int n = 0;
	for (int round = 0; round < ROUNDS; round++) {
		char endpoint[64];
		size_t len = sizeof endpoint;
		void *router = wire_socket(context, ZMQ_ROUTER), *dealer = wire_socket(context, ZMQ_DEALER);
		assert_int_equal(zmq_bind(router, "tcp://127.0.0.1:*"), 0);
		assert_int_equal(zmq_getsockopt(router, ZMQ_LAST_ENDPOINT, endpoint, &len), 0);
		assert_int_equal(zmq_connect(dealer, endpoint), 0);
		while (wire_send(dealer, "hello", 5, false) != 0)
			;
		send_and_hang_up(router);
		n += read_all(dealer);
		wire_close(dealer);
	}
	assert_in_range(n, ROUNDS, ROUNDS * MESSAGES);
	zmq_ctx_term(context);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(connection_that_breaks_while_it_is_read_gives_whole_messages),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
