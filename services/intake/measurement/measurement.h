/* SPDX-License-Identifier: EUPL-1.2 */
/* Measurements that were entered here, with the scores that outcomes gave them. */
#ifndef UDVEJ_INTAKE_MEASUREMENT_H
#define UDVEJ_INTAKE_MEASUREMENT_H

#include "intake/intake.h"

enum err measurement_view(struct tx *tx, const struct request *rq, const char *id, struct reply *reply) MUST_USE;
enum err on_measurement_due(struct tx *tx, const ProtobufCMessage *message);

#endif
