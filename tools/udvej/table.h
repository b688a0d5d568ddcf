/* SPDX-License-Identifier: EUPL-1.2 */
/* Rows of the database as an operator reads them. What a sender claimed may hold anything: control characters of a
 * terminal are not passed on. */
#ifndef UDVEJ_TOOLS_TABLE_H
#define UDVEJ_TOOLS_TABLE_H

#include "db/db.h"

/* A heading, the names of the columns, and a line for each row; `none` where there is no row. */
void table_print(const char *heading, const char *none, const struct db_rows *rows);
/* A heading, and a line for each column of the first row. */
void table_print_one(const char *heading, const struct db_rows *rows);

#endif
