/* SPDX-License-Identifier: EUPL-1.2 */
/* codegen.py as the build calls it: what it makes of a code list, and how it refuses one. */
#include "generator_world.h"

/* Gives codegen.py one list and reads back what it made, or what it said. */
static int generate(const char *name, const char *text)
{
	assert_int_equal(run("rm -rf $D/codes && mkdir -p $D/codes"), 0);
	char file[64];
	snprintf(file, sizeof file, "%s.csv", name);
	write_file("codes", file, text);
	return run("/usr/bin/python3 '" UDVEJ_SOURCE_DIR
	           "/common/vocab/codegen.py' $D/codes $D/out.h 2>&1 && cat $D/out.h");
}

static void a_list_becomes_a_table_in_its_order(void **state)
{
	(void)state;
	assert_int_equal(generate("due-kind", "code,english,danish\nround,\"running, \"\"so\"\"\",løbende\nclosing,a,b\n"),
	                 0);
	check_says("{ \"round\", \"running, \\\"so\\\"\", \"løbende\" },\n\t{ \"closing\", \"a\", \"b\" },");
	check_says(".name = \"due-kind\", .codes = rows_due_kind");
}

static void a_fault_names_file_line_and_what_is_wrong(void **state)
{
	static const struct {
		const char *name, *text, *says;
	} cases[] = {
		{ "aim", "code,english,danish\nexit,a,b\nstay,a,\n", "aim.csv:3: the danish is missing" },
		{ "aim", "code,english,danish\nexit,,b\n", "aim.csv:2: the english is missing" },
		{ "aim", "code,english,danish\n,a,b\n", "aim.csv:2: the code is missing" },
		{ "aim", "code,english,danish\nexit,a,b\n\nstay,a,b\n", "aim.csv:3: 0 cells where there must be 3" },
		{ "aim", "code,english,danish\nexit,a,b,c\n", "aim.csv:2: 4 cells where there must be 3" },
		{ "aim", "code,english,danish\nexit,a ,b\n", "aim.csv:2: the english begins or ends with a space" },
		{ "aim", "code,english,danish\nExit,a,b\n", "aim.csv:2: `Exit` is not a code" },
		{ "aim", "code,english,danish\nexit,a,b\nstay,a,b\nexit,c,d\n", "aim.csv:4: exit stands already in line 2" },
		{ "aim", "code,english,danish\nexit,\"a\"b,c\n", "aim.csv:2: " },
		{ "aim", "code,english,danish\nexit,\xff,c\n", "aim.csv:2: not UTF-8" },
		{ "aim", "code,english,danish\n", "aim.csv:1: the list is empty" },
		{ "aim", "code,danish,english\nexit,a,b\n", "aim.csv:1: the head must be code,english,danish" },
		{ "Aim", "code,english,danish\nexit,a,b\n", "Aim.csv:1: a list is named like referral-state" },
	};
	(void)state;
	for (size_t i = 0; i < countof(cases); i++) {
		assert_int_equal(generate(cases[i].name, cases[i].text), 1);
		check_says(cases[i].says);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_becomes_a_table_in_its_order),
		cmocka_unit_test(a_fault_names_file_line_and_what_is_wrong),
	};
	return cmocka_run_group_tests(tests, set_up_directory, tear_down_directory);
}
