/* SPDX-License-Identifier: EUPL-1.2 */
/* Registries that are offered and put in place, also by who means harm: what is refused leaves nothing behind, and
 * the right one is taken afterwards. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <malloc.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "membership/agreement.h"
#include "membership/document.h"
#include "shape/shape.h"

#ifdef __SANITIZE_ADDRESS__
size_t __sanitizer_get_current_allocated_bytes(void); /* gcc has it, but not its header */
static size_t memory_in_use(void)
{
	return __sanitizer_get_current_allocated_bytes();
}
#else
static size_t memory_in_use(void)
{
	struct mallinfo2 info = mallinfo2();
	return info.uordblks + info.hblkhd;
}
#endif

#define NODE                                                                                                           \
	"{\"name\": \"reden\", \"role\": \"intake\", \"organisation\": \"reden\", "                                        \
	"\"curve\": \"L6l.>=a+)TWNzv0xw#F9*pvzFMh!9e}!2YF)HyG.\", "                                                        \
	"\"sign\": \"W4cFWI5R46BYYxQJ4zOLvtzJGP5CDXAFNKgcd8FLPZk=\", "                                                     \
	"\"box\": \"5n5M15GtZNz24MdXkpSL6wU/5CFvkSimAeNDAYGr5ko=\"}"
#define BROKER                                                                                                         \
	"{\"name\": \"broker\", \"endpoint\": \"tcp://127.0.0.1:5600\", "                                                  \
	"\"curve\": \"Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID\"}"

enum { REDEN, KOMMUNE, N_PARTNERS };
static const char *const partner_names[N_PARTNERS] = { "reden", "kommune" };

struct world {
	struct arena *arena;
	char dir[512], path[600], sig_path[600], partners_path[600];
	unsigned char public[N_PARTNERS][32], secret[N_PARTNERS][64];
	struct agreement *agreement;
};

static ProtobufCBinaryData bytes_of(const char *text)
{
	return (ProtobufCBinaryData){ strlen(text), (uint8_t *)text };
}

static const char *base64(struct world *w, const void *bytes, size_t len)
{
	char *text = arena_alloc(w->arena, 256);
	return sodium_bin2base64(text, 256, bytes, len, sodium_base64_VARIANT_ORIGINAL);
}

static const char *registry_text(struct world *w, long serial)
{
	return arena_printf(w->arena, "{\"serial\": %ld, \"nodes\": [" NODE "], \"brokers\": [" BROKER "]}", serial);
}

static const char *signatures_of(struct world *w, const char *text)
{
	unsigned char of[N_PARTNERS][AGREEMENT_SIGNATURE_LEN];
	for (size_t i = 0; i < N_PARTNERS; i++)
		agreement_sign(text, strlen(text), w->secret[i], of[i]);
	return arena_printf(w->arena,
	                    "{\"signatures\": [{\"organisation\": \"reden\", \"signature\": \"%s\"}, "
	                    "{\"organisation\": \"kommune\", \"signature\": \"%s\"}]}",
	                    base64(w, of[REDEN], sizeof of[REDEN]), base64(w, of[KOMMUNE], sizeof of[KOMMUNE]));
}

/* As an operator does it: another file takes the place of the one before. */
static void put(const char *path, const char *text)
{
	char fresh[700];
	snprintf(fresh, sizeof fresh, "%s.next", path);
	FILE *f = fopen(fresh, "w");
	assert_non_null(f);
	assert_int_equal(fputs(text, f) < 0, 0);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(rename(fresh, path), 0);
}

static void put_partners(struct world *w)
{
	put(w->partners_path, arena_printf(w->arena,
	                                   "{\"partners\": [{\"organisation\": \"%s\", \"sign\": \"%s\"}, "
	                                   "{\"organisation\": \"%s\", \"sign\": \"%s\"}]}",
	                                   partner_names[REDEN], base64(w, w->public[REDEN], 32), partner_names[KOMMUNE],
	                                   base64(w, w->public[KOMMUNE], 32)));
}

static void put_registry(struct world *w, long serial)
{
	const char *text = registry_text(w, serial);
	put(w->sig_path, signatures_of(w, text));
	put(w->path, text);
}

static void new_key(struct world *w, int partner)
{
	crypto_sign_keypair(w->public[partner], w -> secret[partner]);
}

