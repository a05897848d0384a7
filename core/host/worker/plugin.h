/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A plugin opened in this process: admitted, its options understood, its code loaded. */
#ifndef WORKER_PLUGIN_H
#define WORKER_PLUGIN_H

#include "config/config.h"
#include "loader/loader.h"
#include "options/options.h"

struct worker_plugin {
	struct loader_plugin *file;
	struct options_values *options;
	const struct bpfhost_plugin *code; /* NULL until worker_plugin_load */
};

/*
 * Finds, admits and reads the plugin; none of its code runs. *ret_plugin is zeroed. 0; -ENOENT when
 * there is no plugin of this name; other -errno when its file is refused; one line in err.
 */
int worker_plugin_open(const struct config *config, const struct config_instance *instance,
		       struct worker_plugin *ret_plugin, struct bpfhost_error *err);
/* Parses the instance's settings by the plugin's option table. 0, or -errno with one line in err. */
int worker_plugin_options(const struct config_instance *instance, struct worker_plugin *plugin,
			  struct bpfhost_error *err);
/* Runs the plugin's constructors: to be called where it may crash. 0, or -errno with one line. */
int worker_plugin_load(struct worker_plugin *plugin, struct bpfhost_error *err);
void worker_plugin_close(struct worker_plugin *plugin);

/*
 * The extension of the plugin by its id, NULL if it has none.
 */
const void *worker_plugin_extension(const struct worker_plugin *plugin, const char *id);

#endif
