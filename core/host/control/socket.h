/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Both ends of a control socket: where it is, whose it is, who may talk to it. */
#ifndef CONTROL_SOCKET_H
#define CONTROL_SOCKET_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <bpfhost/error.h>

#include "confine/user.h"

/* Beside root, members of this group may talk to a host. */
#define CONTROL_GROUP CONFINE_USER_NAME
/* There is no such group: root alone may. */
#define CONTROL_GROUP_NONE ((gid_t)-1)

struct control_socket {
	int fd; /* listens, without waiting; -1: there is none */
	const char *path;
	dev_t device; /* what stands at path */
	ino_t inode;
	bool made_folder; /* that it is in */
};

/*
 * Makes the socket at path, which stays the caller's and must live as long, mode 0660 of the given group,
 * and the last folder of path where that is missing. A socket that nobody listens to any more is replaced.
 * -EADDRINUSE where a host does, which err names by its pid; -EEXIST for what is no socket; -EPERM where
 * others could put something into the folder; other -errno.
 */
int control_socket_listen(struct control_socket *socket, const char *path, gid_t group,
			  struct bpfhost_error *err);
/*
 * Closes it and takes it out of its folder, unless somebody else's stands there by now, and the folder away that was made
 * for it, unless there is something in it.
 */
void control_socket_close(struct control_socket *socket);

/*
 * Connects to the host that listens there, which must be root's or the caller's own. limit_ns is how long this, and
 * each send and receive on it, waits for that; then it is -EAGAIN. A descriptor, or -errno with a sentence in err.
 */
int control_socket_connect(const char *path, uint64_t limit_ns, struct bpfhost_error *err);

/* The other end of a connection, as it was when that was made. */
struct control_peer {
	pid_t pid;
	uid_t uid;
	bool is_member; /* of the group that was asked for */
};

/* 0 or -errno. */
int control_peer_read(int fd, gid_t group, struct control_peer *ret_peer);
/* Whether that one may talk to a host: never a worker, even where its user is in the group. */
bool control_peer_may(const struct control_peer *peer, uid_t worker);

/* CONTROL_GROUP as /etc/group has it. */
gid_t control_group_find(void);

#endif