static void open_in(struct world *w, const char *below)
{
	const char *why = "";
	snprintf(w->dir, sizeof w->dir, "/tmp/udvej-agreement-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	if (*below) {
		snprintf(w->dir + strlen(w->dir), sizeof w->dir - strlen(w->dir), "/%s", below);
		assert_int_equal(mkdir(w->dir, 0700), 0);
	}
	snprintf(w->path, sizeof w->path, "%s/registry.json", w->dir);
	snprintf(w->sig_path, sizeof w->sig_path, "%s/registry.json.sig", w->dir);
	snprintf(w->partners_path, sizeof w->partners_path, "%s/partners.json", w->dir);
	put_partners(w);
	put_registry(w, 7);
	assert_int_equal(agreement_open(w->path, w->partners_path, &w->agreement, &why), OK);
}

static void close_and_remove(struct world *w)
{
	agreement_close(w->agreement);
	unlink(w->path);
	unlink(w->sig_path);
	unlink(w->partners_path);
	for (char *end; strcmp(w->dir, "/tmp") != 0; *end = '\0') {
		rmdir(w->dir);
		end = strrchr(w->dir, '/');
	}
}

static int set_up(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	w->arena = arena_new((size_t)64 * 1024 * 1024);
	for (int i = 0; i < N_PARTNERS; i++)
		new_key(w, i);
	open_in(w, "");
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;
	close_and_remove(w);
	arena_free(w->arena);
	free(w);
	return 0;
}

static enum agreement_news offer(struct world *w, const char *text, const char *signatures, const char **why)
{
	return agreement_offer(w->agreement, bytes_of(text), bytes_of(signatures), why);
}

static void assert_offer_is_taken(struct world *w, long serial)
{
	const char *why = "", *text = registry_text(w, serial);
	ProtobufCBinaryData kept, signatures;
	assert_int_equal(offer(w, text, signatures_of(w, text), &why), AGREEMENT_NEW);
	assert_int_equal(agreement_registry(w->agreement)->serial, serial);
	agreement_bytes(w->agreement, &kept, &signatures);
	assert_memory_equal(kept.data, text, kept.len);
	assert_int_equal(agreement_refresh(w->agreement, &why), AGREEMENT_SAME);
}

static void hundred_thousand_refused_offers_leave_nothing_behind_and_the_right_one_is_taken(void **state)
{
	struct world *w = *state;
	const char *why = "", *text[2] = { registry_text(w, 8), registry_text(w, 9) };
	const char *right = signatures_of(w, text[0]); /* of the other text, this is wrong */
	const char *none = "{\"signatures\": [{\"organisation\": \"nobody\", \"signature\": \"\"}]}";
	size_t before = 0;
	for (int i = 0; i < 100000; i++) {
		if (i == 2)
			before = memory_in_use();
		/* two that take turns, so that none is the one that was refused last */
		assert_int_equal(offer(w, text[i % 2], i % 2 && i % 100 == 1 ? right : none, &why), AGREEMENT_REFUSED);
	}
	assert_in_range(memory_in_use(), 0, before + 4096);
	assert_int_equal(agreement_registry(w->agreement)->serial, 7);
	assert_offer_is_taken(w, 8);
	put_registry(w, 10);
	assert_int_equal(agreement_refresh(w->agreement, &why), AGREEMENT_NEW);
	assert_int_equal(agreement_registry(w->agreement)->serial, 10);
}

static void registry_that_would_not_fit_into_a_message_with_its_signatures_is_refused(void **state)
{
	struct world *w = *state;
	const char *why = "", *text = registry_text(w, 8);
	char *large = calloc(1, DOCUMENT_MAX + 1);
	memset(large, ' ', DOCUMENT_MAX - 300);
	memcpy(large, text, strlen(text));
	assert_int_equal(offer(w, large, signatures_of(w, large), &why), AGREEMENT_REFUSED);
	assert_non_null(strstr(why, "together larger than 1 MiB"));
	free(large);
}

static void offer_larger_than_any_file_may_be_is_refused_and_harmless(void **state)
{
	struct world *w = *state;
	const char *why = "", *text = registry_text(w, 8), *signatures = signatures_of(w, text);
	char *large = calloc(1, 2 * DOCUMENT_MAX);
	memset(large, ' ', 2 * DOCUMENT_MAX - 1);
	memcpy(large, text, strlen(text)); /* good JSON, but for its length */
	size_t before = memory_in_use();
	assert_int_equal(offer(w, large, signatures_of(w, large), &why), AGREEMENT_REFUSED);
	assert_non_null(strstr(why, "larger than 1 MiB"));
	assert_int_equal(offer(w, text, large, &why), AGREEMENT_REFUSED);
	large[DOCUMENT_MAX] = '\0';
	for (int i = 0; i < 100; i++) {
		large[DOCUMENT_MAX - 1] = (char)('0' + i % 10);
		assert_int_equal(offer(w, large, signatures, &why), AGREEMENT_REFUSED);
		assert_int_equal(offer(w, text, large, &why), AGREEMENT_REFUSED);
	}
	assert_in_range(memory_in_use(), 0, before + 4096);
	free(large);
	assert_offer_is_taken(w, 8);
}

