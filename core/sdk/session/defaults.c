/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a function left NULL in a plugin's vtable means. */
#include <bpf/libbpf.h>

#include "session.h"

int bpfhost_default_load(struct bpfhost_instance *self)
{
	int err = bpfhost_open(self);

	return err ? err : bpfhost_load(self);
}

/* Every program by its section's name; one that fails does not stop the others. */
int bpfhost_default_attach(struct bpfhost_instance *self)
{
	struct bpf_object *object = bpfhost_object(self);
	struct bpf_program *program = NULL;

	while (object && (program = bpf_object__next_program(object, program)))
		if (bpf_program__autoload(program))
			bpfhost_attach_program(self, program);
	return bpfhost_attached(self);
}

int bpfhost_default_poll(struct bpfhost_instance *self, uint32_t budget)
{
	return bpfhost_drain(self, budget);
}

int bpfhost_default_detach(struct bpfhost_instance *self)
{
	return bpfhost_close(self);
}

const struct bpfhost_vtable bpfhost_sdk_defaults = {
	.load = bpfhost_default_load,
	.attach = bpfhost_default_attach,
	.poll = bpfhost_default_poll,
	.detach = bpfhost_default_detach,
};
