/* SPDX-License-Identifier: EUPL-1.2 */
/* Workers and groups of the organisation. */
#ifndef UDVEJ_INTAKE_WORKER_H
#define UDVEJ_INTAKE_WORKER_H

#include "intake/intake.h"

extern const struct resource worker_resource;

#endif
