/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_HOST_VALIDATE_REPORT_H
#define BPFHOST_HOST_VALIDATE_REPORT_H

#include <stdbool.h>
#include <stdio.h>

/* What comes out, a line a finding: "FILE: error: what is checked: why", as editors and CI read it. */
struct report {
	FILE *out;
	const char *file;
	bool json;
	unsigned int checks;
	unsigned int errors;
	unsigned int warnings;
};

enum report_level {
	REPORT_OK,
	REPORT_WARNING,
	REPORT_ERROR,
};

/* why is a stranger's text; NULL where there is none. */
void report_line(struct report *report, enum report_level level, const char *what, const char *why);
/* The same, why printf-like. */
void report_at(struct report *report, enum report_level level, const char *what, const char *format,
	       ...) __attribute__((format(printf, 4, 5)));
/* The last line: how many. None in JSON, where the lines can be counted. */
void report_end(const struct report *report);

#endif
