/* SPDX-License-Identifier: EUPL-1.2 */
/* Prints rows as a table, or one of them as a list. Owns nothing. Must never print a control character. */
#include "table.h"

#include <stdio.h>
#include <string.h>

#include "base/control.h"

static size_t width_of(const struct db_rows *rows, size_t column)
{
	size_t widest = strlen(rows->names[column]);
	for (size_t i = 0; i < rows->n; i++) {
		const char *cell = rows->cells[i * rows->n_columns + column];
		size_t width = cell ? strlen(cell) : 0;
		widest = width > widest ? width : widest;
	}
	return widest;
}

static void print_cell(const char *cell, size_t width)
{
	size_t len = 0;
	for (; cell && cell[len]; len++) {
		size_t control = control_at(cell + len);
		putchar(control ? '?' : cell[len]);
		len += control > 1;
	}
	for (; len < width; len++)
		putchar(' ');
}

void table_print(const char *heading, const char *none, const struct db_rows *rows)
{
	printf("%s\n", heading);
	if (!rows->n)
		printf("  %s\n", none);
	for (size_t line = 0; rows->n && line <= rows->n; line++) {
		for (size_t c = 0; c < rows->n_columns; c++) {
			fputs("  ", stdout);
			print_cell(line ? rows->cells[(line - 1) * rows->n_columns + c] : rows->names[c],
			           c + 1 < rows->n_columns ? width_of(rows, c) : 0);
		}
		printf("\n");
	}
	printf("\n");
}

void table_print_one(const char *heading, const struct db_rows *rows)
{
	size_t widest = 0;
	for (size_t c = 0; c < rows->n_columns; c++)
		widest = strlen(rows->names[c]) > widest ? strlen(rows->names[c]) : widest;
	printf("%s\n", heading);
	for (size_t c = 0; rows->n && c < rows->n_columns; c++) {
		fputs("  ", stdout);
		print_cell(rows->names[c], widest + 2);
		print_cell(rows->cells[c], 0);
		printf("\n");
	}
}
