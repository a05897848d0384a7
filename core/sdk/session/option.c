/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The values of a plugin's options. */
#include <string.h>

#include <bpfhost/sdk.h>

const struct bpfhost_setting *bpfhost_option(const struct bpfhost_instance *self, const char *name)
{
	const struct bpfhost_option *option = self->plugin->options;

	for (uint32_t i = 0; option && option[i].name; i++)
		if (!strcmp(option[i].name, name))
			return &self->host->options[i];
	return NULL;
}

static const struct bpfhost_item *option_first(const struct bpfhost_instance *self,
					       const char *name)
{
	const struct bpfhost_setting *setting = bpfhost_option(self, name);

	return setting && setting->count ? &setting->items[0] : NULL;
}

const char *bpfhost_option_text(const struct bpfhost_instance *self, const char *name)
{
	const struct bpfhost_item *item = option_first(self, name);

	return item ? item->text : NULL;
}

uint64_t bpfhost_option_number(const struct bpfhost_instance *self, const char *name)
{
	const struct bpfhost_item *item = option_first(self, name);

	return item ? item->number.u : 0;
}
