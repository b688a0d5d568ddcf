/* SPDX-License-Identifier: EUPL-1.2 */
/* A node's link to a broker that the test plays itself: heartbeat, loss, reopening, bad input.
 * Time is given to the link, so that seconds of silence take none. */
#include "link_world.h"

static void *context, *router;
static int64_t now;
static uint8_t node_id[WIRE_ROUTING_ID]; /* routing id of the node, as of its last message */
static int pings;
static bool answers;
static char endpoint[128];

static void open_broker(void)
{
	size_t len = sizeof endpoint;
	router = zmq_socket(context, ZMQ_ROUTER);
	assert_true(wire_set_int(router, ZMQ_CURVE_SERVER, 1) && wire_set_int(router, ZMQ_LINGER, 0) &&
	            wire_set_int(router, ZMQ_ROUTER_MANDATORY, 1) &&
	            wire_set_text(router, ZMQ_CURVE_SECRETKEY, broker_keys.curve_secret));
	int done = *endpoint ? zmq_bind(router, endpoint) : zmq_bind(router, "tcp://127.0.0.1:*");
	for (int i = 0; i < 100 && done != 0; i++) {
		pause_ms(20); /* the port is given back a moment after the socket is closed */
		done = zmq_bind(router, endpoint);
	}
	assert_int_equal(done, 0);
	assert_int_equal(zmq_getsockopt(router, ZMQ_LAST_ENDPOINT, endpoint, &len), 0);
}

static int set_up(void **state)
{
	(void)state;
	now = 1000;
	pings = 0;
	answers = true;
	*endpoint = '\0';
	context = zmq_ctx_new();
	make_registry(endpoint);
	open_broker();
	open_link(&nodes[0]);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	close_links();
	zmq_close(router);
	zmq_ctx_term(context);
	return 0;
}

static void say(const char *from, const void *payload, size_t len)
{
	assert_int_equal(wire_send(router, node_id, sizeof node_id, true), 0);
	assert_int_equal(wire_send(router, from, strlen(from), true), 0);
	assert_int_equal(wire_send(router, payload, len, false), 0);
}

/* The broker's side: answers pings; of another message, copies the payload. Returns its length, or 0. */
static size_t broker_turn(char to[64], void *ret_payload, size_t max)
{
	struct wire_parts parts;
	size_t len = 0;
	while (len == 0 && wire_receive(router, &parts)) {
		assert_int_equal(parts.n, 3);
		assert_int_equal(zmq_msg_size(&parts.part[0]), sizeof node_id);
		memcpy(node_id, zmq_msg_data(&parts.part[0]), sizeof node_id);
		size_t to_len = zmq_msg_size(&parts.part[1]);
		if (to_len == 0) {
			pings++;
			if (answers)
				say("", "\x22\x01i", 3);
		} else {
			len = zmq_msg_size(&parts.part[2]);
			assert_true(to_len < 64 && len <= max);
			snprintf(to, 64, "%.*s", (int)to_len, (char *)zmq_msg_data(&parts.part[1]));
			memcpy(ret_payload, zmq_msg_data(&parts.part[2]), len);
		}
		wire_drop(&parts);
	}
	return len;
}

/* Lets a real moment go by for ZeroMQ, and `ms` for the link. */
static void pass(int64_t ms)
{
	char to[64], payload[256];
	for (int i = 0; i < 10; i++) {
		now += ms / 10;
		pause_ms(5);
		broker_turn(to, payload, sizeof payload);
		link_turn(nodes[0].link, now);
	}
}

static void wait_up(bool wanted)
{
	for (int i = 0; i < 100 && link_is_up(nodes[0].link) != wanted; i++)
		pass(100);
	assert_int_equal(link_is_up(nodes[0].link), wanted);
}

static void link_is_up_when_the_broker_has_answered(void **state)
{
	(void)state;
	assert_false(link_is_up(nodes[0].link));
	assert_false(greet(&nodes[0], "caseload", "too early"));
	answers = false;
	for (int i = 0; i < 100 && !pings; i++)
		pass(10);
	assert_true(pings > 0);
	assert_false(link_is_up(nodes[0].link));
	answers = true;
	wait_up(true);
}

static void ping_goes_out_every_second(void **state)
{
	(void)state;
	wait_up(true);
	pings = 0;
	for (int i = 0; i < 10; i++)
		pass(1000);
	assert_in_range(pings, 9, 11);
}

/* What a node would do with a payload that it got from another. */
static Frame *opened(struct arena *a, int at, int from, const void *payload, size_t len)
{
	struct seal *seal = NULL;
	ProtobufCMessage *m = NULL;
	Frame *frame = NULL;
	assert_int_equal(seal_new(nodes[at].name, &(struct key_ring){ { nodes[at].keys }, 1 }, &seal), OK);
	assert_int_equal(wire_unpack(a, &sealed__descriptor, payload, len, WIRE_PAYLOAD_MAX, &m), OK);
	assert_int_equal(seal_open(a, seal, &node_rows[from], (const Sealed *)m, &frame), OK);
	seal_free(seal);
	return frame;
}

