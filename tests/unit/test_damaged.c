/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Plugins as they are built, cut short and damaged, and damaged BPF objects for libbpf: each gets its verdict,
 * soon, and nobody but a sandbox ends of it. BPFHOST_TEST_FULL=1 has all of them: 10,000 copies of a plugin,
 * 40,000 objects.
 */
#include "image_verdict.h"

#include "command/object.h"
#include "loader/loader.h"

#define COPIES       500
#define COPIES_FULL  10000
#define OBJECTS      120
#define OBJECTS_FULL 40000

struct subject {
	const char *variable, *name; /* the folder's, in the environment; the plugin's */
	char *path;
	unsigned char *bytes;
	size_t size;
};

/* A large plugin, and the smallest. */
static struct subject subjects[] = {
	{ .variable = "PLUGIN_DIR", .name = "uprobe" },
	{ .variable = "BAD_DIR", .name = "constructor" },
	{ .variable = "BAD_DIR", .name = "misbehave" },
};

#define SUBJECTS (sizeof(subjects) / sizeof(subjects[0]))

static char *folder;

static size_t pick(size_t few, size_t all)
{
	const char *full = getenv("BPFHOST_TEST_FULL");

	return full && !strcmp(full, "1") ? all : few;
}

static void subject_read(struct subject *subject)
{
	const char *from = getenv(subject->variable);
	struct stat st;
	int fd;

	if (!from || asprintf(&subject->path, "%s/%s.so", from, subject->name) < 0)
		return;
	fd = open(subject->path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0 && !fstat(fd, &st));
	subject->size = (size_t)st.st_size;
	subject->bytes = malloc(subject->size);
	assert_int_equal(read(fd, subject->bytes, subject->size), subject->size);
	close(fd);
}

static int damaged_setup(void **state)
{
	(void)state;
	folder = fixture_folder("/tmp");
	for (size_t i = 0; i < SUBJECTS; i++)
		subject_read(&subjects[i]);
	return 0;
}

static int damaged_teardown(void **state)
{
	(void)state;
	for (size_t i = 0; i < SUBJECTS; i++) {
		free(subjects[i].bytes);
		free(subjects[i].path);
	}
	fixture_remove(folder);
	return 0;
}

static void need_subjects(void)
{
	for (size_t i = 0; i < SUBJECTS; i++)
		if (!subjects[i].bytes) {
			print_message("%s is not set: run this test with ctest\n",
				      subjects[i].variable);
			skip();
		}
}

static void flip(unsigned char *bytes, size_t span, uint64_t *seed)
{
	for (uint64_t n = 1 + random_next(seed) % 4; n; n--)
		bytes[random_next(seed) % span] ^= 1U << (random_next(seed) % 8);
}

/* From the file on: owner, mode, size, copy, structure, descriptor. */
static void cut_short(const struct subject *subject, size_t percent)
{
	const char *const trusted = folder;
	const struct admission_trust trust = { &trusted, 1 };
	const char *path = fixture_path(folder, "cut.so");
	struct loader_plugin *plugin = NULL;
	struct bpfhost_error err = { .text = "" };
	uint64_t begin;

	fixture_write(path, subject->bytes, subject->size * percent / 100, 0644);
	begin = verdict_now();
	if (!loader_look(path, &trust, &plugin, &err))
		fail_msg("%s cut to %zu %% is let in", subject->name, percent);
	begin = verdict_now() - begin;
	assert_null(plugin);
	assert_true(err.text[0] && !strchr(err.text, '\n'));
	assert_in_range(begin, 0, verdict_limit());
	verdict_note(begin);
}

static void test_truncated(void **state)
{
	(void)state;
	need_subjects();
	for (size_t i = 0; i < SUBJECTS; i++)
		for (size_t percent = 0; percent < 100; percent++)
			cut_short(&subjects[i], percent);
	verdict_tell();
}

