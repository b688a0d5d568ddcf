/* SPDX-License-Identifier: EUPL-1.2 */
/* Writing CSV. A text that begins like a formula gets an apostrophe in front (OWASP, CSV injection):
 * codes come from other organisations, and the file is opened in spreadsheets. */
#include "reporting/core/csv.h"

#include <inttypes.h>
#include <string.h>

struct csv csv_in(struct arena *a)
{
	return (struct csv){ .out = buffer_in(a) };
}

static void begin_cell(struct csv *csv)
{
	if (csv->cells++ > 0)
		buffer_puts(&csv->out, ",");
}

void csv_text(struct csv *csv, const char *text)
{
	const char *guard = *text && strchr("=+-@\t\r", *text) ? "'" : "";
	begin_cell(csv);
	if (!text[strcspn(text, ",\"\r\n")]) {
		buffer_puts(&csv->out, guard);
		buffer_puts(&csv->out, text);
		return;
	}
	buffer_puts(&csv->out, "\"");
	buffer_puts(&csv->out, guard);
	for (const char *p = text; *p; p++) {
		if (*p == '"')
			buffer_puts(&csv->out, "\"");
		buffer_add(&csv->out, p, 1);
	}
	buffer_puts(&csv->out, "\"");
}

void csv_count(struct csv *csv, int64_t n)
{
	begin_cell(csv);
	buffer_printf(&csv->out, "%" PRId64, n);
}

void csv_decimal(struct csv *csv, double n)
{
	begin_cell(csv);
	buffer_printf(&csv->out, "%.1f", n);
}

void csv_end_row(struct csv *csv)
{
	buffer_puts(&csv->out, "\r\n");
	csv->cells = 0;
}
