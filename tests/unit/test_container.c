/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "cgroup/cgroups.h"
#include "cgroup/container.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ID    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OTHER "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"

/* wanted NULL: it is none. */
static void expect(const char *path, const char *wanted)
{
	char name[CONTAINER_NAME_MAX] = "untouched";

	if (container_of(path, name) != !!wanted)
		fail_msg("%s is %s", path, wanted ? "none" : name);
	assert_string_equal(name, wanted ? wanted : "untouched");
}

static void test_containers(void **state)
{
	(void)state;
	expect("/system.slice/docker-" ID ".scope", ID);
	expect("/docker/" ID, ID);
	expect("/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID
	       ".scope/container",
	       ID);
	expect("/machine.slice/libpod-" ID ".scope", ID);
	expect("/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod12_3.slice/"
	       "cri-containerd-" ID ".scope",
	       ID);
	expect("/kubepods.slice/kubepods-pod1.slice/crio-" ID ".scope", ID);
	expect("/kubepods/besteffort/pod0a1b-2c3d/" ID, ID);
	expect("/system.slice/nerdctl-" ID ".scope", ID);
	expect("/default/" ID "/init.scope", ID);
	expect("/lxc.payload.web", "web");
	expect("/lxc.payload.web/system.slice/cron.service", "web");
	expect("/lxc/web/init.scope", "web");
	expect("/machine.slice/machine-web.scope/system.slice", "web");
	expect("/machine.slice/machine-web\\x2dtwo.scope", "web-two");
	expect("/machine.slice/systemd-nspawn@web\\x2dtwo.service/payload", "web-two");
	/* One in another: the inner one. */
	expect("/docker/" ID "/docker/" OTHER "/init.scope", OTHER);
	expect("/lxc.payload.web/system.slice/docker-" ID ".scope", ID);
}

static void test_others(void **state)
{
	char longest[2 * CONTAINER_NAME_MAX] = "/lxc.payload.";

	(void)state;
	expect("", NULL);
	expect("/", NULL);
	expect("/system.slice/cron.service", NULL);
	expect("/user.slice/user-0.slice/session-1.scope", NULL);
	expect("/machine.slice/libpod-conmon-" ID ".scope", NULL);
	expect("/kubepods.slice/crio-conmon-" ID ".scope", NULL);
	expect("/lxc.monitor.web", NULL);
	expect("/lxc", NULL);
	expect("/lxc.payload.", NULL);
	expect("/machine.slice/machine-.scope", NULL);
	expect("/machine.slice/systemd-nspawn@.service", NULL);
	expect("/docker/" ID "0", NULL);
	expect("/docker/x" ID, NULL);
	expect("/docker/0123456789abcdef", NULL);
	expect("/docker/0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF", NULL);
	/* What is no escape stays, and none ends the name. */
	expect("/machine-a\\x2.scope", "a\\x2");
	expect("/machine-a\\x00b.scope", "a\\x00b");
	expect("/machine-a\\xg0.scope", "a\\xg0");
	memset(longest + strlen(longest), 'a', CONTAINER_NAME_MAX);
	expect(longest, NULL);
	longest[strlen("/lxc.payload.") + CONTAINER_NAME_MAX - 1] = '\0';
	expect(longest, longest + strlen("/lxc.payload."));
}

static void expect_said(const char *path, const char *container, const char *json, const char *text)
{
	struct sink_cgroup *cgroup = sink_cgroup_new(path, container);

	assert_non_null(cgroup);
	assert_int_equal(cgroup->json_size, strlen(json));
	assert_memory_equal(cgroup->chars, json, strlen(json));
	assert_int_equal(cgroup->text_size, strlen(text));
	assert_memory_equal(cgroup->chars + cgroup->json_size, text, strlen(text));
	free(cgroup);
}

static void test_what_is_said(void **state)
{
	char longest[SINK_CGROUP_MAX] = "/";

	(void)state;
	expect_said("/system.slice", NULL, ",\"cgroup\":\"/system.slice\"", "");
	expect_said("/docker/" ID, ID, ",\"cgroup\":\"/docker/" ID "\",\"container\":\"" ID "\"",
		    "@0123456789ab");
	expect_said("/lxc.payload.web", "web",
		    ",\"cgroup\":\"/lxc.payload.web\",\"container\":\"web\"", "@web");
	expect_said("/a\"\\\n", "\033[1m",
		    ",\"cgroup\":\"/a\\\"\\\\\\n\",\"container\":\"\\u001b[1m\"", "@\\x1b[1m");
	expect_said("/x", "a name of more than twenty-four bytes",
		    ",\"cgroup\":\"/x\",\"container\":\"a name of more than twenty-four bytes\"",
		    "@a name of more than twen");
	memset(longest, '\001', sizeof(longest) - 1);
	assert_null(sink_cgroup_new(longest, NULL));
	memset(longest, 'a', sizeof(longest) - 1);
	assert_null(sink_cgroup_new(longest, NULL));
	longest[SINK_CGROUP_MAX - strlen(",\"cgroup\":\"\"")] = '\0';
	free(sink_cgroup_new(longest, NULL));
}

/* No cgroup v2 at all, or nothing that was asked. */
static void test_without(void **state)
{
	struct cgroups *cgroups = cgroups_new("/proc");

	(void)state;
	assert_non_null(cgroups);
	assert_null(cgroups_find(NULL, 7));
	assert_null(cgroups_find(cgroups, 0));
	/* More than are remembered, some of them twice. */
	for (uint64_t id = 1; id <= 3 * CGROUPS_MAX; id++)
		assert_null(cgroups_find(cgroups, id % 5 ? id : id / 5));
	assert_null(cgroups_find(cgroups, UINT64_MAX));
	cgroups_free(cgroups);
	cgroups_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_containers),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_what_is_said),
		cmocka_unit_test(test_without),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
