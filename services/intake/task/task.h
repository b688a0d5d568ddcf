/* SPDX-License-Identifier: EUPL-1.2 */
/* Tasks: what a person has to decide about a citizen. */
#ifndef UDVEJ_INTAKE_TASK_H
#define UDVEJ_INTAKE_TASK_H

#include "intake/intake.h"

extern const struct resource task_resource;

#endif
