/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The plugin on a fake host, with this kernel's own format files. Exits with 77 where tracefs cannot
 * be read; what must be loaded into the kernel is skipped without the privilege for it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>
#include <errno.h>

#include <bpfhost/fakehost.h>

#include "tracefs.h"

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

static void start(struct fakehost *host, const char *probe)
{
	if (probe)
		assert_int_equal(fakehost_set(host, "probes", probe), 0);
	if (fakehost_load(host) || fakehost_attach(host))
		fail_msg("%s", fakehost_error(host));
}

static void assert_planned(const struct fakehost *host, const char *probe)
{
	for (uint32_t i = 0; i < fakehost_count(host, FAKEHOST_PLAN); i++)
		if (strstr(fakehost_text(host, FAKEHOST_PLAN, i), probe))
			return;
	fail_msg("%s is not planned", probe);
}

static const struct bpfhost_schema_field *field(const struct bpfhost_schema *schema,
						const char *name)
{
	const struct bpfhost_schema_field *fields = bpfhost_schema_fields(schema);

	for (uint32_t i = 0; i < schema->nfields; i++)
		if (!strcmp(bpfhost_schema_string(schema, fields[i].name), name))
			return &fields[i];
	fail_msg("there is no field %s", name);
	return NULL;
}

static void shows_programs_by_default(void **state)
{
	start(*state, NULL);
	assert_int_equal(fakehost_count(*state, FAKEHOST_PLAN), 2);
	assert_planned(*state, "sched:sched_process_exec");
	assert_planned(*state, "sched:sched_process_exit");
	assert_int_equal(fakehost_sums(*state).rings, 0);
}

/* The kernel overwrites them with a pointer, which would be shown in their place. */
static void refuses_the_common_fields(void **state)
{
	assert_int_equal(fakehost_set(*state, "probes", "sched:sched_process_exec(common_pid)"), 0);
	assert_int_equal(fakehost_load(*state), -EINVAL);
	assert_non_null(strstr(fakehost_error(*state), "common_pid lies in the first 8 bytes"));
}

static void refuses_places_in_the_common_fields(void **state)
{
	assert_int_equal(fakehost_set(*state, "probes", "sched:sched_process_exec(a@4: u32)"), 0);
	assert_int_equal(fakehost_load(*state), -EINVAL);
	assert_non_null(strstr(fakehost_error(*state), "a lies in the first 8 bytes"));
}

static void takes_the_named_fields_only(void **state)
{
	const struct bpfhost_schema *schema;

	start(*state, "sched:sched_process_exec(filename, pid)");
	schema = fakehost_schema(*state, "sched:sched_process_exec");
	assert_non_null(schema);
	assert_int_equal(schema->nfields, 2);
	assert_int_equal(field(schema, "filename")->kind, BPFHOST_STRING);
	assert_int_equal(field(schema, "pid")->kind, BPFHOST_INT);
	assert_int_equal(field(schema, "pid")->size, 4);
}

static void takes_all_fields_when_none_is_named(void **state)
{
	const struct bpfhost_schema *schema;

	start(*state, "sched:sched_process_exec");
	schema = fakehost_schema(*state, "sched:sched_process_exec");
	assert_non_null(schema);
	field(schema, "filename");
	field(schema, "pid");
	field(schema, "old_pid");
}

static void takes_globs(void **state)
{
	start(*state, "sched:sched_process_e*");
	assert_true(fakehost_count(*state, FAKEHOST_PLAN) >= 2);
	assert_planned(*state, "sched:sched_process_exec");
	assert_planned(*state, "sched:sched_process_exit");
}

static void places_fields_by_hand(void **state)
{
	const struct bpfhost_schema *schema;

	start(*state, "sched:sched_process_exec(word@8: x32)");
	schema = fakehost_schema(*state, "sched:sched_process_exec");
	assert_non_null(schema);
	assert_int_equal(schema->nfields, 1);
	assert_int_equal(field(schema, "word")->kind, BPFHOST_HEX);
	assert_int_equal(field(schema, "word")->size, 4);
}

