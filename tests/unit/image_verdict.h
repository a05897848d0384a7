/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the host thinks of some bytes as a plugin, and how long that takes it. */
#ifndef TESTS_IMAGE_VERDICT_H
#define TESTS_IMAGE_VERDICT_H

#include "loader_fixture.h"

#include <time.h>

#include "loader/descriptor.h"

/* CPU time; sanitizers make all slower. */
#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define VERDICT_NS 1000000000ULL
#else
#define VERDICT_NS 100000000ULL
#endif

#define VERDICTS_MAX 65536

static uint64_t verdict_times[VERDICTS_MAX];
static size_t verdict_count;

static inline void verdict_note(uint64_t ns)
{
	if (verdict_count < VERDICTS_MAX)
		verdict_times[verdict_count++] = ns;
}

static inline int verdict_compare(const void *a, const void *b)
{
	const uint64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

/* Of all since the last time. */
static inline void verdict_tell(void)
{
	qsort(verdict_times, verdict_count, sizeof(*verdict_times), verdict_compare);
	if (verdict_count)
		print_message(
			"%zu verdicts: half of them within %llu us, 99 %% within %llu us, all "
			"within %llu us\n",
			verdict_count, (unsigned long long)verdict_times[verdict_count / 2] / 1000,
			(unsigned long long)verdict_times[verdict_count * 99 / 100] / 1000,
			(unsigned long long)verdict_times[verdict_count - 1] / 1000);
	verdict_count = 0;
}

static inline uint64_t random_next(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static inline uint64_t verdict_now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (uint64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/* A slow machine may stretch it. */
static inline uint64_t verdict_limit(void)
{
	const char *slow = getenv("BPFHOST_TEST_SLOW");
	unsigned long factor = slow ? strtoul(slow, NULL, 10) : 1;

	return VERDICT_NS * (factor > 0 && factor <= 100 ? factor : 1);
}

/* All that is read of a file, over bytes that end where the buffer does: 0 or the refusal. */
static inline int verdict(const unsigned char *bytes, size_t size)
{
	unsigned char *exact = malloc(size ? size : 1);
	struct descriptor *descriptor = NULL;
	struct image *image = NULL;
	struct bpfhost_error err = { .text = "" };
	uint64_t begin;
	int e;

	assert_non_null(exact);
	memcpy(exact, bytes, size);
	begin = verdict_now();
	e = image_open_bytes(exact, size, &image, &err);
	if (!e)
		e = image_check_paths(image, &err);
	if (!e)
		e = descriptor_read(image, NULL, &descriptor, &err);
	begin = verdict_now() - begin;
	descriptor_free(descriptor);
	image_free(image);
	free(exact);
	assert_true(!e || err.text[0]);
	assert_in_range(begin, 0, verdict_limit());
	verdict_note(begin);
	return e;
}

#endif
