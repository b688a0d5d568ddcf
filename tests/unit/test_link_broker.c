/* SPDX-License-Identifier: EUPL-1.2 */
/* Two nodes and the real broker daemon, which lies beside this program: they find each other, and
 * again after it was killed. Skipped where the daemon was not built. */
#include "link_world.h"
#include "membership/agreement.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char program[512], directory[] = "/tmp/udvej-link-XXXXXX", endpoint[64];
static int port, http_port;
static pid_t broker;

static int64_t real_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static const char *in_directory(const char *name)
{
	static char path[2][128];
	static int turn;
	turn = !turn;
	snprintf(path[turn], sizeof path[turn], "%s/%s", directory, name);
	return path[turn];
}

/* A free port below those that the system gives to clients. */
static int free_port(void)
{
	for (int i = 0; i < 1000; i++) {
		int candidate = 20000 + (int)randombytes_uniform(12000), fd = socket(AF_INET, SOCK_STREAM, 0);
		struct sockaddr_in address = { .sin_family = AF_INET,
			                           .sin_port = htons((uint16_t)candidate),
			                           .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
		bool got = bind(fd, (struct sockaddr *)&address, sizeof address) == 0;
		close(fd);
		if (got)
			return candidate;
	}
	fail_msg("no free port");
	return 0;
}

static json_t *random_base64(size_t len)
{
	unsigned char bytes[64];
	char text[128];
	randombytes_buf(bytes, len);
	return json_string(sodium_bin2base64(text, sizeof text, bytes, len, sodium_base64_VARIANT_ORIGINAL));
}

static void write_json(const char *name, json_t *content)
{
	assert_non_null(content);
	assert_int_equal(json_dump_file(content, in_directory(name), 0), 0);
	assert_int_equal(chmod(in_directory(name), S_IRUSR | S_IWUSR), 0);
	json_decref(content);
}

/* One partner has signed what stands in the file. */
static void sign_registry(void)
{
	unsigned char public[32], secret[64], signature[AGREEMENT_SIGNATURE_LEN];
	char text[8192], in_base64[128], of_key[64];
	FILE *f = fopen(in_directory("registry.json"), "r");
	assert_non_null(f);
	size_t len = fread(text, 1, sizeof text, f);
	fclose(f);
	crypto_sign_keypair(public, secret);
	agreement_sign(text, len, secret, signature);
	sodium_bin2base64(in_base64, sizeof in_base64, signature, sizeof signature, sodium_base64_VARIANT_ORIGINAL);
	sodium_bin2base64(of_key, sizeof of_key, public, sizeof public, sodium_base64_VARIANT_ORIGINAL);
	write_json("registry.json.sig",
	           json_pack("{s[{ss ss}]}", "signatures", "organisation", "reden", "signature", in_base64));
	write_json("partners.json", json_pack("{s[{ss ss}]}", "partners", "organisation", "reden", "sign", of_key));
}

static void write_files(void)
{
	json_t *rows = json_array();
	for (size_t i = 0; i < N_NODES; i++)
		json_array_append_new(rows, json_pack("{ss ss ss ss so so}", "name", nodes[i].name, "role",
		                                      i == 0 ? "intake" : "caseload", "organisation", nodes[i].name, "curve",
		                                      nodes[i].keys.curve_public, "sign", random_base64(32), "box",
		                                      random_base64(32)));
	write_json("registry.json", json_pack("{si so s[{ss ss ss}]}", "serial", 1, "nodes", rows, "brokers", "name",
	                                      "broker", "endpoint", endpoint, "curve", broker_keys.curve_public));
	write_json("keys.json", json_pack("{ss ss ss so so so}", "name", "broker", "curve_secret", broker_keys.curve_secret,
	                                  "curve_public", broker_keys.curve_public, "sign_secret", random_base64(64),
	                                  "box_secret", random_base64(32), "pseudonym", random_base64(32)));
	sign_registry();
	FILE *f = fopen(in_directory("broker.conf"), "w");
	assert_non_null(f);
	fprintf(f, "node = broker\nregistry = %s\n", in_directory("registry.json"));
	fprintf(f, "partners = %s\n", in_directory("partners.json"));
	fprintf(f, "keys = %s\nhttp_port = %d\n", in_directory("keys.json"), http_port);
	assert_int_equal(fclose(f), 0);
}

static void start_broker(void)
{
	broker = fork();
	assert_true(broker >= 0);
	if (broker == 0) {
		int log = open(in_directory("broker.log"), O_WRONLY | O_CREAT | O_APPEND, 0600);
		dup2(log, STDERR_FILENO);
		execl(program, program, in_directory("broker.conf"), (char *)NULL);
		_exit(127);
	}
}

static void end_broker(int signal)
{
	int status = 0;
	if (broker <= 0)
		return;
	kill(broker, signal);
	waitpid(broker, &status, 0);
	broker = 0;
	if (signal == SIGTERM)
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static int set_up(void **state)
{
	(void)state;
	if (access(program, X_OK) != 0)
		return 0;
	port = free_port();
	do
		http_port = free_port();
	while (http_port == port);
	snprintf(endpoint, sizeof endpoint, "tcp://127.0.0.1:%d", port);
	strcpy(directory + strlen(directory) - 6, "XXXXXX");
	assert_non_null(mkdtemp(directory));
	make_registry(endpoint);
	write_files();
	start_broker();
	for (size_t i = 0; i < N_NODES; i++)
		open_link(&nodes[i]);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	static const char *const files[] = { "registry.json", "keys.json", "broker.conf", "broker.log" };
	close_links();
	end_broker(SIGTERM);
	for (size_t i = 0; i < countof(files); i++)
		unlink(in_directory(files[i]));
	rmdir(directory);
	return 0;
}

/* Both nodes live until something is so, or the time is over; the milliseconds it took. */
static int64_t live_until(bool (*so)(void), int64_t at_most)
{
	int64_t began = real_ms();
	while (!so() && real_ms() - began < at_most) {
		zmq_pollitem_t items[2 * 2 * N_NODES];
		size_t n = 0;
		int timeout = 100;
		for (size_t i = 0; i < N_NODES && nodes[i].link; i++) {
			int wanted = link_turn(nodes[i].link, real_ms());
			timeout = wanted < timeout ? wanted : timeout;
			link_poll_items(nodes[i].link, items + n);
			n += link_n_sockets(nodes[i].link);
		}
		zmq_poll(items, (int)n, timeout);
	}
	assert_true(so());
	return real_ms() - began;
}

static bool both_heard_of_each_other(void)
{
	return nodes[0].ups > 0 && nodes[1].ups > 0;
}

static bool both_are_down(void)
{
	return !link_is_up(nodes[0].link) && !link_is_up(nodes[1].link);
}

static bool frame_came(void)
{
	return nodes[1].frames > 0;
}

static bool told_gone(void)
{
	return nodes[0].gones > 0;
}

#define NEEDS_BROKER                                                                                                   \
	if (access(program, X_OK) != 0)                                                                                    \
	fail_msg("%s is not built", program)

static void exchange(const char *text)
{
	nodes[1].frames = 0;
	assert_true(greet(&nodes[0], "caseload", text));
	live_until(frame_came, 2000);
	assert_string_equal(nodes[1].last_from, "reden");
	assert_string_equal(nodes[1].last_epoch, text);
}

static void two_nodes_hear_of_each_other_and_exchange_frames(void **state)
{
	(void)state;
	NEEDS_BROKER;
	live_until(both_heard_of_each_other, 10000);
	assert_string_equal(nodes[0].last_up, "caseload");
	assert_string_equal(nodes[1].last_up, "reden");
	exchange("hello");
}

static void destination_that_went_away_is_gone(void **state)
{
	(void)state;
	NEEDS_BROKER;
	live_until(both_heard_of_each_other, 10000);
	link_close(nodes[1].link);
	nodes[1].link = NULL;
	pause_ms(300);
	assert_true(greet(&nodes[0], "caseload", "lost"));
	live_until(told_gone, 2000);
	assert_string_equal(nodes[0].last_gone, "caseload");
	nodes[0].ups = nodes[1].ups = 0;
	open_link(&nodes[1]);
	live_until(both_heard_of_each_other, 5000);
	exchange("again");
}

static bool heard_again(void)
{
	return nodes[0].ups > 0;
}

static int64_t quiet_until_ms;

static bool is_over(void)
{
	return real_ms() >= quiet_until_ms || heard_again();
}

/* A question after room for it would be answered at once, and asked again. */
static void frame_to_who_is_gone_is_not_sent_and_makes_no_noise(void **state)
{
	(void)state;
	NEEDS_BROKER;
	live_until(both_heard_of_each_other, 10000);
	link_close(nodes[1].link);
	nodes[1].link = NULL;
	pause_ms(300);
	assert_true(greet(&nodes[0], "caseload", "lost"));
	live_until(told_gone, 2000);
	nodes[0].ups = 0;
	assert_false(greet(&nodes[0], "caseload", "not sent"));
	quiet_until_ms = real_ms() + 500;
	live_until(is_over, 2000);
	assert_int_equal(nodes[0].ups, 0);
}

static void nodes_find_each_other_again_within_seconds_after_the_broker_was_killed(void **state)
{
	(void)state;
	NEEDS_BROKER;
	live_until(both_heard_of_each_other, 10000);
	for (int round = 0; round < 3; round++) {
		end_broker(SIGKILL);
		live_until(both_are_down, 1000);
		nodes[0].ups = nodes[1].ups = 0;
		start_broker();
		int64_t took = live_until(both_heard_of_each_other, 10000);
		print_message("found each other again after %d ms\n", (int)took);
		assert_in_range(took, 0, 3500); /* two seconds, and what a loaded machine needs to start a process */
		exchange("again");
	}
}

static void refused_node_is_never_up(void **state)
{
	(void)state;
	NEEDS_BROKER;
	link_close(nodes[1].link);
	nodes[1].link = NULL;
	zmq_curve_keypair(nodes[1].keys.curve_public, nodes[1].keys.curve_secret);
	open_link(&nodes[1]);
	for (int i = 0; i < 20; i++) {
		link_turn(nodes[1].link, real_ms());
		pause_ms(50);
	}
	assert_false(link_is_up(nodes[1].link));
	assert_int_equal(nodes[1].ups, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(two_nodes_hear_of_each_other_and_exchange_frames),
		TEST(destination_that_went_away_is_gone),
		TEST(frame_to_who_is_gone_is_not_sent_and_makes_no_noise),
		TEST(nodes_find_each_other_again_within_seconds_after_the_broker_was_killed),
		TEST(refused_node_is_never_up),
	};
	ssize_t n = readlink("/proc/self/exe", program, sizeof program - 32);
	if (n <= 0 || sodium_init() < 0)
		return 1;
	program[n] = '\0';
	strcpy(strrchr(program, '/') + 1, "udvej-broker");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
