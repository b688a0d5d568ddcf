/* SPDX-License-Identifier: EUPL-1.2 */
/* What the files of the intake node share: the list of its resources, and its state. */
#ifndef UDVEJ_INTAKE_INTAKE_H
#define UDVEJ_INTAKE_INTAKE_H

#include "api.pb-c.h"
#include "daemon/daemon.h"
#include "intake/core/pseudonym.h"
#include "messages.pb-c.h"
#include "vocab/instrument.h"
#include "vocab/municipality.h"
#include "vocab/programme.h"

/* The kinds of records of this node, in the order of the description: a folder each, with its routes and messages. */
#define INTAKE_RESOURCES(ROW)                                                                                          \
	ROW(referral)                                                                                                      \
	ROW(operation)                                                                                                     \
	ROW(course)                                                                                                        \
	ROW(measurement)                                                                                                   \
	ROW(contact)                                                                                                       \
	ROW(enquiry)                                                                                                       \
	ROW(citizen)                                                                                                       \
	ROW(break_glass)                                                                                                   \
	ROW(task)                                                                                                          \
	ROW(notice)                                                                                                        \
	ROW(worker)                                                                                                        \
	ROW(cover)                                                                                                         \
	ROW(account)                                                                                                       \
	ROW(definition)
#define ROW(name) extern const struct resource name##_resource;
INTAKE_RESOURCES(ROW)
#undef ROW

/* The state of the node: definitions and keys, read once. */
struct intake {
	const char *organisation;
	const char *caseload, *outcomes, *reporting; /* node names */
	const struct programmes *programmes;
	const struct instruments *instruments;
	const struct municipalities *municipalities;
	struct pseudonym_key for_caseload;  /* of citizens */
	struct pseudonym_key for_reporting; /* of referrals: the id of each one's enquiry, the same each time */
	const struct secret_keys *keys;
	const char *node;
};

/* Who sets up workers and groups. */
#define ROLES_THAT_SET_UP (ROLE_LEAD | ROLE_ADMIN)

#endif
