/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "worker/plugin.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "loader/catalogue.h"

int worker_plugin_open(const struct config *config, const struct config_instance *instance,
		       struct worker_plugin *ret_plugin, struct bpfhost_error *err)
{
	struct catalogue_paths paths;
	int ret = catalogue_paths_setup(config, &paths);

	if (ret)
		return ret;
	ret = catalogue_open(&paths, instance->plugin, &ret_plugin->file, err);
	catalogue_paths_free(&paths);
	return ret;
}

int worker_plugin_options(const struct config_instance *instance, struct worker_plugin *plugin,
			  struct bpfhost_error *err)
{
	const struct descriptor *descriptor = plugin->file->descriptor;

	return options_resolve(descriptor->name, descriptor->options, descriptor->option_count,
			       instance, &plugin->options, err);
}

/* What was checked is what runs: the sealed copy, by its descriptor. */
int worker_plugin_load(struct worker_plugin *plugin, struct bpfhost_error *err)
{
	char path[64];
	void *handle;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", plugin->file->admission->fd);
	handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!handle) {
		snprintf(err->text, sizeof(err->text), "failed to open %s: %s",
			 plugin->file->admission->path, dlerror());
		return -ELIBACC;
	}
	plugin->code = dlsym(handle, "bpfhost_plugin");
	if (plugin->code)
		return 0;
	snprintf(err->text, sizeof(err->text), "failed to open %s: no symbol bpfhost_plugin",
		 plugin->file->admission->path);
	return -ELIBBAD;
}

void worker_plugin_close(struct worker_plugin *plugin)
{
	options_free(plugin->options);
	loader_free(plugin->file);
	memset(plugin, 0, sizeof(*plugin));
}

const void *worker_plugin_extension(const struct worker_plugin *plugin, const char *id)
{
	if (!plugin->file->descriptor->has_extension)
		return NULL;
	return plugin->code->extension(id);
}
