/* SPDX-License-Identifier: EUPL-1.2 */
/* What the files of the intake node share: its state, the tables of handlers and routes, and the
 * few steps that several of them take. */
#ifndef UDVEJ_INTAKE_INTAKE_H
#define UDVEJ_INTAKE_INTAKE_H

#include "api.pb-c.h"
#include "daemon/daemon.h"
#include "intake/core/pseudonym.h"
#include "messages.pb-c.h"
#include "vocab/instrument.h"
#include "vocab/municipality.h"
#include "vocab/programme.h"

/* The state of the node: definitions and keys, read once. */
struct intake {
	const char *organisation;
	const char *caseload, *outcomes, *reporting; /* node names */
	const struct programmes *programmes;
	const struct instruments *instruments;
	const struct municipalities *municipalities;
	struct pseudonym_key for_caseload;  /* of citizens */
	struct pseudonym_key for_reporting; /* of referrals: their enquiries, the same also when registered again */
	const struct secret_keys *keys;
	const char *node;
};

/* Who sets up workers and groups. */
#define ROLES_THAT_SET_UP (ROLE_LEAD | ROLE_ADMIN)
/* Everybody who has an account here. */
#define ROLES_OF_ALL                                                                                                   \
	(ROLE_SYSTEM | ROLE_WORKER | ROLE_GROUP_LEADER | ROLE_LEAD | ROLE_COORDINATOR | ROLE_BROBYGGER |                   \
	 ROLE_PROJECT_LEAD | ROLE_ADMIN | ROLE_AUDITOR | ROLE_CULTURAL_MEDIATOR | ROLE_STEERING_GROUP)

#endif
