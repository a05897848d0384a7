/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Attaching to places in programs' files, by whichever way this kernel has. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "../kernel/kernel.h"
#include "session.h"

static bool uprobe_is_section(const char *section)
{
	return !strcmp(section, "uprobe") || !strcmp(section, "uretprobe");
}

int bpfhost_uprobe_mode(struct bpfhost_instance *self, enum bpfhost_uprobe_mode mode)
{
	struct session *session = session_of(self);
	struct bpf_object *object = bpfhost_object(self);
	struct bpf_program *program = NULL;
	int err;

	if (!session || !object || session_is_dry(self) || mode == BPFHOST_UPROBE_CLASSIC)
		return 0;
	err = kernel_probe_uprobe_multi();
	session->uprobe_multi = !err;
	if (err && mode == BPFHOST_UPROBE_MULTI)
		return bpfhost_fail(self, err, "failed to attach uprobes by one link: %s%s",
				    err == -EOPNOTSUPP ? "this kernel cannot (Linux 6.6 or newer "
							 "is needed)"
						       : strerror(-err),
				    err == -EPERM ? session_permission_hint() : "");
	while (session->uprobe_multi && (program = bpf_object__next_program(object, program)))
		if (uprobe_is_section(bpf_program__section_name(program)))
			bpf_program__set_expected_attach_type(program, KERNEL_TRACE_UPROBE_MULTI);
	return 0;
}

static int uprobe_attach(struct bpfhost_instance *self, const struct session_uprobes *uprobes)
{
	if (session_get(self)->uprobe_multi)
		return session_uprobe_multi(self, uprobes);
	return session_uprobe_classic(self, uprobes);
}

/* Returns first: an entry whose return is not watched would leave its call in the table. */
static int uprobe_attach_both(struct bpfhost_instance *self, struct session_uprobes *uprobes,
			      struct bpf_program *program, struct bpf_program *returning)
{
	int err = 0, second = 0;

	if (returning) {
		uprobes->program = returning;
		uprobes->returning = true;
		err = uprobe_attach(self, uprobes);
	}
	if (program) {
		uprobes->program = program;
		uprobes->returning = false;
		second = uprobe_attach(self, uprobes);
	}
	return err ? err : second;
}

static void uprobe_plan(struct bpfhost_instance *self, const struct bpf_program *program,
			const struct bpfhost_uprobe *uprobe, const char *file)
{
	char text[512];

	snprintf(text, sizeof(text), "%.256s (%s, offset 0x%llx)", uprobe->probe, file,
		 (unsigned long long)uprobe->offset);
	bpfhost_only_planned(self, program, text);
}

int bpfhost_attach_uprobes(struct bpfhost_instance *self, struct bpf_program *program,
			   struct bpf_program *returning, const char *file, uint32_t pid,
			   const struct bpfhost_uprobe *items, uint32_t count)
{
	struct session_uprobes uprobes = {
		.file = file, .pid = pid, .items = items, .count = count
	};
	struct session *session = session_of(self);
	int err;

	if (!session)
		return -ENOMEM;
	if (session_is_dry(self)) {
		for (uint32_t i = 0; i < count; i++)
			uprobe_plan(self, program ? program : returning, &items[i], file);
		return 0;
	}
	session->wanted += count;
	uprobes.failed = calloc(count + 1, sizeof(*uprobes.failed));
	if (!uprobes.failed)
		return session_missed(self, "uprobes", -ENOMEM);
	err = uprobe_attach_both(self, &uprobes, program, returning);
	for (uint32_t i = 0; i < count; i++)
		session->attached += !uprobes.failed[i];
	free(uprobes.failed);
	return err;
}
