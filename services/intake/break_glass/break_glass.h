/* SPDX-License-Identifier: EUPL-1.2 */
/* Break-glass: in need, somebody opens a case that is not hers. */
#ifndef UDVEJ_INTAKE_BREAK_GLASS_H
#define UDVEJ_INTAKE_BREAK_GLASS_H

#include "intake/intake.h"

extern const struct resource break_glass_resource;

#endif