static void frame_goes_to_its_destination_sealed_for_it(void **state)
{
	(void)state;
	char to[64] = "", payload[512];
	size_t len = 0;
	struct arena *a = arena_new(WIRE_MEMORY_MAX);
	wait_up(true);
	assert_true(greet(&nodes[0], "caseload", "my epoch"));
	for (int i = 0; i < 100 && len == 0; i++) {
		pause_ms(5);
		len = broker_turn(to, payload, sizeof payload);
	}
	assert_string_equal(to, "caseload");
	assert_null(memmem(payload, len, "my epoch", 8));
	assert_string_equal(opened(a, 1, 0, payload, len)->greeting->epoch, "my epoch");
	arena_free(a);
}

static void frame_for_a_node_that_nobody_knows_is_not_sent(void **state)
{
	(void)state;
	wait_up(true);
	assert_false(greet(&nodes[0], "outcomes", "e1"));
}

/* The fake broker hands node 0 a greeting from caseload. */
static void say_greeting(const char *epoch)
{
	struct seal *seal = NULL;
	struct arena *a = arena_new(WIRE_MEMORY_MAX);
	Greeting greeting = GREETING__INIT;
	Frame frame = FRAME__INIT;
	Sealed sealed;
	char packed[512];
	greeting.epoch = epoch;
	frame.greeting = &greeting;
	assert_int_equal(seal_new(nodes[1].name, &(struct key_ring){ { nodes[1].keys }, 1 }, &seal), OK);
	assert_int_equal(seal_close(a, seal, &node_rows[0], &frame, &sealed), OK);
	say("caseload", packed, sealed__pack(&sealed, (uint8_t *)packed));
	seal_free(seal);
	arena_free(a);
}

static void frame_that_is_too_large_is_not_sent(void **state)
{
	(void)state;
	wait_up(true);
	char *text = test_malloc(WIRE_PAYLOAD_MAX + 1);
	memset(text, 'x', WIRE_PAYLOAD_MAX);
	text[WIRE_PAYLOAD_MAX] = '\0';
	assert_false(greet(&nodes[0], "caseload", text));
	test_free(text);
}

static void broker_words_and_frames_are_told_to_the_owner(void **state)
{
	(void)state;
	wait_up(true);
	say("",
	    "\x0a\x08"
	    "caseload",
	    10);
	say("", "\x12\x08outcomes", 10);
	say_greeting("e1");
	pass(100);
	assert_int_equal(nodes[0].ups, 1);
	assert_string_equal(nodes[0].last_up, "caseload");
	assert_int_equal(nodes[0].gones, 1);
	assert_string_equal(nodes[0].last_gone, "outcomes");
	assert_int_equal(nodes[0].frames, 1);
	assert_string_equal(nodes[0].last_from, "caseload");
	assert_string_equal(nodes[0].last_epoch, "e1");
	assert_int_equal(nodes[0].refused, 0);
}

static void unreadable_messages_are_refused_and_told_to_the_owner(void **state)
{
	(void)state;
	static const struct {
		const char *from, *payload;
		size_t len;
	} bad[] = {
		{ "caseload", "", 0 },                         /* no part of a Frame is set */
		{ "caseload", "\x0a\x00\x1a\x00", 4 },         /* two are */
		{ "caseload", "\x0a\x7f", 2 },                 /* cut off */
		{ "caseload", "\xff\xff\xff\xff\xff\xff", 6 }, /* nothing at all */
		{ "", "\x0a\x02\xff\xfe", 4 },                 /* a name that is no UTF-8 */
		{ "", "\x0a\x7f", 2 },                         /* cut off */
		{ "case\xff", "\x0a\x00", 2 },                 /* a sender that is no UTF-8 */
		{ "a-name-that-is-longer-than-any-name-in-a-registry-may-ever-be-63", "\x0a\x00", 2 },
	};
	wait_up(true);
	for (size_t i = 0; i < countof(bad); i++)
		say(bad[i].from, bad[i].payload, bad[i].len);
	pass(100);
	assert_int_equal(nodes[0].refused, countof(bad));
	assert_string_equal(nodes[0].last_refused, "");
	assert_int_equal(nodes[0].frames + nodes[0].ups + nodes[0].gones, 0);
	assert_true(link_is_up(nodes[0].link));
}

static void turn_reads_a_bounded_number_of_frames(void **state)
{
	(void)state;
	wait_up(true);
	for (int i = 0; i < 600; i++)
		say_greeting("e1");
	pause_ms(200);
	assert_int_equal(link_turn(nodes[0].link, now), 0);
	assert_int_equal(nodes[0].frames, 256);
	assert_int_equal(link_turn(nodes[0].link, now), 0);
	assert_true(link_turn(nodes[0].link, now) > 0);
	assert_int_equal(nodes[0].frames, 600);
}

