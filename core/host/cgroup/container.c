/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What was seen of each, with ID for 64 hexadecimal digits:
 *
 *	/system.slice/docker-ID.scope                          Docker, with systemd
 *	/docker/ID                                             without
 *	/machine.slice/libpod-ID.scope/container               Podman; libpod-conmon-ID.scope is its monitor
 *	/kubepods.slice/kubepods-podUID.slice/cri-containerd-ID.scope    containerd, crio-ID.scope CRI-O
 *	/kubepods/burstable/podUID/ID                          either, without systemd
 *	/system.slice/nerdctl-ID.scope, /default/ID            containerd by hand
 *	/lxc.payload.NAME, /lxc/NAME                           LXC, LXD, Incus; lxc.monitor.NAME is its monitor
 *	/machine.slice/machine-NAME.scope                      systemd-nspawn and others of systemd-machined
 *	/machine.slice/systemd-nspawn@NAME.service             systemd-nspawn as a service
 */
#include "cgroup/container.h"

#include <stdlib.h>
#include <string.h>

#define CONTAINER_ID 64

/* One part of a path, between two slashes. */
struct part {
	const char *text;
	size_t size;
};

static bool part_begins(const struct part *part, const char *with)
{
	return part->size > strlen(with) && !strncmp(part->text, with, strlen(with));
}

/* Takes an ending off, where the part has it. */
static bool part_cut(struct part *part, const char *ending)
{
	size_t size = strlen(ending);

	if (part->size <= size || strncmp(part->text + part->size - size, ending, size) != 0)
		return false;
	part->size -= size;
	return true;
}

static bool container_keep(const char *text, size_t size, char *out)
{
	if (!size || size >= CONTAINER_NAME_MAX)
		return false;
	memcpy(out, text, size);
	out[size] = '\0';
	return true;
}

/* Alone, or behind a word and a dash. */
static bool container_by_id(struct part part, char *out)
{
	const char *id;

	part_cut(&part, ".scope");
	if (part.size < CONTAINER_ID)
		return false;
	id = part.text + part.size - CONTAINER_ID;
	if (strspn(id, "0123456789abcdef") < CONTAINER_ID)
		return false;
	if (part.size > CONTAINER_ID && id[-1] != '-')
		return false;
	part.size -= CONTAINER_ID;
	if (part_cut(&part, "conmon-"))
		return false;
	return container_keep(id, CONTAINER_ID, out);
}

static int container_digit(char letter)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = letter ? strchr(digits, letter) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* Names of units have \x2d for a dash, and so on (systemd.unit(5)). */
static void container_unescape(char *name)
{
	char *to = name;

	for (const char *at = name; *at; at++) {
		if (at[0] == '\\' && at[1] == 'x' && container_digit(at[2]) >= 0 &&
		    container_digit(at[3]) >= 0 && (at[2] != '0' || at[3] != '0')) {
			*to++ = (char)(container_digit(at[2]) << 4 | container_digit(at[3]));
			at += 3;
		} else {
			*to++ = *at;
		}
	}
	*to = '\0';
}

static bool container_of_unit(struct part part, const char *before, const char *ending, char *out)
{
	size_t skipped = strlen(before);

	if (!part_begins(&part, before) || !part_cut(&part, ending) || part.size <= skipped ||
	    !container_keep(part.text + skipped, part.size - skipped, out))
		return false;
	container_unescape(out);
	return true;
}

static bool container_of_part(const struct part *part, const struct part *before, char *out)
{
	static const char payload[] = "lxc.payload.";
	const size_t skipped = sizeof(payload) - 1;

	if (container_by_id(*part, out) || container_of_unit(*part, "machine-", ".scope", out) ||
	    container_of_unit(*part, "systemd-nspawn@", ".service", out))
		return true;
	if (part_begins(part, payload))
		return container_keep(part->text + skipped, part->size - skipped, out);
	return before->size == 3 && !strncmp(before->text, "lxc", 3) &&
	       container_keep(part->text, part->size, out);
}

bool container_of(const char *path, char out[CONTAINER_NAME_MAX])
{
	struct part part = { 0 }, before = { 0 };
	bool found = false;

	while (*(path += strspn(path, "/"))) {
		before = part;
		part = (struct part){ path, strcspn(path, "/") };
		found |= container_of_part(&part, &before, out);
		path += part.size;
	}
	return found;
}
