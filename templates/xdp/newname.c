/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <net/if.h>
#include <string.h>

#include <bpf/libbpf.h>
#include <bpfhost/sdk.h>

/* A wrong name is a mistake of the configuration: that is told by -EINVAL from load. */
static int newident_load(struct bpfhost_instance *self)
{
	const char *iface = bpfhost_option_text(self, "iface");

	if (!if_nametoindex(iface))
		return bpfhost_fail(self, -EINVAL, "failed to find interface %s: %s", iface,
				    strerror(errno));
	return bpfhost_default_load(self);
}

static void newident_attach_to(struct bpfhost_instance *self, struct bpf_program *program,
			       const char *iface)
{
	struct bpf_link *link = bpf_program__attach_xdp(program, (int)if_nametoindex(iface));

	if (!link) {
		bpfhost_missed(self, iface, -errno, strerror(errno));
	} else if (bpfhost_keep_link(self, link)) {
		bpf_link__destroy(link);
		bpfhost_missed(self, iface, -ENOMEM, strerror(ENOMEM));
	}
}

static int newident_attach(struct bpfhost_instance *self)
{
	const char *iface = bpfhost_option_text(self, "iface");
	struct bpf_program *program =
		bpf_object__find_program_by_name(bpfhost_object(self), "on_packet");

	if (!bpfhost_only_planned(self, program, iface))
		newident_attach_to(self, program, iface);
	return bpfhost_attached(self);
}

static const struct bpfhost_option newident_options[] = {
	{
		.name = "iface",
		.type = BPFHOST_OPT_STRING,
		.default_text = "lo",
		.help = "the interface whose packets are shown",
	},
	{ .name = NULL },
};

BPFHOST_PLUGIN(.name = "newname", .version = "0.1", .license = "GPL-2.0-only OR BSD-2-Clause",
	       .description = "every packet that an interface receives",
	       .options = newident_options, .needs = BPFHOST_NEED_NO_TASK_FILTER,
	       .vtable = {
		       .load = newident_load,
		       .attach = newident_attach,
	       });
