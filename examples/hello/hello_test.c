/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <bpfhost/fakehost.h>

extern const struct bpfhost_plugin bpfhost_plugin;

static void test_greets(void **state)
{
	struct fakehost *host = fakehost_new(&bpfhost_plugin);

	(void)state;
	assert_int_equal(fakehost_load(host), 0);
	assert_non_null(fakehost_schema(host, "hello"));
	assert_int_equal(fakehost_attach(host), 0);
	assert_string_equal(
		fakehost_text(host, FAKEHOST_PLAN, 0),
		"would attach program on_exec to tracepoint/sched/sched_process_exec");
	assert_int_equal(fakehost_detach(host), 0);
	fakehost_free(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_greets) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
