/* SPDX-License-Identifier: EUPL-1.2 */
/* Log lines: `2026-11-22T09:30:00.123Z info reden words`. Writes each line in one call, so
 * that lines of several processes in one file stay whole. */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/control.h"

static const char *who = "udvej";

void log_name(const char *name)
{
	who = name;
}

static void __attribute__((format(printf, 2, 0))) write_line(const char *level, const char *format, va_list ap)
{
	char line[2048];
	struct timespec now;
	struct tm utc;
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	size_t n = strftime(line, sizeof line, "%Y-%m-%dT%H:%M:%S", &utc);
	n += (size_t)snprintf(line + n, sizeof line - n, ".%03ldZ %s %s ", now.tv_nsec / 1000000, level, who);
	int words = vsnprintf(line + n, sizeof line - n - 1, format, ap);
	n += words < 0 ? 0 : (size_t)words;
	if (n > sizeof line - 2)
		n = sizeof line - 2;
	line[n] = '\0';
	for (size_t i = 0; i < n; i++) /* one event stays one line, whatever text a library or another node gave us */
		memset(line + i, ' ', control_at(line + i));
	line[n++] = '\n';
	if (write(STDERR_FILENO, line, n) < 0)
		return; /* nowhere left to say so */
}

#define LEVEL(level)                                                                                                   \
	void log_##level(const char *format, ...)                                                                          \
	{                                                                                                                  \
		va_list ap;                                                                                                    \
		va_start(ap, format);                                                                                          \
		write_line(#level, format, ap);                                                                                \
		va_end(ap);                                                                                                    \
	}
LEVEL(info)
LEVEL(warning)
LEVEL(error)
