/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "privileges.h"

#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

/* The user that Linux reserves for "nobody"; with an own user of the package, that one instead. */
#define PRIVILEGES_NOBODY 65534

int privileges_follow_parent(pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return -errno;
	return getppid() == parent ? 0 : -ESRCH;
}

static int privileges_set_ids(void)
{
	const gid_t gid = PRIVILEGES_NOBODY;
	const uid_t uid = PRIVILEGES_NOBODY;

	if (setgroups(0, NULL) < 0 || setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0)
		return -errno;
	return 0;
}

static int privileges_keep_flags(cap_t caps, uint64_t keep)
{
	for (cap_value_t cap = 0; cap <= cap_max_bits() - 1 && cap < 64; cap++) {
		if (!(keep >> cap & 1))
			continue;
		if (cap_set_flag(caps, CAP_PERMITTED, 1, &cap, CAP_SET) < 0 ||
		    cap_set_flag(caps, CAP_EFFECTIVE, 1, &cap, CAP_SET) < 0)
			return -errno;
	}
	return 0;
}

static int privileges_set_caps(uint64_t keep)
{
	cap_t caps = cap_init();
	int err;

	if (!caps)
		return -ENOMEM;
	err = privileges_keep_flags(caps, keep);
	if (!err && cap_set_proc(caps) < 0)
		err = -errno;
	cap_free(caps);
	return err;
}

int privileges_drop(uint64_t keep, pid_t parent)
{
	int err = 0;

	/* Without this, the change of uid would take the capabilities that are to be kept. */
	if (keep && prctl(PR_SET_KEEPCAPS, 1) < 0)
		return -errno;
	if (geteuid() == 0)
		err = privileges_set_ids();
	if (!err)
		err = privileges_set_caps(keep);
	if (!err && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		err = -errno;
	return err ? err : privileges_follow_parent(parent);
}
