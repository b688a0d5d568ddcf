/* SPDX-License-Identifier: EUPL-1.2 */
/* The pure core of reporting: periods, whose figures, representation, CSV and JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "arena_world.h"
#include "report.pb-c.h"
#include "reporting/core/accept.h"
#include "reporting/core/csv.h"
#include "reporting/core/period.h"
#include "reporting/core/report_json.h"
#include "reporting/core/view.h"

/* --- periods --- */

/* The periods as "from..to from..to", or the field that was refused. */
static const char *periods(const char *from, const char *to, const char *by, const char *cuts)
{
	struct period whole, *got = NULL;
	size_t n = 0;
	struct refusal why;
	assert_true(date_parse(from, &whole.from) && date_parse(to, &whole.to));
	enum err e = periods_make(arena, whole, by, cuts, &got, &n, &why);
	if (e != OK) {
		assert_int_equal(e, ERR_QUERY);
		assert_int_equal(e, why.err);
		assert_null(got);
		return why.field;
	}
	struct buffer out = buffer_in(arena);
	for (size_t i = 0; i < n; i++)
		buffer_printf(&out, "%s%s..%s", i ? " " : "", date_text(arena, got[i].from), date_text(arena, got[i].to));
	return out.data;
}

static void without_cuts_there_is_one_period(void **state)
{
	(void)state;
	assert_string_equal(periods("2020-02-03", "2020-02-03", NULL, NULL), "2020-02-03..2020-02-03");
	assert_string_equal(periods("2019-01-01", "2020-12-31", "total", NULL), "2019-01-01..2020-12-31");
}

static void periods_of_the_paper_can_be_said(void **state)
{
	(void)state;
	assert_string_equal(periods("2008-05-01", "2012-12-31", NULL, "2009-05-01,2011-01-01,2012-01-01"),
	                    "2008-05-01..2009-04-30 2009-05-01..2010-12-31 2011-01-01..2011-12-31 2012-01-01..2012-12-31");
}

static void calendar_periods_begin_and_end_with_the_whole(void **state)
{
	(void)state;
	assert_string_equal(periods("2020-01-15", "2020-03-01", "month", NULL),
	                    "2020-01-15..2020-01-31 2020-02-01..2020-02-29 2020-03-01..2020-03-01");
	assert_string_equal(periods("2020-02-01", "2020-10-01", "quarter", NULL),
	                    "2020-02-01..2020-03-31 2020-04-01..2020-06-30 2020-07-01..2020-09-30 2020-10-01..2020-10-01");
	assert_string_equal(periods("2020-01-01", "2021-12-31", "year", NULL),
	                    "2020-01-01..2020-12-31 2021-01-01..2021-12-31");
}

static void calendar_and_cuts_mix_and_a_day_cuts_once(void **state)
{
	(void)state;
	assert_string_equal(periods("2020-10-01", "2021-12-31", "year", "2021-10-01,2021-01-01,2021-10-01"),
	                    "2020-10-01..2020-12-31 2021-01-01..2021-09-30 2021-10-01..2021-12-31");
}

static void refused_period_names_its_parameter(void **state)
{
	(void)state;
	assert_string_equal(periods("2020-02-02", "2020-02-01", NULL, NULL), "to");
	assert_string_equal(periods("2020-01-01", "2020-12-31", "week", NULL), "by");
	assert_string_equal(periods("2020-01-01", "2020-12-31", "", NULL), "by");
	assert_string_equal(periods("2020-01-01", "2020-12-31", NULL, ""), "cuts");
	assert_string_equal(periods("2020-01-01", "2020-12-31", NULL, "2020-02-30"), "cuts");
	assert_string_equal(periods("2020-01-01", "2020-12-31", NULL, "2020-02-01,"), "cuts");
	assert_string_equal(periods("2020-01-01", "2020-12-31", NULL, "2020-01-01"), "cuts");
	assert_string_equal(periods("2020-01-01", "2020-12-31", NULL, "2021-01-01"), "cuts");
	assert_string_equal(periods("1900-01-01", "2199-12-31", "month", NULL), "by");
	assert_string_equal(periods("1900-01-01", "2199-12-31", "quarter", NULL), "by");
}

/* --- whose figures --- */

static const char *view(bool sees_all, const char *asked)
{
	const char *organisation = NULL;
	struct refusal why = { .field = "" };
	enum err e = view_organisation(sees_all, "reden", asked, &organisation, &why);
	if (e == OK)
		return organisation;
	assert_int_equal(e, ERR_FORBIDDEN);
	assert_string_equal(why.field, "organisation");
	return "refused";
}

static void everyone_but_the_hosts_project_lead_sees_the_own_organisation(void **state)
{
	(void)state;
	assert_string_equal(view(false, NULL), "reden");
	assert_string_equal(view(false, "reden"), "reden");
	assert_string_equal(view(false, "kommune"), "refused");
	assert_string_equal(view(false, ""), "refused");
	assert_string_equal(view(true, NULL), "");
	assert_string_equal(view(true, "kommune"), "kommune");
}

/* --- representation --- */

