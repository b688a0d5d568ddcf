/* SPDX-License-Identifier: EUPL-1.2 */
/* Notices: the one list of what a person should look at. */
#ifndef UDVEJ_INTAKE_NOTICE_H
#define UDVEJ_INTAKE_NOTICE_H

#include "intake/intake.h"

extern const struct resource notice_resource;

#endif
