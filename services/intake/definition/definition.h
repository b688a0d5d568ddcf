/* SPDX-License-Identifier: EUPL-1.2 */
/* Programmes and instruments, for pages and other systems. */
#ifndef UDVEJ_INTAKE_DEFINITION_H
#define UDVEJ_INTAKE_DEFINITION_H

#include "intake/intake.h"

extern const struct resource definition_resource;

#endif
