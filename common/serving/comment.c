/* SPDX-License-Identifier: EUPL-1.2 */
/* The search in the comments of the .proto files. Owns nothing: the table is generated. Pure. */
#include "serving/comment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_name(const void *name, const void *row)
{
	return strcmp(name, ((const struct comment *)row)->name);
}

const struct comment *comment_find(const char *message, const char *field)
{
	static const struct comment none = { "", "", "", "" };
	char name[256];
	snprintf(name, sizeof name, "%s%s%s", message, field ? "." : "", field ? field : "");
	const struct comment *found = bsearch(name, comment_rows, comment_count, sizeof *comment_rows, by_name);
	return found ? found : &none;
}
