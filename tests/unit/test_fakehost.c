/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>

#include <bpfhost/fakehost.h>
#include <bpfhost/sdk.h>

#define TYPE_TICK BPFHOST_TYPE_RUNTIME

struct tick {
	struct bpfhost_event header;
	uint64_t number;
};

static int tick_load(struct bpfhost_instance *self)
{
	struct bpfhost_schema_builder *builder =
		bpfhost_schema_new(TYPE_TICK, "tick", sizeof(struct tick));
	struct bpfhost_schema *schema = NULL;
	int err;

	bpfhost_schema_field(builder, "number", BPFHOST_UINT, offsetof(struct tick, number), 8, 1);
	err = bpfhost_schema_finish(builder, &schema);
	bpfhost_schema_free(builder);
	if (!err)
		err = bpfhost_publish(self, schema);
	free(schema);
	return err;
}

static int tick_attach(struct bpfhost_instance *self)
{
	const struct bpfhost_host *host = self->host;
	int err = host->timer(host, bpfhost_option(self, "every")->items[0].number.u);

	if (err)
		return bpfhost_fail(self, err, "failed to set the timer: %s", strerror(-err));
	if (host->flags & BPFHOST_RUN_DRY)
		host->plan(host, "would tick");
	host->probe_failed(host, "tock", "there is none");
	host->probes(host, 1, 2);
	bpfhost_info(self, "ticking as %s", host->instance);
	return 0;
}

static int tick_poll(struct bpfhost_instance *self, uint32_t budget)
{
	struct tick tick = { .number = budget };

	return bpfhost_emit_type(self, TYPE_TICK, &tick.header, sizeof(tick)) ?: 1;
}

static int tick_detach(struct bpfhost_instance *self)
{
	return self->host->timer(self->host, 0);
}

static const struct bpfhost_option tick_options[] = {
	{ .name = "every", .type = BPFHOST_OPT_TIME, .default_text = "250ms" },
	{ .name = "name", .type = BPFHOST_OPT_STRING, .flags = BPFHOST_OPT_LIST },
	{ .name = NULL },
};

static const struct bpfhost_option strict_options[] = {
	{ .name = "path", .type = BPFHOST_OPT_STRING, .flags = BPFHOST_OPT_REQUIRED },
	{ .name = NULL },
};

#define TICK_VTABLE                                                                                \
	{                                                                                          \
		tick_load, tick_attach, tick_poll, tick_detach                                     \
	}

static const struct bpfhost_plugin tick_plugin = {
	.name = "tick",
	.option_size = sizeof(struct bpfhost_option),
	.vtable = TICK_VTABLE,
	.options = tick_options,
};

static const struct bpfhost_plugin strict_plugin = {
	.name = "strict",
	.option_size = sizeof(struct bpfhost_option),
	.vtable = TICK_VTABLE,
	.options = strict_options,
};

/* As a plugin of a later minor version would have it. */
struct longer_option {
	struct bpfhost_option known;
	uint64_t more[3];
};

static const struct longer_option longer_options[] = {
	{ { .name = "first", .type = BPFHOST_OPT_UINT, .default_text = "1" }, { 1, 2, 3 } },
	{ { .name = "second", .type = BPFHOST_OPT_UINT, .default_text = "2" }, { 4, 5, 6 } },
	{ { .name = NULL }, { 0 } },
};

static const struct bpfhost_plugin longer_plugin = {
	.name = "longer",
	.option_size = sizeof(struct longer_option),
	.vtable = TICK_VTABLE,
	.options = &longer_options[0].known,
};

static int setup(void **state)
{
	*state = fakehost_new(&tick_plugin);
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	fakehost_free(*state);
	return 0;
}

static void remembers_what_is_said(void **state)
{
	struct fakehost *host = *state;
	struct fakehost_sums sums;

	assert_int_equal(fakehost_load(host), 0);
	assert_int_equal(fakehost_attach(host), 0);
	assert_string_equal(fakehost_text(host, FAKEHOST_PLAN, 0), "would tick");
	assert_string_equal(fakehost_text(host, FAKEHOST_MISSED, 0), "tock: there is none");
	assert_string_equal(fakehost_text(host, FAKEHOST_LOG, 0), "info: ticking as test");
	assert_null(fakehost_text(host, FAKEHOST_LOG, 1));
	sums = fakehost_sums(host);
	assert_int_equal(sums.attached, 1);
	assert_int_equal(sums.wanted, 2);
	assert_int_equal(sums.timer_ns, 250000000);
	assert_int_equal(fakehost_detach(host), 0);
	assert_int_equal(fakehost_sums(host).timer_ns, 0);
}