/* Half of them in what comes first, where the tables are. */
static void test_flips(void **state)
{
	uint64_t seed = 20261129;

	(void)state;
	need_subjects();
	for (size_t i = 0; i < SUBJECTS; i++) {
		const struct subject *subject = &subjects[i];
		unsigned char *bytes = malloc(subject->size);
		size_t refused = 0, all = pick(COPIES, COPIES_FULL);

		assert_non_null(bytes);
		for (size_t n = 0; n < all; n++) {
			memcpy(bytes, subject->bytes, subject->size);
			flip(bytes, n % 2 ? subject->size : 8192, &seed);
			refused += verdict(bytes, subject->size) != 0;
		}
		free(bytes);
		print_message("%s: %zu of %zu damaged copies are refused\n", subject->name, refused,
			      all);
		assert_in_range(refused, 1, all);
	}
	verdict_tell();
}

/* ---- the object inside ----------------------------------------------------------------------------- */

static void subject_object(const struct subject *subject, unsigned char **ret_bytes,
			   size_t *ret_size)
{
	struct descriptor *descriptor = NULL;
	struct image *image = NULL;
	struct bpfhost_error err = { .text = "" };

	assert_int_equal(image_open_bytes(subject->bytes, subject->size, &image, &err), 0);
	assert_int_equal(descriptor_read(image, NULL, &descriptor, &err), 0);
	*ret_size = descriptor->object_size;
	*ret_bytes = malloc(*ret_size);
	assert_non_null(*ret_bytes);
	memcpy(*ret_bytes, image_bytes(image, descriptor->object_offset, *ret_size), *ret_size);
	descriptor_free(descriptor);
	image_free(image);
}

/* A turned bit, a word of another size, an end too soon: each a third of them. */
static size_t damage(unsigned char *bytes, size_t size, size_t n, uint64_t *seed)
{
	uint64_t word = random_next(seed) >> (random_next(seed) % 64);

	if (n % 3 == 0)
		return random_next(seed) % size;
	if (n % 3 == 1)
		memcpy(bytes + random_next(seed) % (size / 8) * 8, &word, sizeof(word));
	else
		flip(bytes, size, seed);
	return size;
}

struct outcome {
	size_t whole, failed, crashed;
};

static void inspect_object(const unsigned char *bytes, size_t size, struct outcome *outcome)
{
	unsigned char *exact = malloc(size ? size : 1);
	struct object_report report = { 0 };
	struct bpfhost_error err = { .text = "" };
	struct timespec before, after;

	memcpy(exact, bytes, size);
	clock_gettime(CLOCK_MONOTONIC, &before);
	if (object_read("damaged", exact, size, &report, &err))
		fail_msg("%s", err.text);
	clock_gettime(CLOCK_MONOTONIC, &after);
	verdict_note((uint64_t)(after.tv_sec - before.tv_sec) * 1000000000 +
		     (uint64_t)after.tv_nsec - (uint64_t)before.tv_nsec);
	outcome->crashed += strstr(report.failure, "was ended by SIG") != NULL;
	outcome->failed += report.failure[0] != '\0';
	outcome->whole += !report.failure[0];
	assert_null(strchr(report.failure, '\n'));
	object_free(&report);
	free(exact);
}

static void test_objects(void **state)
{
	const size_t all = pick(OBJECTS, OBJECTS_FULL);
	uint64_t seed = 4;

	(void)state;
	need_subjects();
	for (size_t i = 0; i < SUBJECTS; i += 2) {
		struct outcome outcome = { 0 };
		unsigned char *object, *bytes;
		size_t size;

		subject_object(&subjects[i], &object, &size);
		bytes = malloc(size);
		assert_non_null(bytes);
		for (size_t n = 0; n < all / 2; n++) {
			memcpy(bytes, object, size);
			inspect_object(bytes, damage(bytes, size, n, &seed), &outcome);
		}
		print_message("%s: of %zu damaged objects %zu are read, %zu are not, for %zu "
			      "among them libbpf crashed\n",
			      subjects[i].name, all / 2, outcome.whole, outcome.failed,
			      outcome.crashed);
		assert_true(outcome.whole && outcome.failed);
		free(bytes);
		free(object);
	}
	verdict_tell();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_flips),
		cmocka_unit_test(test_objects),
	};

	return cmocka_run_group_tests(tests, damaged_setup, damaged_teardown) ? 1 : 0;
}
