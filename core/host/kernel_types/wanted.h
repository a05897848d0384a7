/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is asked for: names of types, or patterns of names. Internal to this folder. */
#ifndef KERNEL_TYPES_WANTED_H
#define KERNEL_TYPES_WANTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bpfhost/error.h>

struct ktypes_wanted_one {
	const char *name;
	uint32_t kind; /* BTF_KIND_UNKN: any */
	size_t file;   /* where it is defined; for who finds it */
};

struct ktypes_wanted {
	char *text; /* of the names */
	struct ktypes_wanted_one *each;
	size_t count;
	bool patterns; /* there is one among them: to be listed */
};

/* "struct sock" is one text, or two. 0, -ENOMEM, or -EINVAL with a sentence; to be freed in any case. */
int ktypes_wanted_read(const char *const *texts, size_t count, struct ktypes_wanted *ret_wanted,
		       struct bpfhost_error *why);
void ktypes_wanted_free(struct ktypes_wanted *wanted);

#endif
