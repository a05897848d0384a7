/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_HOST_ITEM_H
#define BPFHOST_HOST_ITEM_H

#include <bpfhost/error.h>
#include <bpfhost/plugin.h>

/*
 * Parses one value of an option: fills in *ret_item's number where the type has one; the text in it
 * stays the caller's. 0, -ENOMEM, or -EINVAL with a sentence that says what is wrong with the
 * value, without the option's name.
 */
int item_parse(const struct bpfhost_option *option, const char *text, struct bpfhost_item *ret_item,
	       struct bpfhost_error *err);

/* Whether a text is in the probe grammar. In a file of its own, as the two headers share names. */
int item_check_probe(const char *text, struct bpfhost_error *err);

#endif
