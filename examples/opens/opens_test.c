/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <bpfhost/fakehost.h>

#include "opens_event.h"

extern const struct bpfhost_plugin bpfhost_plugin;

static int setup(void **state)
{
	*state = fakehost_new(&bpfhost_plugin);
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	fakehost_detach(*state);
	fakehost_free(*state);
	return 0;
}

static const struct bpfhost_schema_field *find_field(const struct bpfhost_schema *schema,
						     const char *name)
{
	const struct bpfhost_schema_field *fields = bpfhost_schema_fields(schema);

	for (uint32_t i = 0; i < schema->nfields; i++)
		if (!strcmp(bpfhost_schema_string(schema, fields[i].name), name))
			return &fields[i];
	fail_msg("no field %s", name);
	return NULL;
}

static void test_describes_its_events(void **state)
{
	const struct bpfhost_schema *opens, *summary;

	assert_int_equal(fakehost_load(*state), 0);
	assert_int_equal(fakehost_count(*state, FAKEHOST_SCHEMA), 2);
	opens = fakehost_schema(*state, "opens");
	summary = fakehost_schema(*state, "opens_summary");
	assert_non_null(opens);
	assert_non_null(summary);
	assert_int_equal(opens->record_size, sizeof(struct opens_event));
	assert_int_equal(find_field(opens, "latency_ns")->kind, BPFHOST_NS);
	assert_int_equal(find_field(opens, "flags")->kind, BPFHOST_FLAGS);
	assert_int_equal(find_field(opens, "ret")->kind, BPFHOST_ERRNO);
	assert_int_equal(find_field(opens, "path")->kind, BPFHOST_STRING);
	assert_int_equal(find_field(opens, "path")->size, 256);
	assert_int_equal(find_field(summary, "errors")->metric, BPFHOST_METRIC_COUNTER);
	assert_int_equal(find_field(summary, "slowest_ns")->kind, BPFHOST_NS);
	assert_int_equal(find_field(summary, "slowest_ns")->metric, BPFHOST_METRIC_GAUGE);
}

static void test_plans_its_probes(void **state)
{
	assert_int_equal(fakehost_load(*state), 0);
	assert_int_equal(fakehost_attach(*state), 0);
#ifdef SYS_open
	assert_int_equal(fakehost_count(*state, FAKEHOST_PLAN), 6);
#endif
	assert_int_equal(fakehost_sums(*state).attached, 0);
	assert_int_equal(fakehost_detach(*state), 0);
}

static void test_refuses_a_prefix_beyond_a_path(void **state)
{
	char prefix[258];

	memset(prefix, 'a', sizeof(prefix) - 1);
	prefix[257] = '\0';
	assert_int_equal(fakehost_set(*state, "prefix", prefix), 0);
	assert_int_equal(fakehost_load(*state), -EINVAL);
	assert_non_null(strstr(fakehost_error(*state), "option prefix: longer than the 256 bytes"));
}

/* ---- on the running kernel, of a child only: attaching opens files as well --------------------- */

static int go = -1; /* closed, it lets the child run */
static pid_t child;

static void open_two_files(int wait_for)
{
	char end;

	close(go);
	(void)!read(wait_for, &end, 1);
	close(open("/dev/null", O_WRONLY));
	close(open("/nonexistent/opens", O_RDONLY));
	_exit(0);
}

static void start(struct fakehost *host)
{
	struct bpfhost_filter_values *filter = fakehost_filter(host);
	int ends[2];

	if (geteuid() != 0) {
		print_message("needs root to load BPF programs\n");
		skip();
	}
	assert_int_equal(pipe(ends), 0);
	go = ends[1];
	child = fork();
	assert_true(child >= 0);
	if (!child)
		open_two_files(ends[0]);
	close(ends[0]);
	filter->npids = 1;
	filter->pids[0] = (uint32_t)child;
	fakehost_live(host);
	assert_int_equal(fakehost_load(host), 0);
	assert_int_equal(fakehost_attach(host), 0);
}

static void open_some(void)
{
	close(go);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

static const struct opens_event *event_at(struct fakehost *host, uint32_t index)
{
	uint32_t size = 0;
	const struct opens_event *event = fakehost_bytes(host, FAKEHOST_RECORD, index, &size);

	assert_non_null(event);
	assert_int_equal(size, sizeof(*event));
	return event;
}

static void test_sees_opens(void **state)
{
	const struct opens_event *event;

	start(*state);
	open_some();
	assert_int_equal(fakehost_await(*state, 2, 1000), 0);
	event = event_at(*state, 0);
	assert_string_equal(event->path, "/dev/null");
	assert_true(event->ret >= 0);
	assert_int_equal(event->flags & O_ACCMODE, O_WRONLY);
	assert_true(event->latency_ns > 0 && event->latency_ns < 1000000000);
	event = event_at(*state, 1);
	assert_string_equal(event->path, "/nonexistent/opens");
	assert_int_equal(event->ret, -ENOENT);
}

static void test_shows_errors_only(void **state)
{
	assert_int_equal(fakehost_set(*state, "errors_only", "yes"), 0);
	start(*state);
	open_some();
	fakehost_detach(*state);
	assert_int_equal(fakehost_count(*state, FAKEHOST_RECORD), 1);
	assert_int_equal(event_at(*state, 0)->ret, -ENOENT);
	assert_int_equal(fakehost_sums(*state).taken, 0);
}

static void test_shows_a_prefix_only(void **state)
{
	assert_int_equal(fakehost_set(*state, "prefix", "/dev/"), 0);
	start(*state);
	open_some();
	fakehost_detach(*state);
	assert_int_equal(fakehost_count(*state, FAKEHOST_RECORD), 1);
	assert_string_equal(event_at(*state, 0)->path, "/dev/null");
	assert_int_equal(fakehost_sums(*state).taken, 1);
}

static void test_tells_the_totals_at_the_end(void **state)
{
	const struct opens_summary_event *event;
	uint32_t size = 0;

	assert_int_equal(fakehost_set(*state, "summary", "1h"), 0);
	start(*state);
	assert_int_equal(fakehost_sums(*state).timer_ns, 3600000000000);
	open_some();
	fakehost_detach(*state);
	assert_int_equal(fakehost_count(*state, FAKEHOST_RECORD), 3);
	event = fakehost_bytes(*state, FAKEHOST_RECORD, 2, &size);
	assert_int_equal(size, sizeof(*event));
	assert_int_equal(event->opens, 2);
	assert_int_equal(event->errors, 1);
	assert_int_equal(event->unmeasured, 0);
	assert_true(event->slowest_ns >= event_at(*state, 0)->latency_ns);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_describes_its_events, setup, teardown),
		cmocka_unit_test_setup_teardown(test_plans_its_probes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refuses_a_prefix_beyond_a_path, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_sees_opens, setup, teardown),
		cmocka_unit_test_setup_teardown(test_shows_errors_only, setup, teardown),
		cmocka_unit_test_setup_teardown(test_shows_a_prefix_only, setup, teardown),
		cmocka_unit_test_setup_teardown(test_tells_the_totals_at_the_end, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
