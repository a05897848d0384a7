/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One instance of the plugin on a fake host, and what its functions may return. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "validate/suite.h"

#define INSTANCE_BUDGET 16
#define INSTANCE_POLLS  3

static void instance_set(const struct suite *suite, struct fakehost *host)
{
	for (size_t i = 0; i < suite->instance->setting_count; i++) {
		const struct config_setting *setting = &suite->instance->settings[i];

		for (size_t n = 0; n < setting->values.count; n++)
			if (fakehost_set(host, setting->key, setting->values.items[n].text))
				suite_fail(suite, "%s", fakehost_error(host));
	}
}

struct fakehost *suite_host(const struct suite *suite)
{
	struct fakehost *host = fakehost_new(suite->plugin.code);
	struct bpfhost_filter_values *filter;

	if (!host)
		suite_fail(suite, "out of memory");
	filter = fakehost_filter(host);
	filter->pids[filter->npids++] = (uint32_t)getpid();
	if (suite->live)
		fakehost_live(host);
	instance_set(suite, host);
	return host;
}

static void instance_check_result(const struct suite *suite, struct fakehost *host,
				  const char *function, int ret)
{
	if (ret > 0)
		suite_fail(suite, "%s returned %d, which is neither 0 nor -errno", function, ret);
	if (ret < 0 && !*fakehost_error(host))
		suite_fail(suite, "%s returned %d (%s) without saying why", function, ret,
			   strerror(-ret));
}

int suite_load(const struct suite *suite, struct fakehost *host)
{
	int ret = fakehost_load(host);

	instance_check_result(suite, host, "load", ret);
	return ret;
}

int suite_attach(const struct suite *suite, struct fakehost *host)
{
	int ret = fakehost_attach(host);

	instance_check_result(suite, host, "attach", ret);
	return ret;
}

void suite_poll(const struct suite *suite, struct fakehost *host)
{
	for (int i = 0; i < INSTANCE_POLLS; i++) {
		int ret = fakehost_poll(host, INSTANCE_BUDGET);

		if (ret > INSTANCE_BUDGET)
			suite_fail(suite, "poll returned %d with a budget of %d", ret,
				   INSTANCE_BUDGET);
		if (ret < 0)
			suite_fail(suite, "poll returned %d: %s", ret, fakehost_error(host));
	}
}

void suite_detach(const struct suite *suite, struct fakehost *host)
{
	int ret = fakehost_detach(host);

	instance_check_result(suite, host, "detach", ret);
	if (ret)
		suite_fail(suite, "detach returned %d: %s", ret, fakehost_error(host));
}

void suite_end(const struct suite *suite, struct fakehost *host)
{
	if (fakehost_count(host, FAKEHOST_BREACH))
		suite_fail(suite, "the format of the bus was broken: %s",
			   fakehost_text(host, FAKEHOST_BREACH, 0));
	fakehost_free(host);
}