static void remembers_records_and_schemas(void **state)
{
	struct fakehost *host = *state;
	const struct bpfhost_schema *schema;
	const struct tick *tick;
	uint32_t size = 0;

	assert_int_equal(fakehost_load(host), 0);
	assert_int_equal(fakehost_poll(host, 5), 1);
	assert_int_equal(fakehost_await(host, 3, 1000), 0);
	assert_int_equal(fakehost_count(host, FAKEHOST_RECORD), 3);
	tick = fakehost_bytes(host, FAKEHOST_RECORD, 0, &size);
	assert_int_equal(size, sizeof(*tick));
	assert_int_equal(tick->number, 5);
	assert_int_equal(tick->header.flags, BPFHOST_EVENT_USER);
	assert_true(tick->header.time_ns > 0);
	schema = fakehost_schema(host, "tick");
	assert_non_null(schema);
	assert_int_equal(schema->type, TYPE_TICK);
	assert_null(fakehost_schema(host, "tock"));
	assert_int_equal(fakehost_count(host, FAKEHOST_BREACH), 0);
}

static void resolves_options(void **state)
{
	struct fakehost *host = *state;
	const struct bpfhost_setting *names;

	assert_int_equal(fakehost_set(host, "every", "3s"), 0);
	assert_int_equal(fakehost_set(host, "name", "a"), 0);
	assert_int_equal(fakehost_set(host, "name", "b"), 0);
	assert_int_equal(fakehost_load(host), 0);
	assert_int_equal(fakehost_attach(host), 0);
	assert_int_equal(fakehost_sums(host).timer_ns, 3000000000);
	names = bpfhost_option(fakehost_instance(host), "name");
	assert_int_equal(names->given, 1);
	assert_int_equal(names->count, 2);
	assert_string_equal(names->items[1].text, "b");
}

static void refuses_options(void **state)
{
	struct fakehost *host = *state, *strict = fakehost_new(&strict_plugin);

	assert_int_equal(fakehost_set(host, "evry", "3s"), -EINVAL);
	assert_non_null(strstr(fakehost_error(host), "did you mean every"));
	assert_int_equal(fakehost_set(host, "every", "3"), -EINVAL);
	assert_non_null(strstr(fakehost_error(host), "has no unit"));
	assert_int_equal(fakehost_set(host, "every", "3s"), 0);
	assert_int_equal(fakehost_set(host, "every", "4s"), -EINVAL);
	assert_int_equal(fakehost_load(strict), -EINVAL);
	assert_string_equal(fakehost_error(strict), "option path: it must be given");
	fakehost_free(strict);
}

static void fails_when_told(void **state)
{
	struct fakehost *host = *state;

	fakehost_break(host, FAKEHOST_CALL_SCHEMA, 0, -ENOMEM);
	assert_int_equal(fakehost_load(host), -ENOMEM);
	assert_non_null(strstr(fakehost_error(host), "failed to publish a schema"));
	fakehost_break(host, FAKEHOST_CALL_SCHEMA, 0, 0);
	assert_int_equal(fakehost_load(host), 0);
	fakehost_break(host, FAKEHOST_CALL_TIMER, 0, -EINVAL);
	assert_int_equal(fakehost_attach(host), -EINVAL);
	assert_true(fakehost_broke(host, FAKEHOST_CALL_TIMER));
	fakehost_break(host, FAKEHOST_CALL_EMIT, 1, -EAGAIN);
	assert_int_equal(fakehost_poll(host, 1), 1);
	assert_false(fakehost_broke(host, FAKEHOST_CALL_EMIT));
	assert_int_equal(fakehost_poll(host, 1), -EAGAIN);
	assert_true(fakehost_broke(host, FAKEHOST_CALL_EMIT));
	assert_int_equal(fakehost_sums(host).lost, 1);
	assert_int_equal(fakehost_count(host, FAKEHOST_RECORD), 1);
	assert_int_equal(fakehost_await(host, 2, 1), -EAGAIN);
}

