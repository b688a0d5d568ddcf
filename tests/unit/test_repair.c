/* SPDX-License-Identifier: EUPL-1.2 */
/* What the words of a failure mean: whose fault it was, and whether somebody else moved our positions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "db/connection.h"
#include "delivery/streams.h"
#include "engine/writer.h"
#include "sql_delivery.h"

static struct db db;
static struct engine engine = { .writing = &db };
static struct writer writer = { .engine = &engine };

static void say(const char *words)
{
	snprintf(db.error, sizeof db.error, "%s", words);
}

static void positions_were_moved_when_a_statement_for_them_misses_its_row(void **state)
{
	static const struct sql course_save[1] = { { .name = "course_save", .one = true } };
	static const struct {
		const struct sql *missed;
		bool moved;
	} rows[] = {
		{ sql_in_stream_advance, true }, { sql_in_stream_asked, true }, { sql_in_stream_renew, true },
		{ sql_out_stream_set, true },    { course_save, false },        { NULL, false },
	};
	struct delivery delivery = { .engine = &engine };
	struct participant participants[DELIVERY_PARTICIPANTS];
	(void)state;
	delivery_participants(&delivery, participants);
	engine.participants = participants;
	engine.n_participants = countof(participants);
	for (size_t i = 0; i < countof(rows); i++)
		assert_int_equal(participants_were_moved(&engine, rows[i].missed), rows[i].moved);
	engine.n_participants = 0;
}

static void server_without_room_or_on_its_way_down_is_at_fault_and_a_bad_value_is_not(void **state)
{
	(void)state;
	say("course_save: SQLSTATE 53100, could not extend file");
	assert_true(writer_world_is_at_fault(&writer));
	say("course_save: SQLSTATE 57P01, terminating connection due to administrator command");
	assert_true(writer_world_is_at_fault(&writer));
	say("course_save: SQLSTATE 22001, a value does not suit the statement");
	assert_false(writer_world_is_at_fault(&writer));
}

static void work_that_waits_for_a_lost_connection_asks_for_no_turn(void **state)
{
	struct db reader = { .lost = true };
	struct job job = { .next = NULL };
	(void)state;
	engine.reading = &reader;
	writer.first = &job;
	writer.urgent = true;
	assert_int_equal(writer_begins_ms(&writer), -1);
	reader.lost = false;
	assert_int_equal(writer_begins_ms(&writer), 0);
	writer.first = NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(positions_were_moved_when_a_statement_for_them_misses_its_row),
		cmocka_unit_test(server_without_room_or_on_its_way_down_is_at_fault_and_a_bad_value_is_not),
		cmocka_unit_test(work_that_waits_for_a_lost_connection_asks_for_no_turn),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
