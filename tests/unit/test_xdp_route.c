/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>

#include "route.h"

#define HEAD  "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
#define ZEROS "00000000000000000000000000000000"

static FILE *text(const char *content)
{
	return content && *content ? fmemopen((void *)(uintptr_t)content, strlen(content), "r")
				   : NULL;
}

/* The name, or "" where there is none. */
static const char *chosen(const char *ipv4, const char *ipv6, char name[XDP_NAME_SIZE])
{
	FILE *files[] = { text(ipv4), text(ipv6) };
	int err = xdp_route_default(files[0], files[1], name);

	for (int i = 0; i < 2; i++)
		if (files[i])
			fclose(files[i]);
	if (!err)
		return name;
	assert_int_equal(err, -ENOENT);
	return "";
}

static void test_ipv4(void **state)
{
	char name[XDP_NAME_SIZE];

	(void)state;
	assert_string_equal(chosen(HEAD
				   "eth1\t0000090A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
				   "eth0\t00000000\t0100000A\t0003\t0\t0\t0\t00000000\t0\t0\t0\n",
				   "", name),
			    "eth0");
}

static void test_smallest_metric(void **state)
{
	char name[XDP_NAME_SIZE];

	(void)state;
	assert_string_equal(chosen(HEAD
				   "wlan0\t00000000\t0100000A\t0003\t0\t0\t600\t00000000\t0\t0\t0\n"
				   "eth0\t00000000\t0100000A\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
				   "tun0\t00000000\t0100000A\t0003\t0\t0\t300\t00000000\t0\t0\t0\n",
				   "", name),
			    "eth0");
}

static void test_half_of_all_is_not_all(void **state)
{
	char name[XDP_NAME_SIZE];

	(void)state;
	assert_string_equal(chosen(HEAD
				   "tun0\t00000000\t0100000A\t0003\t0\t0\t0\t00000080\t0\t0\t0\n",
				   "", name),
			    "");
}

static void test_rejecting_or_down(void **state)
{
	char name[XDP_NAME_SIZE];

	(void)state;
	assert_string_equal(chosen(HEAD
				   "*\t00000000\t00000000\t0201\t0\t0\t0\t00000000\t0\t0\t0\n"
				   "eth0\t00000000\t00000000\t0002\t0\t0\t0\t00000000\t0\t0\t0\n",
				   "", name),
			    "");
}

/* As a machine without IPv4 has it; the last lines are the kernel's own, of lo. */
static void test_ipv6_alone(void **state)
{
	char name[XDP_NAME_SIZE];

	(void)state;
	assert_string_equal(
		chosen(HEAD,
		       "fd000009000000000000000000000000 40 " ZEROS " 00 " ZEROS
		       " 00000100 00000001 00000000 00000001     eth0\n" ZEROS " 00 " ZEROS
		       " 00 fd000009000000000000000000000002 00000400 00000001 00000000 00000003     "
		       "eth1\n" ZEROS " 00 " ZEROS " 00 " ZEROS
		       " ffffffff 00000001 00000000 00200200       lo\n",
		       name),
		"eth1");
}

static void test_ipv4_goes_first(void **state)
{
	char name[XDP_NAME_SIZE];

	(void)state;
	assert_string_equal(
		chosen(HEAD "eth0\t00000000\t0100000A\t0003\t0\t0\t9999\t00000000\t0\t0\t0\n",
		       ZEROS " 00 " ZEROS " 00 " ZEROS
			     " 00000001 00000001 00000000 00000003     eth1\n",
		       name),
		"eth0");
}

static void test_nonsense(void **state)
{
	static const char *const lines[] = {
		"",
		"\n",
		"eth0\n",
		"eth0 0 0 0 0 0 0\n",
		HEAD,
		ZEROS "\n",
		ZEROS ZEROS " 00 " ZEROS " 00 " ZEROS " 0 0 0 3 eth0\n",
		"a_name_that_no_interface_can_have 00000000 0 3 0 0 0 00000000\n",
	};
	char name[XDP_NAME_SIZE];

	(void)state;
	assert_string_equal(chosen(NULL, NULL, name), "");
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_string_equal(chosen(lines[i], lines[i], name), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ipv4),
		cmocka_unit_test(test_smallest_metric),
		cmocka_unit_test(test_half_of_all_is_not_all),
		cmocka_unit_test(test_rejecting_or_down),
		cmocka_unit_test(test_ipv6_alone),
		cmocka_unit_test(test_ipv4_goes_first),
		cmocka_unit_test(test_nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
