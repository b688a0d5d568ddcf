/* SPDX-License-Identifier: EUPL-1.2 */
/* The roles that people and systems have, by name. Pure. */
#include <string.h>

#include "serving/route.h"

static const struct {
	unsigned role;
	const char *name;
} rows[] = {
	{ ROLE_SYSTEM, "system" },
	{ ROLE_WORKER, "worker" },
	{ ROLE_GROUP_LEADER, "group leader" },
	{ ROLE_LEAD, "lead" },
	{ ROLE_COORDINATOR, "coordinator" },
	{ ROLE_BROBYGGER, "brobygger" },
	{ ROLE_PROJECT_LEAD, "project lead" },
	{ ROLE_ADMIN, "admin" },
	{ ROLE_AUDITOR, "auditor" },
	{ ROLE_CULTURAL_MEDIATOR, "cultural mediator" },
	{ ROLE_STEERING_GROUP, "steering group" },
};

unsigned role_of(const char *name)
{
	for (size_t i = 0; i < countof(rows); i++)
		if (strcmp(rows[i].name, name) == 0)
			return rows[i].role;
	return 0;
}

const char *role_name(unsigned role)
{
	for (size_t i = 0; i < countof(rows); i++)
		if (rows[i].role == role)
			return rows[i].name;
	return NULL;
}
