/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Probes whose files are no good, beside others and alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>

#include <bpfhost/fakehost.h>
#include <bpfhost/file.h>
#include <bpfhost/sdk.h>

/* What becomes of the probes, in order: -errno; 0: it is there. */
static const int *outcomes;
static uint32_t noutcomes;

static int probes_load(struct bpfhost_instance *self)
{
	uint32_t good = 0;
	int err = 0;

	for (uint32_t i = 0; i < noutcomes && !err; i++) {
		const char text[] = { (char)('a' + i), '\0' };
		struct bpfhost_error why = { 0 };

		good += !outcomes[i];
		bpfhost_error_set(&why, 0, "why %s", text);
		if (outcomes[i])
			err = bpfhost_leave_out(self, outcomes[i], "probe", text, &why);
	}
	return err ?: bpfhost_left_out(self, good > 0);
}

static int probes_attach(struct bpfhost_instance *self)
{
	for (uint32_t i = 0; i < noutcomes; i++)
		if (!outcomes[i])
			bpfhost_count_attached(self);
	return bpfhost_attached(self);
}

static const struct bpfhost_plugin plugin = {
	.name = "probes",
	.vtable = { .load = probes_load, .attach = probes_attach, .detach = bpfhost_close },
};

static struct fakehost *load(const int *given, uint32_t count, int expected)
{
	struct fakehost *host = fakehost_new(&plugin);

	outcomes = given;
	noutcomes = count;
	assert_non_null(host);
	fakehost_live(host);
	assert_int_equal(fakehost_load(host), expected);
	return host;
}

static void end(struct fakehost *host)
{
	assert_int_equal(fakehost_detach(host), 0);
	fakehost_free(host);
}

static void are_missed_beside_others(void **state)
{
	struct fakehost *host = load((const int[]){ -EACCES, 0, -ENOEXEC }, 3, 0);

	(void)state;
	assert_string_equal(fakehost_error(host), "");
	assert_int_equal(fakehost_count(host, FAKEHOST_MISSED), 2);
	assert_string_equal(fakehost_text(host, FAKEHOST_MISSED, 0), "probe \"a\": why a");
	assert_string_equal(fakehost_text(host, FAKEHOST_MISSED, 1), "probe \"c\": why c");
	assert_int_equal(fakehost_attach(host), 0);
	assert_int_equal(fakehost_sums(host).wanted,
			 2); /* the good one is not the SDK's to count */
	end(host);
}

static void are_the_error_where_they_are_alone(void **state)
{
	struct fakehost *host = load((const int[]){ -ETIMEDOUT, -ENOEXEC }, 2, -ETIMEDOUT);

	(void)state;
	assert_string_equal(fakehost_error(host), "probe \"a\": why a");
	assert_int_equal(fakehost_count(host, FAKEHOST_MISSED), 0);
	end(host);
	host = load((const int[]){ -ENOEXEC, -ETIMEDOUT }, 2, -EINVAL);
	assert_string_equal(fakehost_error(host), "probe \"a\": why a");
	end(host);
}

/* Also behind one that was left out, which is then not told. */
static void are_no_mistakes(void **state)
{
	static const int mistakes[] = { ENOENT, EINVAL, ENOTSUP, E2BIG, ENOTUNIQ };

	(void)state;
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		const int given[] = { 0, -EIO, -mistakes[i], 0 };
		struct fakehost *host = load(given, 4, -EINVAL);

		assert_string_equal(fakehost_error(host), "probe \"c\": why c");
		assert_int_equal(fakehost_count(host, FAKEHOST_MISSED), 0);
		end(host);
	}
}

/* What this process lacks, no file is to blame for. */
static void blames_no_file_for_want(void **state)
{
	static const int ours[] = { ENOMEM, EMFILE, ENFILE, EAGAIN, ESRCH, ECANCELED };

	(void)state;
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		struct fakehost *host = load((const int[]){ 0, -ours[i] }, 2, -ours[i]);

		assert_false(bpfhost_file_is_bad(-ours[i]));
		end(host);
	}
	assert_false(bpfhost_file_is_bad(0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(are_missed_beside_others),
		cmocka_unit_test(are_the_error_where_they_are_alone),
		cmocka_unit_test(are_no_mistakes),
		cmocka_unit_test(blames_no_file_for_want),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
