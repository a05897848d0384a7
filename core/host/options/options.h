/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_HOST_OPTIONS_H
#define BPFHOST_HOST_OPTIONS_H

#include <stddef.h>

#include <bpfhost/error.h>
#include <bpfhost/plugin.h>

#include "config/config.h"

/* The values of an instance, one for each row of the table, in its order. Owns all it points to. */
struct options_values {
	struct bpfhost_setting *values;
	size_t count;
};

/*
 * Parses the settings of an instance by the option table of its plugin. A key that was mentioned
 * without a value is an empty list. Where an option is no list, a second value is an error.
 *
 * 0; -ENOMEM; else -EINVAL with one line in err: where it was written, or where the instance was if it was not, the
 * key, what is wrong and the nearest valid word. plugin is its name, for the text.
 */
int options_resolve(const char *plugin, const struct bpfhost_option *options, size_t option_count,
		    const struct config_instance *instance, struct options_values **ret_values,
		    struct bpfhost_error *err);
void options_free(struct options_values *values);

/* Whether text is a value of this option: 0 or -EINVAL with a sentence in err, without the key. */
int options_check(const struct bpfhost_option *option, const char *text, struct bpfhost_error *err);

#endif
