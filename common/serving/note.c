/* SPDX-License-Identifier: EUPL-1.2 */
/* The search in the notes of the .proto files. Owns nothing: the table is generated. Pure. */
#include "serving/note.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_name(const void *name, const void *row)
{
	return strcmp(name, ((const struct note *)row)->name);
}

const struct note *note_find(const char *message, const char *field)
{
	static const struct note none = { "", "", "", "" };
	char name[256];
	snprintf(name, sizeof name, "%s%s%s", message, field ? "." : "", field ? field : "");
	const struct note *found = bsearch(name, note_rows, note_count, sizeof *note_rows, by_name);
	return found ? found : &none;
}
