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
/* Of attaching each of those that are there: 0, or -errno. */
static int attaching;
/* It does not tell of those that it left out. */
static bool silent;

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
	return err || silent ? err : bpfhost_left_out(self, good > 0);
}

static int probes_attach(struct bpfhost_instance *self)
{
	for (uint32_t i = 0; i < noutcomes; i++) {
		if (outcomes[i])
			continue;
		bpfhost_only_planned(self, NULL, "good");
		if (attaching)
			bpfhost_missed(self, "good", attaching, "no way");
		else
			bpfhost_count_attached(self);
	}
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
	attaching = 0;
	silent = false;
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
	assert_int_equal(fakehost_sums(host).attached, 1);
	assert_int_equal(fakehost_sums(host).wanted, 3);
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

/* What made the good ones fail decides; without it there would be an instance. */
static void come_behind_what_decides(void **state)
{
	struct fakehost *host = load((const int[]){ -EACCES, 0, -ENOEXEC, 0 }, 4, 0);

	(void)state;
	attaching = -EBUSY;
	assert_int_equal(fakehost_attach(host), -EBUSY);
	assert_string_equal(
		fakehost_error(host),
		"failed to attach any of 4 probes: no way; probe \"a\" was left out: why a");
	assert_int_equal(fakehost_count(host, FAKEHOST_MISSED), 4);
	end(host);
}

/* A plugin that has not told of them by the end of attach: the SDK does. */
static void are_told_by_themselves(void **state)
{
	struct fakehost *host;

	(void)state;
	silent = true;
	host = load((const int[]){ 0, -EACCES }, 2, 0);
	assert_int_equal(fakehost_count(host, FAKEHOST_MISSED), 0);
	assert_int_equal(fakehost_attach(host), 0);
	assert_int_equal(fakehost_count(host, FAKEHOST_MISSED), 1);
	assert_string_equal(fakehost_text(host, FAKEHOST_MISSED, 0), "probe \"b\": why b");
	assert_int_equal(fakehost_sums(host).attached, 1);
	assert_int_equal(fakehost_sums(host).wanted, 2);
	end(host);
	silent = true;
	host = load((const int[]){ -EACCES, -ENOEXEC }, 2, 0);
	assert_int_equal(fakehost_attach(host), -EACCES);
	assert_string_equal(fakehost_error(host),
			    "failed to attach any of 2 probes: probe \"a\": why a");
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
		cmocka_unit_test(come_behind_what_decides),
		cmocka_unit_test(are_told_by_themselves),
		cmocka_unit_test(are_no_mistakes),
		cmocka_unit_test(blames_no_file_for_want),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
