/* SPDX-License-Identifier: EUPL-1.2 */
/* Reading an Accept header for the two representations of a report. The most specific range that
 * covers a type decides, with its q; a header that cannot be read prefers nothing. */
#include "reporting/core/accept.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char space[] = " \t";

/* How specifically a range covers a type: 3 "text/csv", 2 "text/" + "*", 1 anything, 0 not at all. */
static int covers(const char *range, size_t len, const char *type)
{
	if (len == strlen(type) && strncasecmp(range, type, len) == 0)
		return 3;
	size_t family = strcspn(type, "/") + 1;
	if (len == family + 1 && range[family] == '*' && strncasecmp(range, type, family) == 0)
		return 2;
	return len == 3 && strncmp(range, "*/*", 3) == 0 ? 1 : 0;
}

/* The q among the parameters of a range (";q=0.5;..." up to a comma); 1 when none. */
static double quality_of(const char *parameters)
{
	while (*parameters == ';') {
		parameters += 1 + strspn(parameters + 1, space);
		if (strncasecmp(parameters, "q=", 2) == 0)
			return strtod(parameters + 2, NULL);
		parameters += strcspn(parameters, ";,");
	}
	return 1;
}

static double quality(const char *accept, const char *type)
{
	int best = 0;
	double q = 0;
	for (const char *at = accept; *at; at += strspn(at, ",")) {
		at += strspn(at, space);
		size_t len = strcspn(at, ";, \t");
		const char *parameters = at + len + strspn(at + len, space);
		int match = covers(at, len, type);
		if (match > best) {
			best = match;
			q = quality_of(parameters);
		}
		at += strcspn(at, ",");
	}
	return q;
}

enum format accept_format(const char *accept)
{
	if (!accept || !accept[strspn(accept, space)])
		return FORMAT_JSON;
	double json = quality(accept, "application/json"), csv = quality(accept, "text/csv");
	if (csv > json)
		return FORMAT_CSV;
	return json > 0 ? FORMAT_JSON : FORMAT_NONE;
}
