/* SPDX-License-Identifier: EUPL-1.2 */
/* Look-ups in the one table of errors (err.h). Pure. */
#include "base/err.h"

#include <string.h>

static const struct {
	const char *slug, *text;
	int status;
	enum fate fate;
} rows[] = {
#define ROW(name, slug_, text_, status_, fate_)                                                                        \
	[name] = { .slug = slug_, .text = text_, .status = status_, .fate = FATE_##fate_ },
	ERR_TABLE(ROW)
#undef ROW
};

const char *err_slug(enum err e)
{
	return rows[e].slug;
}

const char *err_text(enum err e)
{
	return rows[e].text;
}

int err_status(enum err e)
{
	return rows[e].status;
}

enum fate err_fate(enum err e)
{
	return rows[e].fate;
}

enum err err_of_slug(const char *slug)
{
	for (size_t i = 0; i < countof(rows); i++)
		if (strcmp(rows[i].slug, slug) == 0)
			return (enum err)i;
	return ERR_COUNT;
}

enum err refuse(struct refusal *r, enum err e, const char *field, const char *rule)
{
	*r = (struct refusal){ .err = e, .field = field, .rule = rule };
	return e;
}
