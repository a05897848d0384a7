/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which container a cgroup belongs to, by how those who make containers name theirs. */
#ifndef CGROUP_CONTAINER_H
#define CGROUP_CONTAINER_H

#include <stdbool.h>
#include <stddef.h>

/* Longer names are none. */
#define CONTAINER_NAME_MAX 256

/*
 * The name that a path of a cgroup says, which of several in each other is the innermost: the 64 digits of
 * Docker, Podman, containerd, CRI-O and Kubernetes, or the name that LXC or systemd-nspawn was given. False
 * where there is none. It is what a path says and no more: whoever may make cgroups may name them so.
 */
bool container_of(const char *path, char out[CONTAINER_NAME_MAX]);

#endif
