/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "loader/loader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* "dir/hello.so" is hello; a name that does not end so is taken as it is. */
static char *loader_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	size_t size = strlen(name);

	if (size > 3 && !strcmp(name + size - 3, ".so"))
		size -= 3;
	return strndup(name, size);
}

static int loader_fill(struct loader_plugin *plugin, const char *path,
		       const struct admission_trust *trust, struct bpfhost_error *err)
{
	char *name = loader_name(path);
	int e;

	if (!name) {
		bpfhost_error_set(err, 0, "out of memory");
		return -ENOMEM;
	}
	e = admission_open(path, trust, &plugin->admission, err);
	if (!e)
		e = image_open(plugin->admission->fd, &plugin->image, err);
	if (!e)
		e = image_check_paths(plugin->image, err);
	if (!e)
		e = descriptor_read(plugin->image, name, &plugin->descriptor, err);
	free(name);
	return e;
}

int loader_look(const char *path, const struct admission_trust *trust,
		struct loader_plugin **ret_plugin, struct bpfhost_error *err)
{
	struct loader_plugin *plugin = calloc(1, sizeof(*plugin));
	int e;

	if (!plugin) {
		bpfhost_error_set(err, 0, "out of memory");
		return -ENOMEM;
	}
	e = loader_fill(plugin, path, trust, err);
	if (e)
		loader_free(plugin);
	else
		*ret_plugin = plugin;
	return e;
}

int loader_open(const char *path, const struct admission_trust *trust,
		struct loader_plugin **ret_plugin, struct bpfhost_error *err)
{
	struct bpfhost_error cause = { .text = "" };
	int e = loader_look(path, trust, ret_plugin, &cause);

	if (e)
		bpfhost_error_set(err, 0, "%s: %s", path, cause.text);
	return e;
}

void loader_free(struct loader_plugin *plugin)
{
	if (!plugin)
		return;
	descriptor_free(plugin->descriptor);
	image_free(plugin->image);
	admission_free(plugin->admission);
	free(plugin);
}
