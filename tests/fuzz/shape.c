/* SPDX-License-Identifier: EUPL-1.2 */
/* Every message type of the system through both of its decoders, protobuf and JSON; the first byte chooses the type.
 * What was read must, written and read again, be the same. */
#include "shape/shape.h"

#include <string.h>

#include "api.pb-c.h"
#include "bus.pb-c.h"
#include "caseload.pb-c.h"
#include "fuzz.h"
#include "messages.pb-c.h"
#include "outcomes.pb-c.h"
#include "report.pb-c.h"

static const ProtobufCMessageDescriptor *const types[] = {
	&referral_input__descriptor,
	&measurement_input__descriptor,
	&enquiry_input__descriptor,
	&worker_input__descriptor,
	&close_input__descriptor,
	&enrol_input__descriptor,
	&referral_message__descriptor,
	&referral_state__descriptor,
	&course_request__descriptor,
	&course_command__descriptor,
	&course_state__descriptor,
	&command_refused__descriptor,
	&measurement_answers__descriptor,
	&measurement_scored__descriptor,
	&measurement_refused__descriptor,
	&measurement_due__descriptor,
	&worker_state__descriptor,
	&enquiry_fact__descriptor,
	&attestation_claims__descriptor,
	&referral__descriptor,
	&course__descriptor,
	&measurement__descriptor,
	&enquiry__descriptor,
	&worker__descriptor,
	&operation__descriptor,
	&instrument__descriptor,
	&programme__descriptor,
	&course_row__descriptor,
	&outcomes_course__descriptor,
	&due_list__descriptor,
	&frame__descriptor,
	&sealed__descriptor,
	&status_report__descriptor,
	&enquiry_report__descriptor,
};

static void take_wire(struct arena *a, const uint8_t *data, size_t len)
{
	ProtobufCMessage *m = NULL, *again = NULL;
	struct buffer json = buffer_in(a);
	if (len < 1)
		return;
	const ProtobufCMessageDescriptor *type = types[data[0] % countof(types)];
	if (shape_unpack(a, type, data + 1, len - 1, &m) != OK)
		return;
	shape_to_json(&json, m);
	ProtobufCBinaryData packed = shape_pack(a, m);
	if (packed.len > SHAPE_MAX_BYTES) /* a varint may be written longer than it came */
		return;
	FUZZ_MUST(shape_unpack(a, type, packed.data, packed.len, &again) == OK);
	ProtobufCBinaryData twice = shape_pack(a, again);
	FUZZ_MUST(twice.len == packed.len && memcmp(twice.data, packed.data, packed.len) == 0);
}

static void check_refusal(const struct refusal *why)
{
	FUZZ_MUST(why->err != OK && why->rule && why->field);
	FUZZ_MUST(shape_is_utf8(why->field, strlen(why->field)) && shape_is_utf8(why->rule, strlen(why->rule)));
}

static void take_json(struct arena *a, const uint8_t *data, size_t len)
{
	struct refusal why = { .err = OK };
	ProtobufCMessage *m = NULL, *again = NULL;
	struct buffer json = buffer_in(a), twice = buffer_in(a);
	if (len < 1)
		return;
	const ProtobufCMessageDescriptor *type = types[data[0] % countof(types)];
	if (shape_from_json(a, type, (const char *)data + 1, len - 1, &m, &why) != OK) {
		check_refusal(&why);
		return;
	}
	shape_to_json(&json, m);
	if (json.len > SHAPE_MAX_BYTES) /* a character may be escaped longer than it came */
		return;
	FUZZ_MUST(shape_from_json(a, type, json.data, json.len, &again, &why) == OK);
	shape_to_json(&twice, again);
	FUZZ_MUST(json.len == twice.len && memcmp(json.data, twice.data, json.len) == 0);
	ProtobufCBinaryData packed = shape_pack(a, m);
	if (packed.len <= SHAPE_MAX_BYTES)
		FUZZ_MUST(shape_unpack(a, type, packed.data, packed.len, &again) == OK);
}

/* As JSON an input is no message, and left to libFuzzer. */
const ProtobufCMessageDescriptor *fuzz_body(const uint8_t *data, size_t len, size_t *ret_at)
{
	*ret_at = 1;
	return len < 1 || strcmp(FUZZ_NAME, "shape_json") == 0 ? NULL : types[data[0] % countof(types)];
}

const struct fuzz_decoder fuzz_decoders[] = {
	{ "shape_wire", take_wire },
	{ "shape_json", take_json },
	{ NULL, NULL },
};
