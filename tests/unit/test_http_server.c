/* SPDX-License-Identifier: EUPL-1.2 */
/* The HTTP server: answers at once and later, pipelining, clients that leave, stopping. */
#include "http_world.h"

static void request_is_answered_at_once_with_the_security_headers(void **state)
{
	(void)state;
	close(get("/at%20once?a=1&b=x%26y+z&c", "{\"n\":1}"));
	has("HTTP/1.1 200 OK\r\n");
	has("\r\nContent-Type: application/json\r\n");
	has("\r\nCache-Control: no-store\r\n");
	has("\r\nX-Content-Type-Options: nosniff\r\n");
	has("\r\nReferrer-Policy: no-referrer\r\n");
	has("\r\nContent-Security-Policy: default-src 'self'; frame-ancestors 'none'\r\n");
	has("\r\nETag: \"7\"\r\n");
	assert_int_equal(world.requests, 1);
	assert_int_equal(world.last_method, HTTP_GET);
	assert_string_equal(world.last_path, "/at once");
	assert_string_equal(world.last_query, "a=1;b=x&y z;c=;");
}

static void head_is_a_get_without_its_body(void **state)
{
	(void)state;
	int fd = dial();
	say(fd, "HEAD /x HTTP/1.1\r\n" HOST "x-TEST: yes\r\n\r\n");
	receive(fd, "\r\n\r\n");
	receive(fd, NULL);
	has("HTTP/1.1 200 OK\r\n");
	has("Content-Length: 7\r\n");
	assert_null(strstr(received, "{"));
	assert_int_equal(world.last_method, HTTP_GET);
	assert_string_equal(world.last_header, "yes");
	close(fd);
}

static void answer_without_body_has_no_content_type(void **state)
{
	(void)state;
	close(get("/nothing", "\r\n\r\n"));
	has("HTTP/1.1 204 ");
	assert_null(strcasestr(received, "\nContent-Type:"));
}

static void body_in_pieces_comes_whole_and_once(void **state)
{
	(void)state;
	int fd = dial();
	say(fd, "POST /x HTTP/1.1\r\n" HOST "Content-Length: 10\r\n\r\n01234");
	turn(5);
	assert_int_equal(world.requests, 0);
	say(fd, "56789");
	receive(fd, "{\"n\":1}");
	assert_int_equal(world.last_body_len, 10);
	assert_int_equal(world.last_method, HTTP_POST);
	n_received = 0;
	say(fd, "PUT /x HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
	receive(fd, "{\"n\":2}");
	assert_int_equal(world.last_body_len, 5);
	assert_int_equal(world.last_method, HTTP_PUT);
	close(fd);
}

static void pipelined_requests_are_each_handed_up_once_and_answered_in_order(void **state)
{
	(void)state;
	int fd = dial();
	say(fd, "GET /1 HTTP/1.1\r\n" HOST "\r\nGET /later HTTP/1.1\r\n" HOST "\r\nGET /3 HTTP/1.1\r\n" HOST "\r\n");
	receive(fd, "{\"n\":1}");
	for (int i = 0; i < 20; i++)
		turn(1);
	assert_int_equal(world.requests, 2); /* the third waits behind the second */
	answer(world.waiting[0], "{\"waited\":2}");
	receive(fd, "{\"n\":3}");
	assert_int_equal(world.requests, 3);
	assert_true(strstr(received, "{\"n\":1}") < strstr(received, "{\"waited\":2}"));
	assert_true(strstr(received, "{\"waited\":2}") < strstr(received, "{\"n\":3}"));
	close(fd);
}

static void answer_given_later_reaches_the_client_and_others_are_served_meanwhile(void **state)
{
	(void)state;
	int slow = get("/later", "no such thing");
	assert_int_equal(world.n_waiting, 1);
	assert_int_equal(n_received, 0);
	close(get("/x", "{\"n\":2}"));
	answer(world.waiting[0], "{\"late\":true}");
	n_received = 0;
	receive(slow, "{\"late\":true}");
	has("{\"late\":true}");
	assert_int_equal(world.gone, 0);
	close(slow);
}

static void client_that_goes_away_while_it_waits_is_noticed(void **state)
{
	(void)state;
	int fd = get("/later", "no such thing");
	assert_int_equal(world.n_waiting, 1);
	close(fd);
	for (int i = 0; i < 300 && world.gone == 0; i++)
		turn(10);
	assert_int_equal(world.gone, 1);
	assert_int_equal(world.n_waiting, 0);
	for (int i = 0; i < 10; i++)
		turn(1);
	close(get("/x", "{\"n\":2}"));
	assert_int_equal(world.gone, 1);
}

static void big_answer_arrives_whole(void **state)
{
	(void)state;
	int fd = get("/big", "\r\n\r\n");
	size_t head = (size_t)(strstr(received, "\r\n\r\n") + 4 - received);
	for (int i = 0; i < 500 && n_received < head + 1000000; i++) {
		turn(5);
		ssize_t n = recv(fd, received + n_received, sizeof received - n_received - 1, MSG_DONTWAIT);
		if (n > 0)
			n_received += (size_t)n;
	}
	assert_int_equal(n_received, head + 1000000);
	close(fd);
}

static void stopping_answers_those_who_wait(void **state)
{
	(void)state;
	int fd = get("/later", "no such thing");
	http_close(world.server);
	world.server = NULL;
	ssize_t n = recv(fd, received, sizeof received - 1, MSG_DONTWAIT);
	assert_true(n > 0);
	received[n] = '\0';
	has("HTTP/1.1 503 ");
	has("Retry-After: 1");
	assert_int_equal(world.gone, 0);
	close(fd);
}

static void port_in_use_is_said(void **state)
{
	(void)state;
	struct http_server *second = NULL;
	const char *why = NULL;
	assert_int_equal(
	    http_open(world.arena, "127.0.0.1", http_port(world.server), on_request, on_gone, &world, &second, &why),
	    ERR_SYSTEM);
	assert_null(second);
	assert_non_null(strstr(why, "in use"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(request_is_answered_at_once_with_the_security_headers),
		SCENARIO(head_is_a_get_without_its_body),
		SCENARIO(answer_without_body_has_no_content_type),
		SCENARIO(body_in_pieces_comes_whole_and_once),
		SCENARIO(pipelined_requests_are_each_handed_up_once_and_answered_in_order),
		SCENARIO(answer_given_later_reaches_the_client_and_others_are_served_meanwhile),
		SCENARIO(client_that_goes_away_while_it_waits_is_noticed),
		SCENARIO(big_answer_arrives_whole),
		SCENARIO(stopping_answers_those_who_wait),
		SCENARIO(port_in_use_is_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
