/* SPDX-License-Identifier: EUPL-1.2 */
/* The text of a statement as the server prepares it: for one row or for several, and with the condition of `:one`. The
 * server itself holds it against that, so what follows in the pipeline is skipped, the COMMIT too: nobody has to wait
 * for an outcome before it is sent. Must never judge a row here. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "db/connection.h"
#include "sql_db.h"

#define NUMBER_BYTES 5 /* a number of a placeholder, or of rows: at most 65535 */

static size_t longest(const struct sql *sql, unsigned n)
{
	size_t row = strlen(","), frame = sql->one ? strlen(sql_db_one->text) + NUMBER_BYTES : 0;
	for (unsigned i = sql->row.begin; i < sql->row.end; i++)
		row += sql->text[i] == '$' ? 1 + NUMBER_BYTES : 1;
	return frame + strlen(sql->text) + n * row;
}

/* With its row of values n times, each with placeholders of its own. Gives the end of what is written. */
static char *write_statement(char *out, const struct sql *sql, unsigned n)
{
	const char *row = sql->text + sql->row.begin, *end = sql->text + sql->row.end;
	out = mempcpy(out, sql->text, sql->row.begin);
	for (unsigned i = 0; i < n; i++) {
		if (i)
			*out++ = ',';
		for (const char *s = row; s < end;) {
			*out++ = *s++;
			if (s[-1] == '$')
				out += sprintf(out, "%lu", strtoul(s, (char **)&s, 10) + (unsigned long)i * sql->n_params);
		}
	}
	return stpcpy(out, end);
}

char *text_for(const struct sql *sql, unsigned n)
{
	char *text = memory_must(malloc(longest(sql, n) + 1)), *out = text;
	for (const char *s = sql->one ? sql_db_one->text : "$1"; *s; s++) {
		if (*s != '$')
			*out++ = *s;
		else if (*++s == '1')
			out = write_statement(out, sql, n);
		else
			out += sprintf(out, "%u", n);
	}
	*out = '\0';
	return text;
}

bool text_is_missed(const struct sql *sql, const char *state)
{
	return sql->one && state && strcmp(state, "22012") == 0;
}
