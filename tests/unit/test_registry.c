/* SPDX-License-Identifier: EUPL-1.2 */
/* The registry and the file of secret keys: what is read from a good one, and that each way of
 * spoiling it is refused with file, field and rule. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "membership/registry.h"

#define CURVE_A "L6l.>=a+)TWNzv0xw#F9*pvzFMh!9e}!2YF)HyG."
#define CURVE_B "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"
#define CURVE_C "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"
#define SIGN_A "W4cFWI5R46BYYxQJ4zOLvtzJGP5CDXAFNKgcd8FLPZk="
#define SIGN_B "V4cFWI5R46BYYxQJ4zOLvtzJGP5CDXAFNKgcd8FLPZk="
#define BOX_A "5n5M15GtZNz24MdXkpSL6wU/5CFvkSimAeNDAYGr5ko="
#define BOX_B "6n5M15GtZNz24MdXkpSL6wU/5CFvkSimAeNDAYGr5ko="

static const char good[] = "{\"serial\": 7, \"nodes\": ["
                           "{\"name\": \"reden\", \"role\": \"intake\", \"organisation\": \"reden\", "
                           "\"curve\": \"" CURVE_A "\", \"sign\": \"" SIGN_A "\", \"box\": \"" BOX_A "\"}, "
                           "{\"name\": \"caseload\", \"role\": \"caseload\", \"organisation\": \"kommune\", "
                           "\"curve\": \"" CURVE_B "\", \"sign\": \"" SIGN_B "\", \"box\": \"" BOX_B "\"}], "
                           "\"brokers\": [{\"name\": \"broker\", \"endpoint\": \"tcp://127.0.0.1:5600\", "
                           "\"curve\": \"" CURVE_C "\"}]}";

struct world {
	struct arena *arena;
	char path[64];
};

static int set_up(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	strcpy(w->path, "/tmp/udvej-registry-XXXXXX");
	int fd = mkstemp(w->path); /* of mode 0600 */
	w->arena = arena_new((size_t)8 * 1024 * 1024);
	*state = w;
	return fd < 0 || !w->arena ? -1 : close(fd);
}

static int tear_down(void **state)
{
	struct world *w = *state;
	unlink(w->path);
	arena_free(w->arena);
	free(w);
	return 0;
}

static void write_text(const struct world *w, const char *text)
{
	FILE *f = fopen(w->path, "w");
	assert_non_null(f);
	assert_int_equal(fputs(text, f) < 0, 0);
	assert_int_equal(fclose(f), 0);
}

