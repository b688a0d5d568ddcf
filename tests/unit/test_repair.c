/* SPDX-License-Identifier: EUPL-1.2 */
/* What the words of a failure mean: whose fault it was, and whether somebody else moved our positions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "db/connection.h"
#include "engine/writer.h"

static struct db writer;
static struct daemon daemon_of_writer = { .writer = &writer };
static struct batch batch = { .daemon = &daemon_of_writer };

static void say(const char *words)
{
	snprintf(writer.error, sizeof writer.error, "%s", words);
}

static void positions_were_moved_only_where_the_server_says_so(void **state)
{
	(void)state;
	static const struct {
		const char *words;
		bool moved;
	} rows[] = {
		{ "in_stream_advance: SQLSTATE 22012, a value does not suit the statement", true },
		{ "in_stream_asked: SQLSTATE 22012, a value does not suit the statement", true },
		{ "out_stream_set: SQLSTATE 22012, a value does not suit the statement", true },
		{ "in_stream_advance: server closed the connection unexpectedly", false },
		{ "out_stream_set: SQLSTATE 57P01, terminating connection due to administrator command", false },
		{ "course_save: SQLSTATE 22012, a value does not suit the statement", false },
		{ "", false },
	};
	for (size_t i = 0; i < countof(rows); i++) {
		say(rows[i].words);
		assert_int_equal(repair_positions_were_moved(&batch), rows[i].moved);
	}
}

static void server_without_room_or_on_its_way_down_is_at_fault_and_a_bad_value_is_not(void **state)
{
	(void)state;
	say("course_save: SQLSTATE 53100, could not extend file");
	assert_true(repair_world_is_at_fault(&batch));
	say("course_save: SQLSTATE 57P01, terminating connection due to administrator command");
	assert_true(repair_world_is_at_fault(&batch));
	say("course_save: SQLSTATE 22001, a value does not suit the statement");
	assert_false(repair_world_is_at_fault(&batch));
}

static void work_that_waits_for_a_lost_connection_asks_for_no_turn(void **state)
{
	struct db reader = { .lost = true };
	struct work work = { .next = NULL };
	(void)state;
	daemon_of_writer.reader = &reader;
	batch.first = &work;
	batch.urgent = true;
	assert_int_equal(batch_begins_ms(&batch), -1);
	reader.lost = false;
	assert_int_equal(batch_begins_ms(&batch), 0);
	batch.first = NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(positions_were_moved_only_where_the_server_says_so),
		cmocka_unit_test(server_without_room_or_on_its_way_down_is_at_fault_and_a_bad_value_is_not),
		cmocka_unit_test(work_that_waits_for_a_lost_connection_asks_for_no_turn),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
