/* SPDX-License-Identifier: EUPL-1.2 */
/* Operations: commands that another daemon decides. */
#ifndef UDVEJ_INTAKE_OPERATION_H
#define UDVEJ_INTAKE_OPERATION_H

#include "intake/intake.h"

/* Replayed keys and waited-for decisions: the subject as it stands, 202 while the decision is pending. */
enum err operation_answer(struct tx *tx, const struct request *rq, struct reply *reply);
/* Stores an operation and points the reply at it (202). `state` is pending or refused. */
enum err operation_begin(struct tx *tx, const char *id, const char *kind, const char *subject,
                         struct reply *reply) MUST_USE;
/* The decision has come: done when why is NULL. Wakes who waits. Nothing for an empty id. */
enum err operation_decide(struct tx *tx, const char *id, const struct refusal *why) MUST_USE;

#endif