/* The text with its first `from` replaced. */
static const char *replaced(const struct world *w, const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);
	assert_non_null(at);
	return arena_printf(w->arena, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

static void good_registry_is_read_whole(void **state)
{
	struct world *w = *state;
	const struct registry *r = NULL;
	const char *why = NULL;
	write_text(w, good);
	assert_int_equal(registry_load(w->arena, w->path, &r, &why), OK);
	assert_null(why);
	assert_int_equal(r->serial, 7);
	assert_int_equal(r->n_nodes, 2);
	assert_string_equal(r->nodes[0].curve, CURVE_A);
	assert_int_equal(r->nodes[0].sign[0], 0x5b);
	assert_int_equal(r->nodes[0].box[31], 0x4a);
	assert_int_equal(r->n_brokers, 1);
	assert_string_equal(r->brokers[0].endpoint, "tcp://127.0.0.1:5600");
	assert_string_equal(r->brokers[0].curve, CURVE_C);
}

static void nodes_are_found_by_name_key_organisation_and_role(void **state)
{
	struct world *w = *state;
	const struct registry *r = NULL;
	const char *why = NULL;
	write_text(w, good);
	assert_int_equal(registry_load(w->arena, w->path, &r, &why), OK);
	assert_ptr_equal(registry_by_name(r, "reden"), &r->nodes[0]);
	assert_ptr_equal(registry_by_curve(r, CURVE_B), &r->nodes[1]);
	assert_ptr_equal(registry_intake_of(r, "reden"), &r->nodes[0]);
	assert_ptr_equal(registry_by_role(r, "caseload"), &r->nodes[1]);
	assert_null(registry_by_name(r, "broker"));
	assert_null(registry_by_curve(r, CURVE_C));
	assert_null(registry_intake_of(r, "kommune"));
	assert_null(registry_by_role(r, "reporting"));
}

/* One way of spoiling the good registry, and what must be said of it. */
static const struct spoilt {
	const char *from, *to, *says;
} spoilt[] = {
	{ "{\"serial\"", "[\"serial\"", "is not JSON: line 1" },
	{ good, "[]", "must hold one JSON object" },
	{ good, "", "is not JSON" },
	{ "\"serial\": 7", "\"serial\": 0", ": serial: must be a whole number from 1" },
	{ "\"serial\": 7", "\"serial\": \"7\"", ": serial: must be" },
	{ "\"serial\": 7", "\"serial\": 7, \"serial\": 8", "duplicate" },
	{ "\"serial\": 7", "\"serial\": 7, \"seriel\": 8", ": seriel: there is no such field" },
	{ "\"nodes\"", "\"nodez\"", ": nodez: there is no such field" },
	{ "\"nodes\": [", "\"nodes\": [7, ", ": nodes[0]: must be an object" },
	{ "\"name\": \"reden\"", "\"name\": \"Reden\"", ": nodes[0].name: must be 1 to 63 of a-z" },
	{ "\"name\": \"reden\"", "\"name\": \"\"", ": nodes[0].name: must be 1 to 63" },
	{ "\"name\": \"reden\"", "\"name\": null", ": nodes[0].name: must be a string" },
	{ "\"name\": \"reden\", ", "", ": nodes[0].name: must be given" },
	{ "\"name\": \"reden\"", "\"name\": \"reden\\u0000x\"", "is not JSON" },
	{ "\"name\": \"caseload\"", "\"name\": \"reden\"", ": nodes[1].name: must differ from that of nodes[0] (reden)" },
	{ "\"role\": \"caseload\"", "\"role\": \"admin\"", ": nodes[1].role: must be one of intake, caseload" },
	{ "\"role\": \"caseload\", \"organisation\": \"kommune\"", "\"role\": \"intake\", \"organisation\": \"reden\"",
	  ": nodes[1].organisation: must differ" },
	{ CURVE_B, CURVE_A, ": nodes[1].curve: must differ" },
	{ SIGN_B, SIGN_A, ": nodes[1].sign: must differ" },
	{ BOX_B, BOX_A, ": nodes[1].box: must differ" },
	{ CURVE_A, "short", ": nodes[0].curve: must be a key of 32 bytes in Z85" },
	{ CURVE_A, "~6l.>=a+)TWNzv0xw#F9*pvzFMh!9e}!2YF)HyG.", ": nodes[0].curve: must be a key" },
	{ CURVE_A, "########################################", ": nodes[0].curve: must be a key" },
	{ SIGN_A, "W4cFWI5R46BYYxQJ4zOLvtzJGP5CDXAFNKgcd8FLPZ==", ": nodes[0].sign: must be standard base64 of 32" },
	{ SIGN_A, SIGN_A "AAAA", ": nodes[0].sign: must be standard base64" },
	{ BOX_A, "5n5M15GtZNz24MdXkpSL6wU_5CFvkSimAeNDAYGr5ko=", ": nodes[0].box: must be standard base64" },
	{ "\"brokers\": [{", "\"brokers\": [], \"x\": [{", ": x: there is no such field" },
	{ "tcp://127.0.0.1:5600", "ipc://x", ": brokers[0].endpoint: must be tcp://HOST:PORT" },
	{ "tcp://127.0.0.1:5600", "tcp://:5600", ": brokers[0].endpoint: must be tcp://HOST:PORT" },
	{ "tcp://127.0.0.1:5600", "tcp://127.0.0.1", ": brokers[0].endpoint: must be tcp://HOST:PORT" },
	{ "tcp://127.0.0.1:5600", "tcp://127.0.0.1:*", ": brokers[0].endpoint: must have a port from 1" },
	{ "tcp://127.0.0.1:5600", "tcp://127.0.0.1:32768", ": brokers[0].endpoint: must have a port from 1 to 32767" },
	{ "\"name\": \"broker\"", "\"name\": \"reden\"", ": brokers[0].name: must differ" },
	{ CURVE_C, CURVE_A, ": brokers[0].curve: must differ" },
};

static void each_spoilt_registry_is_refused_by_file_field_and_rule(void **state)
{
	struct world *w = *state;
	for (size_t i = 0; i < countof(spoilt); i++) {
		const struct registry *r = NULL;
		const char *why = "";
		write_text(w, replaced(w, good, spoilt[i].from, spoilt[i].to));
		assert_int_equal(registry_load(w->arena, w->path, &r, &why), ERR_FILE);
		assert_null(r);
		if (!strstr(why, w->path) || !strstr(why, spoilt[i].says))
			fail_msg("row %zu: said: %s", i, why);
	}
}

static void registry_cut_off_anywhere_is_refused(void **state)
{
	struct world *w = *state;
	for (size_t len = 0; len < strlen(good); len++) {
		const struct registry *r = NULL;
		const char *why = "";
		write_text(w, arena_strndup(w->arena, good, len));
		assert_int_equal(registry_load(w->arena, w->path, &r, &why), ERR_FILE);
	}
}

static void missing_registry_or_directory_is_refused(void **state)
{
	struct world *w = *state;
	const struct registry *r = NULL;
	const char *why = "";
	assert_int_equal(registry_load(w->arena, "/nonexistent/registry", &r, &why), ERR_FILE);
	assert_non_null(strstr(why, "/nonexistent/registry: cannot be opened"));
	assert_int_equal(registry_load(w->arena, "/tmp", &r, &why), ERR_FILE);
	assert_non_null(strstr(why, "regular file"));
}

static const char good_keys[] =
    "{\"name\": \"reden\", \"curve_secret\": \"Ltv%<9=FTN@sD:H(^b9vI93dl-7)Hwg{9x&pQ+r7\", "
    "\"curve_public\": \"" CURVE_A "\", \"sign_secret\": "
    "\"tQkLi6HHR7WucTfj2wL+RpVqaJXuyRn9oxEZRW8fqf1bhwVYjlHjoFhjFAnjM4u+3MkY/kINcAU0qBx3wUs9mQ==\", "
    "\"box_secret\": \"n7SALNPD8VStNglqhxDam13yTymCCZ5UlG9BpLaVNlI=\", "
    "\"pseudonym\": \"fFnG2pB3A0HqW6WgyePInkJjhSo462NxMNU/HQizMIc=\"}";

static void secret_keys_are_read(void **state)
{
	struct world *w = *state;
	struct secret_keys keys;
	const char *why = NULL;
	write_text(w, good_keys);
	assert_int_equal(keys_load(w->arena, w->path, NULL, &keys, &why), OK);
	assert_string_equal(keys.curve_public, CURVE_A);
	assert_int_equal(keys.sign_secret[63], 0x99);
	assert_int_equal(keys.box_secret[0], 0x9f);
	assert_int_equal(keys.pseudonym[0], 0x7c);
}

static void secret_keys_that_others_may_read_are_refused(void **state)
{
	struct world *w = *state;
	struct secret_keys keys = { .curve_public = "untouched" };
	const char *why = NULL;
	write_text(w, good_keys);
	for (mode_t bit = 1; bit <= S_IRWXG; bit <<= 1) {
		if (!(bit & (S_IRWXG | S_IRWXO)))
			continue;
		assert_int_equal(chmod(w->path, S_IRUSR | S_IWUSR | bit), 0);
		assert_int_equal(keys_load(w->arena, w->path, NULL, &keys, &why), ERR_FILE);
		assert_non_null(strstr(why, "mode 0600"));
	}
	assert_string_equal(keys.curve_public, "untouched");
}

static void secret_keys_of_another_are_refused(void **state)
{
	struct world *w = *state;
	struct secret_keys keys = { .curve_public = "untouched" };
	const char *why = NULL;
	write_text(w, good_keys);
	assert_int_equal(keys_load(w->arena, w->path, "kommune", &keys, &why), ERR_FILE);
	assert_non_null(strstr(why, "name: must be `kommune`, but these are the keys of `reden`"));
	assert_string_equal(keys.curve_public, "untouched");
	assert_int_equal(keys_load(w->arena, w->path, "reden", &keys, &why), OK);
}

static void secret_keys_that_do_not_belong_together_are_refused(void **state)
{
	struct world *w = *state;
	struct secret_keys keys = { .curve_public = "untouched" };
	const char *why = NULL;
	write_text(w, replaced(w, good_keys, CURVE_A, CURVE_B));
	assert_int_equal(keys_load(w->arena, w->path, NULL, &keys, &why), ERR_FILE);
	assert_non_null(strstr(why, "curve_public: must belong to curve_secret"));
	assert_string_equal(keys.curve_public, "untouched");
}

static void refused_secret_keys_are_not_told(void **state)
{
	struct world *w = *state;
	struct secret_keys keys;
	const char *why = NULL;
	write_text(w, replaced(w, good_keys, "fFnG2pB3", "fFnG2pB"));
	assert_int_equal(keys_load(w->arena, w->path, NULL, &keys, &why), ERR_FILE);
	assert_non_null(strstr(why, ": pseudonym: must be standard base64 of 32 bytes"));
	assert_null(strstr(why, "fFnG"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(good_registry_is_read_whole),
		TEST(nodes_are_found_by_name_key_organisation_and_role),
		TEST(each_spoilt_registry_is_refused_by_file_field_and_rule),
		TEST(registry_cut_off_anywhere_is_refused),
		TEST(missing_registry_or_directory_is_refused),
		TEST(secret_keys_are_read),
		TEST(secret_keys_that_others_may_read_are_refused),
		TEST(secret_keys_of_another_are_refused),
		TEST(secret_keys_that_do_not_belong_together_are_refused),
		TEST(refused_secret_keys_are_not_told),
	};
	return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
