/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef USDT_GLOB_H
#define USDT_GLOB_H

#include <stdbool.h>

/* Whether all of text fits pattern, in which * stands for any letters and ? for one. */
bool usdt_glob_match(const char *pattern, const char *text);
/* Whether pattern is more than a name. */
bool usdt_glob_is(const char *pattern);

#endif
