/* SPDX-License-Identifier: EUPL-1.2 */
/* A fact is told as its projection finds it, to the node of the role that its row names, and under what it speaks of.
 * Database and outbox are the test's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "delivery/fact.h"
#include "messages.pb-c.h"

static struct registry_node nodes[] = {
	{ .name = "reden", .role = "intake", .organisation = "reden" },
	{ .name = "counting", .role = "reporting", .organisation = "kommune" },
};
static const struct registry registry = { .nodes = nodes, .n_nodes = countof(nodes) };
static const struct projection what = { NULL, &enquiry_fact__descriptor, "enquiry_id", "enquiry_id" };
static EnquiryFact found = ENQUIRY_FACT__INIT;
static size_t n_found;
static struct {
	const char *to, *entity;
	const ProtobufCMessage *message;
	unsigned n;
} emitted;

static const char *given(const struct db_arg *args, const char *name)
{
	while (strcmp(args->name, name) != 0)
		args++;
	return args->text;
}

enum err db_all_args(struct db *db, struct arena *a, const struct sql *sql, const ProtobufCMessageDescriptor *type,
                     ProtobufCMessage ***ret, size_t *n, const ProtobufCMessage *message, const struct db_arg *args)
{
	static ProtobufCMessage *rows[] = { &found.base };
	(void)db, (void)a, (void)message;
	assert_ptr_equal(sql, what.sql);
	assert_ptr_equal(type, what.type);
	assert_string_equal(given(args, "id"), found.enquiry_id);
	assert_null(given(args, "after"));
	assert_string_equal(given(args, "node"), "counting");
	assert_string_equal(given(args, "organisation"), "kommune");
	*ret = rows;
	*n = n_found;
	return OK;
}

enum err tx_emit(struct tx *tx, const char *to, const char *entity, const ProtobufCMessage *message)
{
	(void)tx;
	emitted.to = to;
	emitted.entity = entity;
	emitted.message = message;
	emitted.n++;
	return OK;
}

enum err tx_refuse(struct tx *tx, enum err e, const char *field, const char *rule, ...)
{
	(void)tx, (void)field, (void)rule;
	return e;
}

static int begin(void **state)
{
	(void)state;
	memset(&emitted, 0, sizeof emitted);
	found.enquiry_id = "5f0f5a0e-6f3a-4b0c-9d3e-1a2b3c4d5e6f";
	n_found = 1;
	return 0;
}

static enum err tell(const char *to)
{
	struct tx tx = { .registry = &registry };
	const struct fact_row fact = { to, &what };
	return tx_tell(&tx, &fact, found.enquiry_id);
}

static void fact_is_told_as_it_is_found_to_the_node_of_its_role(void **state)
{
	(void)state;
	assert_int_equal(tell("reporting"), OK);
	assert_int_equal(emitted.n, 1);
	assert_string_equal(emitted.to, "counting");
	assert_string_equal(emitted.entity, found.enquiry_id);
	assert_ptr_equal(emitted.message, &found.base);
}

static void fact_that_the_projection_leaves_out_is_not_told(void **state)
{
	(void)state;
	n_found = 0;
	assert_int_equal(tell("reporting"), OK);
	assert_int_equal(emitted.n, 0);
}

static void nobody_to_tell_is_a_fault_of_the_registry(void **state)
{
	(void)state;
	assert_int_equal(tell("outcomes"), ERR_CONFIG);
	assert_int_equal(emitted.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(fact_is_told_as_it_is_found_to_the_node_of_its_role, begin),
		cmocka_unit_test_setup(fact_that_the_projection_leaves_out_is_not_told, begin),
		cmocka_unit_test_setup(nobody_to_tell_is_a_fault_of_the_registry, begin),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
