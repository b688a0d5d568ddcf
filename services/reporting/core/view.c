/* SPDX-License-Identifier: EUPL-1.2 */
/* The one rule of sight: the project lead of the host sees all, everyone else their own organisation. */
#include "reporting/core/view.h"

#include <string.h>

enum err view_organisation(bool sees_all, const char *own, const char *asked, const char **ret, struct refusal *why)
{
	if (!sees_all && asked && strcmp(asked, own) != 0)
		return refuse(why, ERR_FORBIDDEN, "organisation",
		              "An organisation sees its own figures; only the project lead of the hosting organisation sees "
		              "those of others.");
	*ret = asked ? asked : sees_all ? "" : own;
	return OK;
}
