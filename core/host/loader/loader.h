/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_HOST_LOADER_H
#define BPFHOST_HOST_LOADER_H

#include "loader/admission.h"
#include "loader/descriptor.h"
#include "loader/image.h"

/*
 * A plugin that passed every check that can be made without running it. To run it, a worker opens
 * /proc/self/fd/<admission->fd> with dlopen and takes from memory the function pointers alone; all
 * else is in the descriptor.
 */
struct loader_plugin {
	struct admission *admission;
	struct image *image;
	struct descriptor *descriptor;
};

/*
 * Admission, ELF structure, run paths, note, descriptor: in this order, the first that fails is
 * told, "PATH: sentence". Errors as in admission_open, image_open and descriptor_read.
 */
int loader_open(const char *path, const struct admission_trust *trust,
		struct loader_plugin **ret_plugin, struct bpfhost_error *err);
/* The same, the sentence without the path. */
int loader_look(const char *path, const struct admission_trust *trust,
		struct loader_plugin **ret_plugin, struct bpfhost_error *err);
void loader_free(struct loader_plugin *plugin);

#endif
