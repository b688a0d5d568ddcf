/* SPDX-License-Identifier: EUPL-1.2 */
/* Cover (vikar): somebody else sees and serves a worker's citizens for some days. */
#ifndef UDVEJ_INTAKE_COVER_H
#define UDVEJ_INTAKE_COVER_H

#include "intake/intake.h"

extern const struct resource cover_resource;

#endif
