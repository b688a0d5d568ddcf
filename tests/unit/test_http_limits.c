/* SPDX-License-Identifier: EUPL-1.2 */
/* The HTTP server against what is too large or not text. */
#include "http_world.h"

static void body_announced_too_large_is_refused_and_the_connection_lives(void **state)
{
	(void)state;
	size_t len = HTTP_MAX_BODY + 1;
	char *body = malloc(len);
	memset(body, 'x', len);
	int fd = dial();
	say(fd, "POST /x HTTP/1.1\r\n" HOST "Content-Length: 65537\r\n\r\n");
	send_text(fd, body, len);
	receive(fd, "too-large");
	has("HTTP/1.1 413 ");
	has("application/problem+json");
	assert_int_equal(world.requests, 0);
	n_received = 0;
	say(fd, "POST /x HTTP/1.1\r\n" HOST "Content-Length: 65536\r\n\r\n");
	send_text(fd, body, len - 1);
	receive(fd, "{\"n\":1}");
	assert_int_equal(world.last_body_len, HTTP_MAX_BODY);
	free(body);
	close(fd);
}

static void enormous_body_is_refused_before_it_comes(void **state)
{
	(void)state;
	int fd = dial();
	say(fd, "POST /x HTTP/1.1\r\n" HOST "Content-Length: 99000000000\r\n\r\n");
	assert_false(receive(fd, NULL)); /* answered, and closed */
	has("HTTP/1.1 413 ");
	close(fd);
	fd = dial();
	say(fd, "POST /x HTTP/1.1\r\n" HOST "Content-Length: 70000\r\nExpect: 100-continue\r\n\r\n");
	assert_false(receive(fd, NULL));
	has("HTTP/1.1 413 ");
	assert_null(strstr(received, "100 Continue"));
	assert_int_equal(world.requests, 0);
	close(fd);
}

static void endless_chunked_body_is_not_read_for_ever(void **state)
{
	(void)state;
	static char chunk[4096 + 8];
	memset(chunk, 'x', sizeof chunk);
	memcpy(chunk, "1000\r\n", 6);
	memcpy(chunk + 6 + 4096, "\r\n", 2);
	int fd = dial();
	say(fd, "POST /x HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n");
	int sent = 0;
	for (; sent < 2000; sent++) {
		if (send(fd, chunk, sizeof chunk, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 && errno != EAGAIN)
			break;
		turn(0);
	}
	assert_true(sent < 2000);
	assert_int_equal(world.requests, 0);
	assert_int_equal(world.gone, 0);
	close(fd);
}

static void too_large_headers_are_refused(void **state)
{
	(void)state;
	char *long_value = malloc(100001);
	memset(long_value, 'x', 100000);
	long_value[100000] = '\0';
	int fd = dial();
	say(fd, "GET /x HTTP/1.1\r\n" HOST "X-Long: ");
	say(fd, long_value);
	say(fd, "\r\n\r\n");
	receive(fd, "\r\n\r\n");
	assert_int_equal(world.requests, 0);
	free(long_value);
	close(fd);
}

static void addresses_that_are_not_utf8_are_refused(void **state)
{
	(void)state;
	close(get("/x?a=%ff", "invalid-query"));
	has("HTTP/1.1 400 ");
	close(get("/%ff", "not-found"));
	has("HTTP/1.1 404 ");
	assert_int_equal(world.requests, 0);
	close(get("/a%00b%zz%4", "{\"n\":1}"));
	assert_string_equal(world.last_path, "/a%00b%zz%4");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(body_announced_too_large_is_refused_and_the_connection_lives),
		SCENARIO(enormous_body_is_refused_before_it_comes),
		SCENARIO(endless_chunked_body_is_not_read_for_ever),
		SCENARIO(too_large_headers_are_refused),
		SCENARIO(addresses_that_are_not_utf8_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
