/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "privileges.h"

#include <ctype.h>
#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "sdk/confine/confine.h"
#include "loader/descriptor.h"

static int privileges_set_ids(const struct confine_user *user)
{
	const gid_t gid = user->gid;
	const uid_t uid = user->uid;

	if (setgroups(0, NULL) < 0 || setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0)
		return -errno;
	return 0;
}

static bool privileges_known(cap_value_t cap)
{
	return cap < cap_max_bits() && cap < 64;
}

/* What it takes, CAP_SETPCAP, a caller without root may not have; then there was little to give up. */
static void privileges_bound(uint64_t keep)
{
	for (cap_value_t cap = 0; privileges_known(cap); cap++)
		if (!(keep >> cap & 1))
			prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
}

static int privileges_keep_flags(cap_t caps, uint64_t keep)
{
	for (cap_value_t cap = 0; privileges_known(cap); cap++) {
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

int privileges_drop(uint64_t keep, const struct confine_user *user, pid_t parent)
{
	int err = 0;

	/* Without this, the change of uid would take the capabilities that are to be kept. */
	if (keep && prctl(PR_SET_KEEPCAPS, 1) < 0)
		return -errno;
	privileges_bound(keep);
	if (geteuid() == 0)
		err = privileges_set_ids(user);
	if (!err)
		err = privileges_set_caps(keep);
	if (!err && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		err = -errno;
	return err ? err : confine_parent(parent);
}

uint64_t privileges_held(void)
{
	cap_t caps = cap_get_proc();
	uint64_t held = 0;
	cap_flag_value_t has;

	for (cap_value_t cap = 0; caps && privileges_known(cap); cap++)
		if (!cap_get_flag(caps, cap, CAP_EFFECTIVE, &has) && has == CAP_SET)
			held |= 1ULL << cap;
	cap_free(caps);
	return held;
}

static void privileges_name_caps(uint64_t held, char *out, size_t size)
{
	size_t used = (size_t)snprintf(out, size, "%s", held ? "" : " none");

	for (unsigned int cap = 0; cap < 64 && used < size; cap++)
		if (held >> cap & 1)
			used += (size_t)snprintf(out + used, size - used, " cap_%s",
						 descriptor_capability_name(cap) ?: "?");
}

void privileges_describe(char *out, size_t size)
{
	uid_t uid, saved_uid, uid_effective;
	gid_t gid, saved_gid, gid_effective;
	char caps[1024];

	getresuid(&uid, &uid_effective, &saved_uid);
	getresgid(&gid, &gid_effective, &saved_gid);
	privileges_name_caps(privileges_held(), caps, sizeof(caps));
	snprintf(out, size,
		 "uid %u/%u/%u, gid %u/%u/%u, capabilities%s, no_new_privs %d, seccomp mode %d",
		 uid, uid_effective, saved_uid, gid, gid_effective, saved_gid, caps,
		 prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), prctl(PR_GET_SECCOMP));
}

void privileges_missing(uint64_t keep, char *out, size_t size)
{
	const uint64_t ids = 1ULL << CAP_SETUID | 1ULL << CAP_SETGID;
	uint64_t missing = (keep | (geteuid() == 0 ? ids : 0)) & ~privileges_held();
	char names[1024];

	privileges_name_caps(missing, names, sizeof(names));
	for (char *letter = names; *letter; letter++)
		*letter = (char)toupper((unsigned char)*letter);
	out[0] = '\0';
	if (missing)
		snprintf(out, size, " (%s missing)", names + 1);
}
