/* SPDX-License-Identifier: EUPL-1.2 */
/* The two kinds of field that reports have and nobody else: lists of counts, and averages. All other
 * fields are written by common/shape. */
#include "reporting/core/report_json.h"

#include <inttypes.h>

#include "shape/shape.h"

static void write_counts(struct buffer *out, const int64_t *counts, size_t n)
{
	buffer_puts(out, "[");
	for (size_t i = 0; i < n; i++)
		buffer_printf(out, "%s%" PRId64, i > 0 ? "," : "", counts[i]);
	buffer_puts(out, "]");
}

static void write_messages(struct buffer *out, ProtobufCMessage *const *items, size_t n)
{
	buffer_puts(out, "[");
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buffer_puts(out, ",");
		report_to_json(out, items[i]);
	}
	buffer_puts(out, "]");
}

static void write_field(struct buffer *out, struct shape_slot slot)
{
	bool repeated = slot.field->label == PROTOBUF_C_LABEL_REPEATED;
	if (slot.field->type == PROTOBUF_C_TYPE_INT64 && repeated)
		write_counts(out, *(int64_t *const *)shape_at(slot), shape_count(slot));
	else if (slot.field->type == PROTOBUF_C_TYPE_MESSAGE && repeated)
		write_messages(out, *(ProtobufCMessage * *const *)shape_at(slot), shape_count(slot));
	else if (slot.field->type == PROTOBUF_C_TYPE_MESSAGE)
		report_to_json(out, *(ProtobufCMessage *const *)shape_at(slot));
	else if (slot.field->type == PROTOBUF_C_TYPE_DOUBLE)
		buffer_printf(out, "%.1f", *(const double *)shape_at(slot));
	else
		shape_field_to_json(out, slot);
}

void report_to_json(struct buffer *out, const ProtobufCMessage *message)
{
	const char *between = "";
	buffer_puts(out, "{");
	for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
		struct shape_slot slot = { .field = &message->descriptor->fields[i], .holder = (ProtobufCMessage *)message };
		/* An empty list is written: a report without lines says so. */
		if (slot.field->label != PROTOBUF_C_LABEL_REPEATED && !shape_is_set(slot))
			continue;
		buffer_printf(out, "%s\"%s\":", between, shape_json_name(out->arena, slot.field->name));
		write_field(out, slot);
		between = ",";
	}
	buffer_puts(out, "}");
}