static void offer_that_was_just_refused_is_looked_at_again_when_the_partners_change(void **state)
{
	struct world *w = *state;
	new_key(w, KOMMUNE); /* their file here still has the one before */
	const char *why = "", *text = registry_text(w, 8), *signatures = signatures_of(w, text);
	assert_int_equal(offer(w, text, signatures, &why), AGREEMENT_REFUSED);
	assert_non_null(strstr(why, "kommune has not signed this registry"));
	for (int i = 0; i < 100; i++)
		assert_int_equal(offer(w, text, signatures, &why), AGREEMENT_SAME);
	put_partners(w);
	assert_int_equal(agreement_refresh(w->agreement, &why), AGREEMENT_SAME);
	assert_int_equal(agreement_registry(w->agreement)->serial, 7);
	assert_offer_is_taken(w, 8);
}

static void files_that_were_refused_are_read_again_when_the_partners_change(void **state)
{
	struct world *w = *state;
	const char *why = "";
	new_key(w, REDEN);
	put_registry(w, 8);
	assert_int_equal(agreement_refresh(w->agreement, &why), AGREEMENT_REFUSED);
	assert_non_null(strstr(why, "reden has not signed this registry"));
	assert_int_equal(agreement_refresh(w->agreement, &why), AGREEMENT_SAME);
	put_partners(w);
	assert_int_equal(agreement_refresh(w->agreement, &why), AGREEMENT_NEW);
	assert_int_equal(agreement_registry(w->agreement)->serial, 8);
}

static void broken_partners_are_refused_and_those_of_before_still_count(void **state)
{
	struct world *w = *state;
	const char *why = "";
	put(w->partners_path, "{\"partners\": [");
	assert_int_equal(agreement_refresh(w->agreement, &why), AGREEMENT_REFUSED);
	assert_non_null(strstr(why, "partners.json: is not JSON"));
	unlink(w->partners_path);
	assert_int_equal(agreement_refresh(w->agreement, &why), AGREEMENT_REFUSED);
	assert_non_null(strstr(why, "partners.json: cannot be opened"));
	assert_int_equal(agreement_refresh(w->agreement, &why), AGREEMENT_SAME);
	const char *text = registry_text(w, 8);
	assert_int_equal(offer(w, text, signatures_of(w, text), &why), AGREEMENT_NEW);
}

static void registries_one_after_the_other_take_the_memory_of_one(void **state)
{
	struct world *w = *state;
	size_t before = 0;
	for (long serial = 8; serial < 300; serial++) {
		const struct registry *earlier = agreement_registry(w->agreement);
		const char *why = "", *text = registry_text(w, serial);
		assert_int_equal(offer(w, text, signatures_of(w, text), &why), AGREEMENT_NEW);
		assert_string_equal(earlier->nodes[0].name, "reden"); /* readable until it is let go */
		agreement_forget_earlier(w->agreement);
		arena_reset(w->arena);
		if (serial == 9)
			before = memory_in_use();
	}
	assert_in_range(memory_in_use(), 0, before + 4096);
	assert_int_equal(agreement_registry(w->agreement)->serial, 299);
}

static void reason_that_is_too_long_is_cut_between_two_characters(void **state)
{
	(void)state;
	for (int odd = 0; odd < 2; odd++) {
		char below[256] = "";
		const char *why = "";
		struct world *w;
		assert_int_equal(set_up((void **)&w), 0);
		close_and_remove(w);
		for (int i = 0; i < 120; i++)
			strcat(below, i == 0 && odd ? "xæ" : "æ");
		open_in(w, below);
		assert_int_equal(offer(w, "{}", "{}", &why), AGREEMENT_REFUSED);
		assert_in_range(strlen(why), 250, 255);
		assert_true(shape_is_utf8(why, strlen(why)));
		assert_int_equal(tear_down((void **)&w), 0);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(hundred_thousand_refused_offers_leave_nothing_behind_and_the_right_one_is_taken),
		TEST(registry_that_would_not_fit_into_a_message_with_its_signatures_is_refused),
		TEST(offer_larger_than_any_file_may_be_is_refused_and_harmless),
		TEST(offer_that_was_just_refused_is_looked_at_again_when_the_partners_change),
		TEST(files_that_were_refused_are_read_again_when_the_partners_change),
		TEST(broken_partners_are_refused_and_those_of_before_still_count),
		TEST(registries_one_after_the_other_take_the_memory_of_one),
		cmocka_unit_test(reason_that_is_too_long_is_cut_between_two_characters),
	};
	return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