static void bounds_strings(void **state)
{
	assert_int_equal(fakehost_set(*state, "string_size", "15"), -EINVAL);
	assert_int_equal(fakehost_set(*state, "string_size", "4097"), -EINVAL);
	assert_int_equal(fakehost_set(*state, "string_size", "32"), 0);
	start(*state, "sched:sched_process_exec(filename)");
	assert_int_equal(
		field(fakehost_schema(*state, "sched:sched_process_exec"), "filename")->size, 32);
}

static void assert_refused(void **state, const char *probe, const char *words)
{
	struct fakehost *host = *state;

	assert_int_equal(fakehost_set(host, "probes", probe), 0);
	assert_int_equal(fakehost_load(host), -EINVAL);
	if (!strstr(fakehost_error(host), words))
		fail_msg("\"%s\" says nothing of \"%s\"", fakehost_error(host), words);
}

static void refuses_an_unknown_event(void **state)
{
	assert_refused(state, "sched:sched_process_exek", "sched_process_exec");
}

static void refuses_an_unknown_field(void **state)
{
	assert_refused(state, "sched:sched_process_exec(filname)", "filename");
}

static void refuses_an_unknown_name_in_a_condition(void **state)
{
	assert_refused(state, "sched:sched_process_exec(filename) if pit == 3", "pit");
}

static void leaves_nothing_after_a_failed_load(void **state)
{
	fakehost_break(*state, FAKEHOST_CALL_SCHEMA, 1, -ENOMEM);
	assert_int_equal(fakehost_load(*state), -ENOMEM);
	assert_int_equal(fakehost_count(*state, FAKEHOST_SCHEMA), 1);
}

/* Exactly as many records as calls, and those of this process only. */
static void counts_calls(void **state)
{
	struct bpfhost_filter_values *filter = fakehost_filter(*state);
	struct fakehost *host = *state;
	int err;

	filter->pids[filter->npids++] = (uint32_t)getpid();
	fakehost_live(host);
	assert_int_equal(fakehost_set(host, "probes", "syscalls:sys_enter_getppid"), 0);
	err = fakehost_load(host) ?: fakehost_attach(host);
	if (err == -EPERM || err == -EACCES) {
		print_message("skipped: no privilege to load BPF programs\n");
		skip();
	}
	if (err)
		fail_msg("%s", fakehost_error(host));
	assert_int_equal(fakehost_sums(host).attached, 1);
	assert_int_equal(fakehost_sums(host).rings, 1);
	for (int i = 0; i < 1000; i++)
		syscall(SYS_getppid);
	assert_int_equal(fakehost_await(host, 1000, 5000), 0);
	assert_int_equal(fakehost_detach(host), 0);
	syscall(SYS_getppid);
	assert_int_equal(fakehost_count(host, FAKEHOST_RECORD), 1000);
	assert_int_equal(fakehost_count(host, FAKEHOST_BREACH), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(shows_programs_by_default),
		TEST(takes_the_named_fields_only),
		TEST(takes_all_fields_when_none_is_named),
		TEST(takes_globs),
		TEST(places_fields_by_hand),
		TEST(refuses_the_common_fields),
		TEST(refuses_places_in_the_common_fields),
		TEST(bounds_strings),
		TEST(refuses_an_unknown_event),
		TEST(refuses_an_unknown_field),
		TEST(refuses_an_unknown_name_in_a_condition),
		TEST(leaves_nothing_after_a_failed_load),
		TEST(counts_calls),
	};
	char root[TRACEPOINT_ROOT_SIZE], path[TRACEPOINT_ROOT_SIZE + 64];

	if (tracepoint_tracefs_find(root)) {
		puts("skipped: tracefs is not mounted");
		return 77;
	}
	snprintf(path, sizeof(path), "%s/events/sched/sched_process_exec/format", root);
	if (access(path, R_OK)) {
		printf("skipped: %s cannot be read: %s\n", path, strerror(errno));
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
