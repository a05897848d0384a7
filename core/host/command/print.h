/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_HOST_PRINT_H
#define BPFHOST_HOST_PRINT_H

#include <stdio.h>

/*
 * Strangers' text, for a terminal or in JSON. Whatever bytes there are, what is written is UTF-8
 * without control characters: for a terminal as \xNN, in JSON as \u00NN; what is no UTF-8 becomes
 * U+FFFD in JSON.
 */
void print_text(FILE *out, const char *text);
/* With quotes around; null for NULL. */
void print_json(FILE *out, const char *text);
/* ,"key": and the text. */
void print_json_member(FILE *out, const char *key, const char *text);

#endif
