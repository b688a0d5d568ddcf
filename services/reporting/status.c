/* SPDX-License-Identifier: EUPL-1.2 */
/* The status report: how many courses stood where at the end of a day, by programme and provider.
 * SQL counts; this file asks, and lays the figures out as JSON or CSV. */
#include <stdlib.h>

#include "report.pb-c.h"
#include "reporting/core/csv.h"
#include "reporting/core/report_json.h"
#include "reporting/reporting.h"
#include "sql_reporting.h"

#define COLUMNS 9

/* The columns of the statement, in its order, as they go to JSON and CSV. */
static const char *const columns[COLUMNS] = {
	"programme", "organisation", "enrolled", "in_clarification", "waiting",
	"closed",    "not_entered",  "attached", "intake_per_month",
};

static StatusCounts *counts_of(struct arena *a, const char *const *cells)
{
	StatusCounts *c = shape_new(a, &status_counts__descriptor);
	for (size_t i = 0; i < COLUMNS; i++) {
		struct shape_slot slot;
		if (!cells[i] || !shape_find(NULL, &c->base, columns[i], &slot))
			continue;
		if (slot.field->type == PROTOBUF_C_TYPE_STRING)
			*(const char **)shape_at(slot) = cells[i];
		else if (slot.field->type == PROTOBUF_C_TYPE_DOUBLE)
			*(double *)shape_at(slot) = strtod(cells[i], NULL);
		else
			*(int64_t *)shape_at(slot) = strtoll(cells[i], NULL, 10);
		shape_choose(slot);
	}
	return c;
}

/* The last row is the total: the one without a programme. */
static void build(struct arena *a, const struct db_rows *rows, StatusReport *report)
{
	report->items = ARENA_ARRAY(a, StatusCounts *, rows->n);
	for (size_t i = 0; i < rows->n; i++) {
		const char *const *cells = &rows->cells[i * rows->n_columns];
		StatusCounts *counts = counts_of(a, cells);
		if (cells[0])
			report->items[report->n_items++] = counts;
		else
			report->total = counts;
	}
}

static void csv_row(struct csv *csv, const StatusCounts *c, const char *programme)
{
	csv_text(csv, programme);
	csv_text(csv, c->organisation);
	const int64_t counts[] = { c->enrolled, c->in_clarification, c->waiting, c->closed, c->not_entered, c->attached };
	for (size_t i = 0; i < countof(counts); i++)
		csv_count(csv, counts[i]);
	csv_decimal(csv, c->intake_per_month);
	csv_end_row(csv);
}

static const char *as_csv(struct arena *a, const StatusReport *report)
{
	struct csv csv = csv_in(a);
	for (size_t i = 0; i < COLUMNS; i++)
		csv_text(&csv, columns[i]);
	csv_end_row(&csv);
	for (size_t i = 0; i < report->n_items; i++)
		csv_row(&csv, report->items[i], report->items[i]->programme);
	csv_row(&csv, report->total, "total");
	return csv.out.data;
}

static const char *as_json(struct arena *a, const StatusReport *report)
{
	struct buffer out = buffer_in(a);
	report_to_json(&out, &report->base);
	return out.data;
}

enum err status_answer(struct tx *tx, const struct request *rq, struct reply *reply)
{
	struct date on = rq_date(rq, "on", tx->today);
	const char *organisation;
	enum format format;
	TRY(answer_organisation(tx, rq, &organisation));
	TRY(answer_format(tx, rq, &format));

	StatusReport report = STATUS_REPORT__INIT;
	struct db_rows rows;
	report.on = date_text(tx->arena, on);
	TRY(db_rows(tx->db, tx->arena, sql_course_fact_status, &rows, NULL, ARG_TEXT("on", report.on),
	            ARG_TEXT("organisation", organisation), ARG_TEXT("programme", rq_text(rq, "programme"))));
	build(tx->arena, &rows, &report);
	if (!report.total)
		return tx_refuse(tx, ERR_DB, "", "the statement gave no total");

	reply->text = format == FORMAT_CSV ? as_csv(tx->arena, &report) : as_json(tx->arena, &report);
	reply->content_type = format == FORMAT_CSV ? "text/csv; charset=utf-8; header=present" : "application/json";
	return OK;
}
