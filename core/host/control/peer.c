/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who is at the other end, by the kernel's word. */
#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "control/socket.h"

/* The kernel's NGROUPS_MAX. */
#define PEER_GROUPS_MAX 65536U

/* The supplementary groups too, which SO_PEERCRED does not tell of (SO_PEERGROUPS, unix(7)). */
static bool peer_has_group(int fd, gid_t group)
{
	socklen_t size = PEER_GROUPS_MAX * sizeof(gid_t);
	gid_t *groups = malloc(size);
	bool found = false;

	if (groups && !getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size))
		for (size_t i = 0; i < size / sizeof(gid_t) && !found; i++)
			found = groups[i] == group;
	free(groups);
	return found;
}

int control_peer_read(int fd, gid_t group, struct control_peer *ret_peer)
{
	struct ucred who;
	socklen_t size = sizeof(who);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) < 0)
		return -errno;
	*ret_peer = (struct control_peer){ .pid = who.pid, .uid = who.uid };
	ret_peer->is_member =
		group != CONTROL_GROUP_NONE && (who.gid == group || peer_has_group(fd, group));
	return 0;
}

bool control_peer_may(const struct control_peer *peer, uid_t worker)
{
	if (peer->uid == 0 || peer->uid == geteuid())
		return true;
	return peer->uid != worker && peer->is_member;
}

gid_t control_group_find(void)
{
	FILE *file = fopen("/etc/group", "re");
	struct group entry, *found = NULL;
	char buffer[16384];
	gid_t group = CONTROL_GROUP_NONE;
	int err;

	if (!file)
		return group;
	/* A line that is too long is somebody else's. */
	while (!(err = fgetgrent_r(file, &entry, buffer, sizeof(buffer), &found)) || err == ERANGE)
		if (!err && !strcmp(found->gr_name, CONTROL_GROUP)) {
			group = found->gr_gid;
			break;
		}
	fclose(file);
	return group;
}
