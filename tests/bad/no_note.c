/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Exports a whole descriptor and carries no note. */
#include "plain.h"

__attribute__((visibility("default"))) extern const struct bpfhost_plugin bpfhost_plugin;
const struct bpfhost_plugin bpfhost_plugin = {
	.abi_major = BPFHOST_ABI_MAJOR,
	.abi_minor = BPFHOST_ABI_MINOR,
	.size = sizeof(struct bpfhost_plugin),
	.vtable_size = sizeof(struct bpfhost_vtable),
	.option_size = sizeof(struct bpfhost_option),
	.defaults = &bpfhost_sdk_defaults,
	.name = "no_note",
	.version = "1.0",
};
