/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "format.h"
#include <stdio.h>
__attribute__((weak)) size_t log_format(const struct bpfhost_log_record *r, char *o, size_t s){(void)r; return (size_t)snprintf(o,s,"%s","log");}
__attribute__((weak)) size_t log_format_file(const struct bpfhost_log_record *r, char *o, size_t s){(void)r; return (size_t)snprintf(o,s,"%s","file");}
