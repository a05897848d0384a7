/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A plugin that loads one of its programs, by name: what the SDK offers to all, a test at a time. */
#include <errno.h>

#include <bpf/libbpf.h>
#include <bpfhost/sdk.h>

static int side_load(struct bpfhost_instance *self)
{
	const char *wanted = bpfhost_option_text(self, "program");
	struct bpf_program *program, *chosen;
	int err = bpfhost_open(self);

	if (err)
		return err;
	chosen = bpf_object__find_program_by_name(bpfhost_object(self), wanted);
	if (!chosen)
		return bpfhost_fail(self, -EINVAL, "option program: there is no \"%s\"", wanted);
	bpf_object__for_each_program(program, bpfhost_object(self))
		bpf_program__set_autoload(program, program == chosen);
	return bpfhost_load(self);
}

static const struct bpfhost_option side_options[] = {
	{
		.name = "program",
		.type = BPFHOST_OPT_STRING,
		.flags = BPFHOST_OPT_REQUIRED,
		.help = "the one program to load",
	},
	{ .name = NULL },
};

BPFHOST_PLUGIN(.name = "kernel_side", .version = "1.0", .license = "GPL-2.0-only OR BSD-2-Clause",
	       .description = "uses every macro of the kernel side", .options = side_options,
	       .vtable = { .load = side_load });