static void names_breaches(void **state)
{
	struct fakehost *host = *state;
	const struct bpfhost_host *calls = fakehost_instance(host)->host;
	struct bpfhost_event event = { .type = 77 };

	assert_int_equal(fakehost_load(host), 0);
	assert_int_equal(calls->emit(calls, &event, sizeof(event) - 1), -EMSGSIZE);
	assert_int_equal(calls->emit(calls, &event, sizeof(event)), 0);
	assert_string_equal(fakehost_text(host, FAKEHOST_BREACH, 0), "an event of unknown type 77");
	event.type = TYPE_TICK;
	assert_int_equal(calls->emit(calls, &event, sizeof(event)), 0);
	assert_string_equal(fakehost_text(host, FAKEHOST_BREACH, 1),
			    "a record of 64 bytes, its type has 72");
	assert_int_equal(calls->schema(calls, "no schema", 9), -EINVAL);
	assert_int_equal(fakehost_count(host, FAKEHOST_BREACH), 3);
}

static void watches(void **state)
{
	struct fakehost *host = *state;
	const struct bpfhost_host *calls = fakehost_instance(host)->host;

	assert_int_equal(calls->watch(calls, 7), 0);
	assert_int_equal(calls->watch(calls, 7), -EEXIST);
	assert_int_equal(calls->watch(calls, -1), -EBADF);
	assert_int_equal(fakehost_sums(host).watched, 1);
	assert_int_equal(calls->unwatch(calls, 7), 0);
	assert_int_equal(calls->unwatch(calls, 7), -ENOENT);
	assert_int_equal(fakehost_sums(host).watched, 0);
}

static void detaches_what_was_never_loaded(void **state)
{
	assert_int_equal(fakehost_detach(*state), 0);
	fakehost_free(NULL);
}

static void reads_rows_of_another_size(void **state)
{
	struct fakehost *host = fakehost_new(&longer_plugin);
	const struct bpfhost_setting *options;

	(void)state;
	assert_int_equal(fakehost_set(host, "second", "7"), 0);
	assert_int_equal(fakehost_set(host, "third", "7"), -EINVAL);
	fakehost_detach(host); /* settles the options */
	options = fakehost_instance(host)->host->options;
	assert_int_equal(options[0].items[0].number.u, 1);
	assert_int_equal(options[1].items[0].number.u, 7);
	fakehost_free(host);
}

static void counts_what_a_plugin_lost(void **state)
{
	struct bpfhost_instance *instance = fakehost_instance(*state);

	bpfhost_lost(instance, 3);
	bpfhost_lost(instance, 4);
	assert_int_equal(fakehost_sums(*state).lost, 7);
	assert_null(instance->host->extension(instance->host, "bpfhost.unknown/1"));
}

/* Only load of its own, and that opens no object: what it emits it makes in user space. */
static const struct bpfhost_plugin bare_plugin = {
	.name = "bare",
	.vtable = { .load = tick_load },
	.defaults = &bpfhost_sdk_defaults,
};

static void keeps_the_defaults_without_an_object(void **state)
{
	struct fakehost *host = fakehost_new(&bare_plugin);
	struct tick tick = { .header.type = TYPE_TICK };

	(void)state;
	assert_non_null(host);
	fakehost_live(host);
	assert_int_equal(fakehost_load(host), 0);
	assert_int_equal(fakehost_attach(host), 0);
	assert_int_equal(fakehost_poll(host, 5), 0);
	assert_int_equal(bpfhost_forward(fakehost_instance(host), &tick.header, sizeof(tick)), 0);
	assert_int_equal(fakehost_count(host, FAKEHOST_RECORD), 1);
	assert_int_equal(fakehost_detach(host), 0);
	fakehost_free(host);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(reads_rows_of_another_size),
		TEST(counts_what_a_plugin_lost),
		TEST(remembers_what_is_said),
		TEST(remembers_records_and_schemas),
		TEST(resolves_options),
		TEST(refuses_options),
		TEST(fails_when_told),
		TEST(names_breaches),
		TEST(watches),
		TEST(detaches_what_was_never_loaded),
		TEST(keeps_the_defaults_without_an_object),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
