/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What can be tested without privileges: a dry run, in which nothing goes into the kernel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <bpfhost/fakehost.h>

#include "newname_event.h"

extern const struct bpfhost_plugin bpfhost_plugin;

static void lives(void **state)
{
	struct fakehost *host = fakehost_new(&bpfhost_plugin);
	const struct bpfhost_schema *schema;

	(void)state;
	assert_int_equal(fakehost_load(host), 0);
	schema = fakehost_schema(host, "newident");
	assert_non_null(schema);
	assert_int_equal(schema->record_size, sizeof(struct newident_event));
	assert_int_equal(fakehost_attach(host), 0);
	assert_string_equal(fakehost_text(host, FAKEHOST_PLAN, 0),
			    "would attach program on_throw to usdt/libstdc++.so.6:libstdcxx:throw");
	assert_int_equal(fakehost_detach(host), 0);
	fakehost_free(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(lives) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
