/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Places that instances come into and go from: whose is kept, and where a ledger goes on. */
#include "supervisor_bench.h"

#include <errno.h>

#include "supervisor/instances.h"

static struct instance *add(struct bench *bench, const char *name)
{
	const struct config_instance config = { .plugin = (char *)"p",
						.name = (char *)name,
						.origin = (char *)"" };
	struct instance *instance;

	assert_int_equal(instances_add(&bench->run, &config, &instance), 0);
	return instance;
}

/* It ran, and produced so much. */
static void produce(struct instance *instance, uint64_t events)
{
	instance->has_books = true;
	instance->ledger.produced = instance->ledger.delivered = events;
}

static void leave(struct instance *instance)
{
	instance->role = INSTANCE_GONE;
	instance->state = INSTANCE_FAILED;
}

static void close_all(struct bench *bench)
{
	bench->run.instances[0] = NULL;
	instances_free(&bench->run);
	bench_close(bench);
}

/* Its last worker never came so far, but one before it did. */
static void test_a_ledger_outlives_a_worker_that_never_ran(void **state)
{
	struct bench bench;
	struct instance *one, *none;
	(void)state;

	bench_open(&bench);
	one = add(&bench, "one");
	none = add(&bench, "none");
	produce(one, 10);
	leave(one);
	leave(none);
	instances_tidy(&bench.run);
	assert_ptr_equal(bench.run.instances[1], one);
	assert_null(bench.run.instances[2]);
	close_all(&bench);
}

/* A change failed: the new one, which got a place in front of the old one's, is there a moment longer. */
static void test_a_ledger_outlives_an_heir_that_never_ran(void **state)
{
	struct bench bench;
	struct instance *heir, *old;
	(void)state;

	bench_open(&bench);
	heir = add(&bench, "one");
	old = add(&bench, "one");
	produce(old, 10);
	leave(old);
	leave(heir);
	heir->untold = 1;
	instances_tidy(&bench.run);
	assert_null(bench.run.instances[2]);
	heir->untold = 0;
	instances_tidy(&bench.run);
	assert_ptr_equal(bench.run.instances[1], heir);
	assert_int_equal(heir->ledger.produced, 10);
	close_all(&bench);
}

static void fill(struct bench *bench)
{
	char name[16];

	while (bench->run.ninstances < SUPERVISOR_INSTANCES_MAX) {
		snprintf(name, sizeof(name), "n%u", bench->run.ninstances);
		add(bench, name);
	}
}

static int try_to_add(struct bench *bench)
{
	const struct config_instance config = { .plugin = (char *)"p",
						.name = (char *)"new",
						.origin = (char *)"" };
	struct instance *instance;

	return instances_add(&bench->run, &config, &instance);
}

/* Whom a change may have to bring back keeps his place, even where there is no other. */
static void test_no_place_is_taken_that_a_change_looks_back_to(void **state)
{
	struct bench bench;
	struct instance *old, *comes;
	(void)state;

	bench_open(&bench);
	fill(&bench);
	old = bench.run.instances[7];
	comes = bench.run.instances[9];
	leave(old);
	comes->instead_of = old;
	assert_int_equal(try_to_add(&bench), -E2BIG);
	assert_ptr_equal(bench.run.instances[7], old);
	comes->instead_of = NULL;
	assert_int_equal(try_to_add(&bench), 0);
	assert_string_equal(bench.run.instances[7]->config->name, "new");
	close_all(&bench);
}

/* Two of one name have gone, and the place of the one that tells for both is needed. */
static void test_a_ledger_is_told_once(void **state)
{
	struct bench bench;
	struct instance *first, *second;
	struct ledger told;
	(void)state;

	bench_open(&bench);
	first = add(&bench, "one");
	second = add(&bench, "one");
	produce(first, 10);
	produce(second, 5);
	leave(first);
	leave(second);
	second->untold = 1;
	fill(&bench);
	assert_int_equal(try_to_add(&bench), 0);
	assert_string_equal(bench.run.instances[1]->config->name, "new");
	instances_ledger(second, &told);
	assert_int_equal(told.produced, 15);
	close_all(&bench);
}

static void test_too_many_are_told_with_their_number(void **state)
{
	struct bpfhost_error why;
	struct bench bench;
	(void)state;

	bench_open(&bench);
	fill(&bench);
	bench.run.instances[7]->role = INSTANCE_COMES;
	instances_fail_many(&bench.run, 40, &why);
	assert_string_equal(why.text, "40 instances cannot come beside the 255 that there are: 256 "
				      "can be at once, those among them that are to be replaced");
	close_all(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_ledger_outlives_a_worker_that_never_ran),
		cmocka_unit_test(test_a_ledger_outlives_an_heir_that_never_ran),
		cmocka_unit_test(test_no_place_is_taken_that_a_change_looks_back_to),
		cmocka_unit_test(test_a_ledger_is_told_once),
		cmocka_unit_test(test_too_many_are_told_with_their_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
