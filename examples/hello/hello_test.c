/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <bpfhost/fakehost.h>

#include "hello_event.h"

extern const struct bpfhost_plugin bpfhost_plugin;

static int setup(void **state)
{
	*state = fakehost_new(&bpfhost_plugin);
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	int err = fakehost_detach(*state);

	fakehost_free(*state);
	return err;
}

static void attaches_to_exec(void **state)
{
	assert_int_equal(fakehost_load(*state), 0);
	assert_int_equal(fakehost_attach(*state), 0);
	assert_int_equal(fakehost_count(*state, FAKEHOST_PLAN), 1);
	assert_string_equal(fakehost_text(*state, FAKEHOST_PLAN, 0),
			    "would attach program on_exec to tracepoint/sched/sched_process_exec");
}

static void describes_its_event(void **state)
{
	const struct bpfhost_schema *schema;
	const struct bpfhost_schema_field *greeting;

	assert_int_equal(fakehost_load(*state), 0);
	schema = fakehost_schema(*state, "hello");
	assert_non_null(schema);
	assert_int_equal(schema->record_size, sizeof(struct hello_event));
	assert_int_equal(schema->nfields, 1);
	greeting = bpfhost_schema_fields(schema);
	assert_string_equal(bpfhost_schema_string(schema, greeting->name), "greeting");
	assert_int_equal(greeting->kind, BPFHOST_STRING);
	assert_int_equal(greeting->size, 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(attaches_to_exec, setup, teardown),
		cmocka_unit_test_setup_teardown(describes_its_event, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
