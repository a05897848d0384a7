/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is left when the privileges are gone. */
#include <errno.h>
#include <grp.h>
#include <string.h>
#include <unistd.h>

#include "validate/life.h"
#include "sdk/confine/confine.h"

static void unprivileged_drop(const struct suite *suite)
{
	const uid_t nobody = CONFINE_NOBODY;

	if (geteuid())
		return;
	if (setgroups(0, NULL) || setresgid(nobody, nobody, nobody) ||
	    setresuid(nobody, nobody, nobody))
		suite_fail(suite, "failed to give up privileges: %s", strerror(errno));
}

void check_unprivileged_load(struct suite *suite)
{
	struct fakehost *host = suite_host(suite);
	struct process before;

	process_look(&before);
	unprivileged_drop(suite);
	if (!suite_load(suite, host))
		suite_attach(suite, host);
	suite_detach(suite, host);
	life_unchanged(suite, &before);
	suite_end(suite, host);
}

/* Polling and detaching go on without privileges; attaching fails, or does not need them. */
void check_unprivileged_attach(struct suite *suite)
{
	struct fakehost *host = suite_host(suite);
	struct process before;

	process_look(&before);
	if (suite_load(suite, host))
		suite_skip(suite, "not possible here: %s", fakehost_error(host));
	unprivileged_drop(suite);
	suite_attach(suite, host);
	suite_detach(suite, host);
	life_unchanged(suite, &before);
	suite_end(suite, host);
}

void check_unprivileged_end(struct suite *suite)
{
	struct fakehost *host = suite_host(suite);
	struct process before;

	process_look(&before);
	if (suite_load(suite, host) || suite_attach(suite, host))
		suite_skip(suite, "not possible here: %s", fakehost_error(host));
	unprivileged_drop(suite);
	suite_poll(suite, host);
	suite_detach(suite, host);
	life_unchanged(suite, &before);
	suite_end(suite, host);
}
