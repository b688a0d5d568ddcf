/* SPDX-License-Identifier: EUPL-1.2 */
/* The search in the code lists, whose rows the build makes of common/vocab/codes/ (codegen.py). Owns nothing. Must
 * never know a code by name. */
#include "vocab/code.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "vocab/code_rows.h"

static int compare_name(const void *name, const void *list)
{
	return strcmp(name, ((const struct code_list *)list)->name);
}

const struct code_list *code_list(const char *name)
{
	return name ? bsearch(name, lists, countof(lists), sizeof lists[0], compare_name) : NULL;
}

int code_rank(const char *list, const char *code)
{
	const struct code_list *l = code_list(list);
	for (size_t i = 0; l && code && i < l->n; i++)
		if (l->codes[i].code[0] == code[0] && strcmp(l->codes[i].code, code) == 0)
			return (int)i;
	return -1;
}

const struct code *code_find(const char *list, const char *code)
{
	const struct code_list *l = code_list(list);
	int rank = code_rank(list, code);
	return l && rank >= 0 ? &l->codes[rank] : NULL;
}

const char *code_english(const char *list, const char *code)
{
	const struct code *c = code_find(list, code);
	return c ? c->en : code ? code : "";
}
