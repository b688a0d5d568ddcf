/* SPDX-License-Identifier: EUPL-1.2 */
/* Reports as JSON. Pure. */
#ifndef UDVEJ_REPORTING_CORE_REPORT_JSON_H
#define UDVEJ_REPORTING_CORE_REPORT_JSON_H

#include <protobuf-c/protobuf-c.h>

#include "base/buffer.h"

/* As shape_to_json(), and also lists of int64 and numbers of type double (with one decimal), which only reports have.
 */
void report_to_json(struct buffer *out, const ProtobufCMessage *message);

#endif
