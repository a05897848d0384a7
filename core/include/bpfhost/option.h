/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How the text of an option becomes its value: the same in the host and in a plugin's own test. */
#ifndef BPFHOST_OPTION_H
#define BPFHOST_OPTION_H

#include <bpfhost/error.h>
#include <bpfhost/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Parses one value of an option: fills in *ret_item's number where the type has one; the text in it
 * stays the caller's. 0, -ENOMEM, or -EINVAL with a sentence that says what is wrong with the
 * value, without the option's name.
 */
int bpfhost_option_parse(const struct bpfhost_option *option, const char *text,
			 struct bpfhost_item *ret_item, struct bpfhost_error *err);

#define BPFHOST_OPTION_LIMITS 80

/* Between what its value must be, in its unit: "100ms to 1h"; "0 or more" where the kind has the same end. */
void bpfhost_option_limits(const struct bpfhost_option *option, char *buf, size_t size);

#ifdef __cplusplus
}
#endif

#endif
