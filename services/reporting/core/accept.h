/* SPDX-License-Identifier: EUPL-1.2 */
/* Which representation of a report a client would like (RFC 9110, section 12.5.1). Pure. */
#ifndef UDVEJ_REPORTING_CORE_ACCEPT_H
#define UDVEJ_REPORTING_CORE_ACCEPT_H

enum format { FORMAT_NONE, FORMAT_JSON, FORMAT_CSV };

/* By an Accept header; NULL or empty: anything goes. JSON where both are equally welcome. */
enum format accept_format(const char *accept);

#endif
