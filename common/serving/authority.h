/* SPDX-License-Identifier: EUPL-1.2 */
/* Who sees whom: one table of how far each role reaches, held against the row of each route before its handler is
 * called. */
#ifndef UDVEJ_SERVING_AUTHORITY_H
#define UDVEJ_SERVING_AUTHORITY_H

#include "serving/served.h"

/* Whether this person may use a route on the record that its address names; fills rq->view and rq->seen. ERR_FORBIDDEN
 * with the reason, ERR_NOT_FOUND when there is no such record. Reads only. */
enum err authority_check(struct tx *tx, struct request *rq) MUST_USE;
/* Fills the field `actions` of a record with what this person may do with it now. Nothing when it has none. */
void authority_add_actions(struct tx *tx, const struct served *served, const struct request *rq,
                           ProtobufCMessage *record);
/* Leaves out, of a record or of each item of a list, what this role may not see of persons. */
void authority_mask(const struct request *rq, ProtobufCMessage *body);
/* Looks whether each route of cases says how it is guarded. *why names the first that does not. */
enum err authority_check_routes(struct arena *a, const struct served *served, const char **why) MUST_USE;

#endif
