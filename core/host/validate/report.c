/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "validate/report.h"

#include <stdarg.h>

#include "command/print.h"

static void report_text(const struct report *report, const char *level, const char *what,
			const char *why)
{
	print_text(report->out, report->file);
	fprintf(report->out, ": %s: %s", level, what);
	if (why) {
		fputs(": ", report->out);
		print_text(report->out, why);
	}
	fputc('\n', report->out);
}

static void report_json(const struct report *report, const char *level, const char *what,
			const char *why)
{
	fputs("{\"file\":", report->out);
	print_json(report->out, report->file);
	print_json_member(report->out, "level", level);
	print_json_member(report->out, "check", what);
	print_json_member(report->out, "why", why);
	fputs("}\n", report->out);
}

void report_line(struct report *report, enum report_level level, const char *what, const char *why)
{
	static const char *const names[] = { "ok", "warning", "error" };

	report->checks++;
	report->errors += level == REPORT_ERROR;
	report->warnings += level == REPORT_WARNING;
	(report->json ? report_json : report_text)(report, names[level], what, why);
	fflush(report->out);
}

void report_at(struct report *report, enum report_level level, const char *what, const char *format,
	       ...)
{
	char why[512];
	va_list args;

	va_start(args, format);
	vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	report_line(report, level, what, why);
}

void report_end(const struct report *report)
{
	if (report->json)
		return;
	print_text(report->out, report->file);
	fprintf(report->out, ": %u checks, %u errors, %u warnings\n", report->checks,
		report->errors, report->warnings);
}