static void silent_broker_is_given_up_after_five_seconds_and_tried_anew(void **state)
{
	(void)state;
	uint8_t before[WIRE_ROUTING_ID];
	wait_up(true);
	memcpy(before, node_id, sizeof before);
	answers = false;
	pass(4900);
	assert_true(link_is_up(nodes[0].link));
	pass(2000);
	assert_false(link_is_up(nodes[0].link));
	assert_false(greet(&nodes[0], "caseload", "nobody there"));
	answers = true;
	wait_up(true);
	assert_memory_not_equal(before, node_id, sizeof before);
}

static void node_that_was_held_up_itself_does_not_give_up_the_broker(void **state)
{
	(void)state;
	uint8_t before[WIRE_ROUTING_ID];
	wait_up(true);
	pass(1000);
	char to[64], payload[256];
	pause_ms(20);
	broker_turn(to, payload, sizeof payload); /* the broker is not held up */
	pause_ms(20);
	memcpy(before, node_id, sizeof before);
	now += 60000;
	pass(1000);
	pass(1000);
	assert_true(link_is_up(nodes[0].link));
	assert_memory_equal(before, node_id, sizeof before);
}

static void lost_connection_gets_a_new_routing_id_at_once(void **state)
{
	(void)state;
	uint8_t before[WIRE_ROUTING_ID];
	wait_up(true);
	memcpy(before, node_id, sizeof before);
	zmq_close(router);
	pause_ms(100);
	link_turn(nodes[0].link, now);
	assert_false(link_is_up(nodes[0].link));
	open_broker();
	for (int i = 0; i < 100 && !link_is_up(nodes[0].link); i++)
		pass(50);
	assert_true(link_is_up(nodes[0].link));
	assert_memory_not_equal(before, node_id, sizeof before);
}

static void destination_that_a_full_broker_did_not_take_is_announced_later(void **state)
{
	(void)state;
	static char text[100000];
	memset(text, 'x', sizeof text - 1);
	wait_up(true);
	int sent = 0;
	while (greet(&nodes[0], "caseload", text))
		assert_in_range(++sent, 1, 100000);
	assert_int_equal(nodes[0].ups, 0);
	struct wire_parts parts;
	for (int i = 0; i < 2000 && nodes[0].ups == 0; i++) {
		while (wire_receive(router, &parts)) {
			if (zmq_msg_size(&parts.part[1]) == 0)
				say("", "\x22\x01i", 3);
			wire_drop(&parts);
		}
		pause_ms(5);
		link_turn(nodes[0].link, now += 2); /* less in all than a silent broker is given */
	}
	assert_int_equal(nodes[0].ups, 1);
	assert_string_equal(nodes[0].last_up, "caseload");
}

/* As a partnership may change in years; with what the link kept of each before, a few dozen were too many. */
static void many_registries_of_many_nodes_leave_the_link_working(void **state)
{
	(void)state;
	enum { MANY = 1000 };
	static struct registry_node rows[MANY];
	char names[MANY][16], to[64] = "", payload[512];
	for (size_t i = 0; i < MANY; i++) {
		snprintf(names[i], sizeof names[i], "node-%zu", i);
		rows[i] = node_rows[i < N_NODES ? i : 1];
		if (i >= N_NODES)
			rows[i].name = names[i];
	}
	struct registry next = registry;
	next.nodes = rows;
	for (next.serial = 2; next.serial <= 300; next.serial++) {
		next.n_nodes = MANY - (size_t)next.serial % 2;
		link_registry(nodes[0].link, &next, (ProtobufCBinaryData){ 0 }, (ProtobufCBinaryData){ 0 });
	}
	memset(names, 'x', sizeof names); /* the link has copies */
	memset(rows, 0, sizeof rows);
	wait_up(true);
	assert_false(greet(&nodes[0], "node-1000", "nobody"));
	assert_true(greet(&nodes[0], "node-998", "e1"));
	assert_true(greet(&nodes[0], "caseload", "e1"));
	size_t len = 0;
	for (int i = 0; i < 100 && strcmp(to, "caseload") != 0; i++) {
		pause_ms(5);
		len = broker_turn(to, payload, sizeof payload);
	}
	assert_true(len > 0);
	say_greeting("e2");
	pass(100);
	assert_string_equal(nodes[0].last_epoch, "e2");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(link_is_up_when_the_broker_has_answered),
		TEST(ping_goes_out_every_second),
		TEST(frame_goes_to_its_destination_sealed_for_it),
		TEST(frame_for_a_node_that_nobody_knows_is_not_sent),
		TEST(frame_that_is_too_large_is_not_sent),
		TEST(broker_words_and_frames_are_told_to_the_owner),
		TEST(unreadable_messages_are_refused_and_told_to_the_owner),
		TEST(turn_reads_a_bounded_number_of_frames),
		TEST(silent_broker_is_given_up_after_five_seconds_and_tried_anew),
		TEST(node_that_was_held_up_itself_does_not_give_up_the_broker),
		TEST(lost_connection_gets_a_new_routing_id_at_once),
		TEST(destination_that_a_full_broker_did_not_take_is_announced_later),
		TEST(many_registries_of_many_nodes_leave_the_link_working),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