static void representation_follows_the_accept_header(void **state)
{
	(void)state;
	static const struct {
		const char *accept;
		enum format format;
	} rows[] = {
		{ NULL, FORMAT_JSON },
		{ "", FORMAT_JSON },
		{ "*/*", FORMAT_JSON },
		{ "application/json", FORMAT_JSON },
		{ "text/csv", FORMAT_CSV },
		{ "Text/CSV; charset=utf-8", FORMAT_CSV },
		{ "text/*", FORMAT_CSV },
		{ "text/html, text/csv;q=0.9, */*;q=0.1", FORMAT_CSV },
		{ "application/json, text/csv", FORMAT_JSON },
		{ "application/json;q=0.5,text/csv", FORMAT_CSV },
		{ "application/json ; q=0.9 , text/csv ; q=0.8", FORMAT_JSON },
		{ "text/csv;q=0", FORMAT_NONE },
		{ "*/*, application/json;q=0", FORMAT_CSV },
		{ "image/png", FORMAT_NONE },
		{ "text/csvx", FORMAT_NONE },
		{ ",,;;,", FORMAT_NONE },
	};
	for (size_t i = 0; i < countof(rows); i++)
		if (accept_format(rows[i].accept) != rows[i].format)
			fail_msg("%s", rows[i].accept);
}

/* --- CSV --- */

static const char *cell(const char *text)
{
	struct csv csv = csv_in(arena);
	csv_text(&csv, text);
	return csv.out.data;
}

static void csv_quotes_what_it_must(void **state)
{
	(void)state;
	assert_string_equal(cell(""), "");
	assert_string_equal(cell("brobygger"), "brobygger");
	assert_string_equal(cell("a,b"), "\"a,b\"");
	assert_string_equal(cell("say \"no\""), "\"say \"\"no\"\"\"");
	assert_string_equal(cell("two\r\nlines"), "\"two\r\nlines\"");
}

static void csv_text_is_never_a_formula(void **state)
{
	(void)state;
	assert_string_equal(cell("=1+1"), "'=1+1");
	assert_string_equal(cell("+45"), "'+45");
	assert_string_equal(cell("-1"), "'-1");
	assert_string_equal(cell("@SUM(1,2)"), "\"'@SUM(1,2)\"");
	assert_string_equal(cell("\tx"), "'\tx");
	assert_string_equal(cell("a=b"), "a=b");
}

static void csv_rows_end_with_crlf(void **state)
{
	(void)state;
	struct csv csv = csv_in(arena);
	csv_text(&csv, "x");
	csv_count(&csv, 0);
	csv_decimal(&csv, 2.04);
	csv_end_row(&csv);
	csv_count(&csv, -7);
	csv_end_row(&csv);
	assert_string_equal(csv.out.data, "x,0,2.0\r\n-7\r\n");
}

/* --- JSON --- */

static void zero_is_a_figure_in_a_report(void **state)
{
	(void)state;
	StatusCounts total = STATUS_COUNTS__INIT;
	StatusReport report = STATUS_REPORT__INIT;
	struct buffer out = buffer_in(arena);
	total.has_enrolled_case = STATUS_COUNTS__HAS_ENROLLED_ENROLLED;
	total.has_intake_per_month_case = STATUS_COUNTS__HAS_INTAKE_PER_MONTH_INTAKE_PER_MONTH;
	report.on = "2015-11-23";
	report.total = &total;
	report_to_json(&out, &report.base);
	assert_string_equal(out.data,
	                    "{\"on\":\"2015-11-23\",\"items\":[],\"total\":{\"enrolled\":0,\"intakePerMonth\":0.0}}");
}

static void counts_are_written_whole(void **state)
{
	(void)state;
	int64_t counts[] = { 15, 0, 7 };
	EnquiryCounts item = ENQUIRY_COUNTS__INIT, *items[] = { &item };
	EnquiryReport report = ENQUIRY_REPORT__INIT;
	struct buffer out = buffer_in(arena);
	item.channel = "brobygger \"x\"";
	item.counts = counts;
	item.n_counts = 3;
	report.items = items;
	report.n_items = 1;
	report_to_json(&out, &report.base);
	assert_string_equal(out.data,
	                    "{\"periods\":[],\"items\":[{\"channel\":\"brobygger \\\"x\\\"\",\"counts\":[15,0,7]}],"
	                    "\"totals\":[]}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_cuts_there_is_one_period),
		cmocka_unit_test(periods_of_the_paper_can_be_said),
		cmocka_unit_test(calendar_periods_begin_and_end_with_the_whole),
		cmocka_unit_test(calendar_and_cuts_mix_and_a_day_cuts_once),
		cmocka_unit_test(refused_period_names_its_parameter),
		cmocka_unit_test(everyone_but_the_hosts_project_lead_sees_the_own_organisation),
		cmocka_unit_test(representation_follows_the_accept_header),
		cmocka_unit_test(csv_quotes_what_it_must),
		cmocka_unit_test(csv_text_is_never_a_formula),
		cmocka_unit_test(csv_rows_end_with_crlf),
		cmocka_unit_test(zero_is_a_figure_in_a_report),
		cmocka_unit_test(counts_are_written_whole),
	};
	return cmocka_run_group_tests(tests, set_up_arena, tear_down_arena);
}
