/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How a TYPE of the probe grammar is taken out of an argument and shown. Internal to the SDK. */
#ifndef SDK_ARGUMENTS_KINDS_H
#define SDK_ARGUMENTS_KINDS_H

#include <bpfhost/arguments.h>

struct argument_kind {
	enum bpfhost_kind kind;
	uint32_t size; /* bytes of the value, where it is one */
	uint32_t
		extra; /* enum bpfhost_argument_extra_kind: it lies behind the value; 0: it is the value */
	uint32_t capacity; /* bytes of the extra */
	bool is_signed;
};

/*
 * What type means for an argument of which argument_size bytes are there. 0, or -EINVAL with a sentence:
 * an argument of less than 8 bytes is no pointer.
 */
int argument_kind_of(struct bpfhost_probe_type type, const struct bpfhost_argument *argument,
		     uint32_t string_size, struct argument_kind *ret_kind,
		     struct bpfhost_error *err);

#endif
