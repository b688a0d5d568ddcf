/* SPDX-License-Identifier: EUPL-1.2 */
/* Rows of comma-separated values (RFC 4180). Pure. */
#ifndef UDVEJ_REPORTING_CORE_CSV_H
#define UDVEJ_REPORTING_CORE_CSV_H

#include <stdint.h>

#include "base/buffer.h"

struct csv {
	struct buffer out;
	unsigned cells; /* in the row so far */
};

/* An empty document in the arena. */
struct csv csv_in(struct arena *a);
/* A cell of text: quoted where need be, and never taken for a formula by a spreadsheet. */
void csv_text(struct csv *csv, const char *text);
/* A whole number. */
void csv_count(struct csv *csv, int64_t n);
/* A number with one decimal. */
void csv_decimal(struct csv *csv, double n);
/* Ends the line: the next cell begins a new one. */
void csv_end_row(struct csv *csv);

#endif
