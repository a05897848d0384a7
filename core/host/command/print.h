/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_HOST_PRINT_H
#define BPFHOST_HOST_PRINT_H

#include <stdio.h>

/*
 * Strangers' text, for a terminal or in JSON, escaped as in the lines of events (sink/put.h): whatever bytes
 * there are, no control characters and nothing that cannot be seen or turns a line around.
 */
void print_text(FILE *out, const char *text);
/* With quotes around; null for NULL. */
void print_json(FILE *out, const char *text);
/* ,"key": and the text. */
void print_json_member(FILE *out, const char *key, const char *text);

#endif
