/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is made of what was asked for. Internal to this folder. */
#ifndef KERNEL_TYPES_KTYPES_H
#define KERNEL_TYPES_KTYPES_H

#include <stdbool.h>
#include <stdio.h>

#include "kernel_types/source.h"
#include "kernel_types/wanted.h"

struct ktypes {
	struct ktypes_source source;
	struct ktypes_wanted wanted;
	char *text; /* what has been written so far */
	bool uapi;  /* some of it is as in uapi.h */
	FILE *log;
};

/* An error, as a line. */
__attribute__((format(printf, 2, 3))) void ktypes_say(FILE *log, const char *format, ...);

/* Finds the file in which each type that is wanted is defined. 0, -ENOMEM, or -EINVAL: each that there is not was told. */
int ktypes_find_all(struct ktypes *types);

/*
 * Writes the definitions that are wanted and those that they need, each once, whatever files they are of. 0, or
 * -errno, which was told: -EEXIST where two modules have different types of one name.
 */
int ktypes_put_files(struct ktypes *types, FILE *out);
/* Whether this stands in what was written, at the beginning of a line. */
bool ktypes_has(const char *text, const char *part);

/* What stands in front of the definitions, and behind them. */
void ktypes_begin(const struct ktypes *types, FILE *out);
void ktypes_end(const struct ktypes *types, FILE *out);

#endif
