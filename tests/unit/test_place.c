/* SPDX-License-Identifier: EUPL-1.2 */
/* Who takes a citizen, why, and who is next in turn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "arena_world.h"
#include "base/err.h"
#include "caseload/core/place.h"

static const char *const thai[] = { "th", "da" };
static const char *const danish[] = { "da" };
static const char *const romanian[] = { "ro" };
static const char *const thai_culture[] = { "thai-culture" };

/* Four workers; each test changes the two numbers it is about. */
static void make_workers(struct place_candidate w[4])
{
	w[0] = (struct place_candidate){
		.id = "a", .cap = 10, .open = 2, .active = true, .gender = "man", .languages = danish, .n_languages = 1
	};
	w[1] = (struct place_candidate){
		.id = "b", .cap = 10, .open = 8, .active = true, .gender = "woman", .languages = thai, .n_languages = 2
	};
	w[2] = (struct place_candidate){
		.id = "c", .cap = 10, .open = 6, .active = true, .gender = "woman", .languages = thai, .n_languages = 2
	};
	w[3] = (struct place_candidate){ .id = "d",
		                             .cap = 5,
		                             .open = 2,
		                             .active = true,
		                             .gender = "woman",
		                             .languages = danish,
		                             .n_languages = 1,
		                             .competences = thai_culture,
		                             .n_competences = 1 };
}

static void assert_choice(struct place_choice c, size_t index, const char *code, const char *reason)
{
	assert_int_equal(c.index, index);
	assert_string_equal(c.reason_code, code);
	assert_string_equal(c.reason, reason);
}

static void full_worker_is_never_given_one_more(void **state)
{
	struct place_candidate w[4];
	Wishes wishes = WISHES__INIT;
	(void)state;
	make_workers(w);
	wishes.languages = (const char *[]){ "th" };
	wishes.n_languages = 1;
	w[1].open = w[1].cap;
	w[2].open = w[2].cap + 1; /* a cap that was lowered */
	w[2].is_former = true;
	struct place_choice c = place_choose(arena, w, 4, &wishes);
	assert_choice(c, 0, "least-loaded",
	              "Nobody with room speaks a language that was wished; has room (2 of 10); the least loaded of 2 who "
	              "fit.");
	w[0].open = 10;
	w[3].open = 5;
	assert_choice(place_choose(arena, w, 4, &wishes), PLACE_NONE, "no-capacity",
	              "All 4 who could take the citizen are full.");
	assert_choice(place_choose(arena, w, 1, NULL), PLACE_NONE, "no-capacity",
	              "The only one who could take the citizen is full.");
}

static void wish_that_is_repeated_is_one_wish(void **state)
{
	static const char *many[5000];
	struct place_candidate w[4];
	Wishes wishes = WISHES__INIT;
	(void)state;
	make_workers(w);
	for (size_t i = 0; i < countof(many); i++)
		many[i] = i ? "thai-culture" : "trafficking";
	w[0].competences = (const char *const[]){ "trafficking" };
	w[0].n_competences = 1;
	wishes.competences = many;
	wishes.n_competences = countof(many);
	assert_choice(place_choose(arena, w, 4, &wishes), 0, "competence",
	              "Knows about human trafficking; has room (2 of 10); the least loaded of 2 who fit.");
}

static void who_is_not_active_takes_nobody(void **state)
{
	struct place_candidate w[4];
	(void)state;
	make_workers(w);
	for (size_t i = 0; i < 4; i++)
		w[i].active = false;
	assert_choice(place_choose(arena, w, 4, NULL), PLACE_NONE, "no-worker",
	              "Nobody takes citizens in this programme on that day.");
	assert_int_equal(place_choose(arena, NULL, 0, NULL).index, PLACE_NONE);
}

static void the_former_worker_comes_before_all_wishes(void **state)
{
	struct place_candidate w[4];
	Wishes wishes = WISHES__INIT;
	(void)state;
	make_workers(w);
	wishes.languages = (const char *[]){ "th" };
	wishes.n_languages = 1;
	w[3].is_former = true;
	assert_choice(place_choose(arena, w, 4, &wishes), 3, "former-worker",
	              "Was the citizen's worker before; has room (2 of 5).");
}

static void language_comes_before_load(void **state)
{
	struct place_candidate w[4];
	Wishes wishes = WISHES__INIT;
	(void)state;
	make_workers(w);
	wishes.languages = (const char *[]){ "th" };
	wishes.n_languages = 1;
	assert_choice(place_choose(arena, w, 4, &wishes), 2, "language",
	              "Speaks Thai; has room (6 of 10); the least loaded of 2 who fit.");
	w[1].languages = romanian;
	w[1].n_languages = 1;
	assert_choice(place_choose(arena, w, 4, &wishes), 2, "language",
	              "Speaks Thai; has room (6 of 10); the only one who fits.");
}

static void language_before_gender_before_competence(void **state)
{
	struct place_candidate w[4];
	Wishes wishes = WISHES__INIT;
	(void)state;
	make_workers(w);
	wishes.gender = "woman";
	wishes.competences = (const char *[]){ "thai-culture" };
	wishes.n_competences = 1;
	assert_choice(place_choose(arena, w, 4, &wishes), 3, "gender",
	              "Is of the gender that was wished; knows about Thai culture; has room (2 of 5); the only one who "
	              "fits.");
	wishes.gender = "man";
	assert_int_equal(place_choose(arena, w, 4, &wishes).index, 0);
	wishes.languages = (const char *[]){ "th" };
	wishes.n_languages = 1;
	assert_int_equal(place_choose(arena, w, 4, &wishes).index, 2);
	wishes.n_languages = 0;
	wishes.gender = "";
	assert_string_equal(place_choose(arena, w, 4, &wishes).reason_code, "competence");
}

static void load_is_measured_in_proportion_to_the_cap(void **state)
{
	struct place_candidate w[4];
	(void)state;
	make_workers(w);
	assert_choice(place_choose(arena, w, 4, NULL), 0, "least-loaded",
	              "Has room (2 of 10); the least loaded of 4 who fit.");
	w[0].open = 5; /* 5 of 10 is more than 2 of 5 */
	assert_int_equal(place_choose(arena, w, 4, NULL).index, 3);
	w[0].open = 4; /* as much: by id */
	assert_int_equal(place_choose(arena, w, 4, NULL).index, 0);
	w[3].id = "A";
	assert_int_equal(place_choose(arena, w, 4, NULL).index, 3);
	assert_string_equal(place_choose(arena, w, 1, NULL).reason_code, "only-one");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(full_worker_is_never_given_one_more),
		cmocka_unit_test(wish_that_is_repeated_is_one_wish),
		cmocka_unit_test(who_is_not_active_takes_nobody),
		cmocka_unit_test(the_former_worker_comes_before_all_wishes),
		cmocka_unit_test(language_comes_before_load),
		cmocka_unit_test(language_before_gender_before_competence),
		cmocka_unit_test(load_is_measured_in_proportion_to_the_cap),
	};
	return cmocka_run_group_tests(tests, set_up_arena, tear_down_arena);
}
