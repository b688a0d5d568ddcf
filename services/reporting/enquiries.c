/* SPDX-License-Identifier: EUPL-1.2 */
/* The report of enquiries: how many came through which channel in which period, with totals both
 * ways. SQL counts; this file cuts the periods, and lays the figures out as JSON or CSV. */
#include <stdlib.h>

#include "report.pb-c.h"
#include "reporting/core/csv.h"
#include "reporting/core/period.h"
#include "reporting/core/report_json.h"
#include "reporting/reporting.h"
#include "sql_reporting.h"

/* The first days of the periods as an array literal of PostgreSQL. */
static const char *starts_of(struct arena *a, const EnquiryReport *report)
{
	struct buffer out = buffer_in(a);
	for (size_t i = 0; i < report->n_periods; i++)
		buffer_printf(&out, "%s%s", i > 0 ? "," : "{", report->periods[i]->from);
	buffer_puts(&out, "}");
	return out.data;
}

static void set_periods(struct arena *a, EnquiryReport *report, const struct period *periods, size_t n)
{
	report->periods = ARENA_ARRAY(a, ReportPeriod *, n);
	report->n_periods = n;
	report->totals = ARENA_ARRAY(a, int64_t, n);
	report->n_totals = n;
	for (size_t i = 0; i < n; i++) {
		report->periods[i] = shape_new(a, &report_period__descriptor);
		report->periods[i]->from = date_text(a, periods[i].from);
		report->periods[i]->to = date_text(a, periods[i].to);
	}
}

static EnquiryCounts *new_channel(struct arena *a, const char *channel, size_t n_periods)
{
	EnquiryCounts *c = shape_new(a, &enquiry_counts__descriptor);
	c->channel = channel;
	c->counts = ARENA_ARRAY(a, int64_t, n_periods);
	c->n_counts = n_periods;
	c->has_total_case = ENQUIRY_COUNTS__HAS_TOTAL_TOTAL;
	return c;
}

/* Rows are (channel, period, n), ordered by channel; a channel begins with its first period and ends with its total
 * (no period); the totals of the periods, without a channel, come last. */
static void build(struct arena *a, const struct db_rows *rows, EnquiryReport *report)
{
	EnquiryCounts *channel = NULL;
	report->items = ARENA_ARRAY(a, EnquiryCounts *, rows->n);
	report->has_total_case = ENQUIRY_REPORT__HAS_TOTAL_TOTAL;
	for (size_t i = 0; i < rows->n; i++) {
		const char *const *cell = &rows->cells[i * rows->n_columns];
		size_t period = cell[1] ? strtoul(cell[1], NULL, 10) - 1 : 0;
		int64_t n = cell[2] ? strtoll(cell[2], NULL, 10) : 0;
		if (cell[0] && !channel)
			report->items[report->n_items++] = channel = new_channel(a, cell[0], report->n_periods);
		if (cell[0] && cell[1])
			channel->counts[period] = n;
		else if (cell[1])
			report->totals[period] = n;
		else if (!cell[0])
			report->total = n;
		else {
			channel->total = n;
			channel = NULL;
		}
	}
}

static void csv_row(struct csv *csv, const char *channel, const int64_t *counts, size_t n, int64_t total)
{
	csv_text(csv, channel);
	for (size_t i = 0; i < n; i++)
		csv_count(csv, counts[i]);
	csv_count(csv, total);
	csv_end_row(csv);
}

static const char *as_csv(struct arena *a, const EnquiryReport *r)
{
	struct csv csv = csv_in(a);
	csv_text(&csv, "channel");
	for (size_t i = 0; i < r->n_periods; i++)
		csv_text(&csv, arena_printf(a, "%s/%s", r->periods[i]->from, r->periods[i]->to));
	csv_text(&csv, "total");
	csv_end_row(&csv);
	for (size_t i = 0; i < r->n_items; i++)
		csv_row(&csv, r->items[i]->channel, r->items[i]->counts, r->n_periods, r->items[i]->total);
	csv_row(&csv, "total", r->totals, r->n_periods, r->total);
	return csv.out.data;
}

static const char *as_json(struct arena *a, const EnquiryReport *report)
{
	struct buffer out = buffer_in(a);
	report_to_json(&out, &report->base);
	return out.data;
}

enum err enquiries_answer(struct tx *tx, const struct request *rq, struct reply *reply)
{
	struct period *periods;
	struct period whole = { .from = rq_date(rq, "from", DATE_NONE), .to = rq_date(rq, "to", DATE_NONE) };
	size_t n;
	const char *organisation;
	enum format format;
	TRY(periods_make(tx->arena, whole, rq_text(rq, "by"), rq_text(rq, "cuts"), &periods, &n, &tx->why));
	TRY(answer_organisation(tx, rq, &organisation));
	TRY(answer_format(tx, rq, &format));

	EnquiryReport report = ENQUIRY_REPORT__INIT;
	struct db_rows rows;
	report.from = date_text(tx->arena, whole.from);
	report.to = date_text(tx->arena, whole.to);
	set_periods(tx->arena, &report, periods, n);
	TRY(db_rows(tx->db, tx->arena, sql_enquiry_fact_count, &rows, NULL,
	            ARG_TEXT("starts", starts_of(tx->arena, &report)), ARG_TEXT("to", report.to),
	            ARG_TEXT("organisation", organisation)));
	build(tx->arena, &rows, &report);

	reply->text = format == FORMAT_CSV ? as_csv(tx->arena, &report) : as_json(tx->arena, &report);
	reply->content_type = format == FORMAT_CSV ? "text/csv; charset=utf-8; header=present" : "application/json";
	return OK;
}
