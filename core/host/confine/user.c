/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "confine/user.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "sdk/confine/confine.h"

/* Not root, nor what setresuid(2) takes for "as it is". */
static bool user_is_one(const struct passwd *entry)
{
	return entry->pw_uid && entry->pw_gid && entry->pw_uid != (uid_t)-1 &&
	       entry->pw_gid != (gid_t)-1;
}

struct confine_user confine_user_find(void)
{
	struct confine_user user = { .uid = CONFINE_NOBODY, .gid = CONFINE_NOBODY };
	struct passwd entry, *found = NULL;
	FILE *file = fopen("/etc/passwd", "re");
	char buffer[4096];
	int err;

	if (!file)
		return user;
	/* A line that is too long is somebody else's. */
	while (!(err = fgetpwent_r(file, &entry, buffer, sizeof(buffer), &found)) ||
	       err == ERANGE) {
		if (err || strcmp(found->pw_name, CONFINE_USER_NAME) != 0)
			continue;
		user.is_unfit = !user_is_one(found);
		if (user.is_unfit)
			continue;
		user = (struct confine_user){ .uid = found->pw_uid, .gid = found->pw_gid };
		break;
	}
	fclose(file);
	return user;
}
