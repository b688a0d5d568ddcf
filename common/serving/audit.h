/* SPDX-License-Identifier: EUPL-1.2 */
/* The log of use: who did or saw what, of whom, and why that was allowed. One row a request. */
#ifndef UDVEJ_SERVING_AUDIT_H
#define UDVEJ_SERVING_AUDIT_H

#include "engine/job.h"
#include "engine/transaction.h"

struct audit;

/* What one request did or showed. */
struct audit_entry {
	const char *who, *role;
	const char *use;     /* method and address as in the table of routes */
	const char *subject; /* id in the address, "" */
	const char *outcome; /* shown | done | repeated | refused */
	int status;
	const char *why;      /* code of list why-allowed, or the name of the refusal; "" */
	const char *citizens; /* an array literal of ids: "{a,b}" */
	const char *searched; /* in clear here, sealed in the table; "" */
};

/* The log of this process, with its head read from the database. */
enum err audit_open(struct engine *e, struct audit **ret) MUST_USE;
struct participant audit_participant(struct audit *a);

/* Adds the row, within a transaction of the writer. */
enum err audit_add(struct audit *a, struct tx *tx, const struct audit_entry *entry) MUST_USE;
/* Whether the same person saw the same for the same reason within the last hour, and that is in the log: a page that
 * refreshes itself is one look. */
bool audit_is_known(const struct audit *a, const struct audit_entry *entry);
/* It is in the log now. */
void audit_note_known(struct audit *a, const struct audit_entry *entry);
/* What was searched for, in clear again; "" where it does not open with this node's key. */
const char *audit_unseal(const struct audit *a, struct arena *arena, const unsigned char *sealed, size_t len);

#endif
