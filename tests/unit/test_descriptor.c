/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "loader_fixture.h"

#include "loader/descriptor.h"

static char *folder;

static int folder_setup(void **state)
{
	(void)state;
	folder = fixture_folder("/tmp");
	return 0;
}

static int folder_teardown(void **state)
{
	(void)state;
	fixture_remove(folder);
	return 0;
}

/* What is said about a plugin made of this source. */
static int described(const char *source, const char *file_name, struct descriptor **ret_descriptor,
		     struct bpfhost_error *err)
{
	struct image *image = NULL;
	int e, fd;

	fixture_build(folder, "tiny", source, "");
	fd = open(fixture_path(folder, "tiny.so"), O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(image_open(fd, &image, err), 0);
	close(fd);
	e = descriptor_read(image, file_name, ret_descriptor, err);
	image_free(image); /* nothing of the descriptor points into it */
	return e;
}

static void assert_refused(const char *source, int code, const char *words)
{
	struct descriptor *descriptor = NULL;
	struct bpfhost_error err = { .text = "" };

	assert_int_equal(described(source, "tiny", &descriptor, &err), code);
	assert_null(descriptor);
	if (!strstr(err.text, words))
		fail_msg("\"%s\" says nothing of \"%s\"", err.text, words);
}

static void test_whole(void **state)
{
	static const char source[] = FIXTURE_HEAD FIXTURE_OBJECT
		"static const char *const colours[] = { \"red\", \"green\", NULL };\n"
		"static const struct bpfhost_option options[] = {\n"
		"{ .name = \"colour\", .help = \"which\", .type = BPFHOST_OPT_CHOICE,\n"
		"  .default_text = \"green\", .choices = colours },\n"
		"{ .name = \"n\", .type = BPFHOST_OPT_INT, .flags = BPFHOST_OPT_REQUIRED,\n"
		"  .min = -5, .max = 5 }, { .name = NULL } };\n"
		"static int own_poll(struct bpfhost_instance *self, uint32_t budget)\n"
		"{ (void)self; (void)budget; return 0; }\n"
		"BPFHOST_PLUGIN(.name = \"tiny\", .version = \"1.2\", .description = \"gr\\u00fc\\u00df\",\n"
		".license = \"GPL\", .options = options, .vtable.poll = own_poll,\n"
		".needs = BPFHOST_NEED_LATE_OPEN, .capabilities = 1ULL << 13);\n";
	struct descriptor *d = NULL;
	struct bpfhost_error err = { .text = "" };

	(void)state;
	if (described(source, "tiny", &d, &err))
		fail_msg("%s", err.text);
	assert_int_equal(d->abi_major, BPFHOST_ABI_MAJOR);
	assert_int_equal(d->abi_minor, BPFHOST_ABI_MINOR);
	assert_string_equal(d->name, "tiny");
	assert_string_equal(d->version, "1.2");
	assert_string_equal(d->description, "gr\xc3\xbc\xc3\x9f");
	assert_string_equal(d->license, "GPL");
	assert_int_equal(d->option_count, 2);
	assert_string_equal(d->options[0].name, "colour");
	assert_string_equal(d->options[0].help, "which");
	assert_string_equal(d->options[0].default_text, "green");
	assert_string_equal(d->options[0].choices[1], "green");
	assert_null(d->options[0].choices[2]);
	assert_string_equal(d->options[1].help, "");
	assert_int_equal(d->options[1].min, -5);
	assert_int_equal(d->options[1].flags, BPFHOST_OPT_REQUIRED);
	assert_null(d->options[2].name);
	assert_int_equal(d->own_functions, DESCRIPTOR_OWN_POLL);
	assert_int_equal(d->needs, BPFHOST_NEED_LATE_OPEN);
	assert_int_equal(d->capabilities, 1ULL << 13);
	assert_false(d->has_extension);
	assert_int_equal(d->object_size, strlen("these are the object's bytes"));
	descriptor_free(d);
	assert_int_equal(described(source, "other", &d, &err), -EINVAL);
	assert_non_null(strstr(err.text, "its file must be tiny.so"));
	descriptor_free(NULL);
}

/* A plugin that kills whoever runs it is read all the same. */
static void test_runs_nothing(void **state)
{
	struct descriptor *descriptor = NULL;
	struct bpfhost_error err = { .text = "" };

	(void)state;
	assert_int_equal(
		described(
			FIXTURE_PLUGIN(.name = "tiny") "__attribute__((constructor)) static void end(void) { abort(); }\n",
			"tiny", &descriptor, &err),
		0);
	assert_string_equal(descriptor->version, "");
	descriptor_free(descriptor);
}

static void test_no_object(void **state)
{
	static const char *const sources[] = {
		FIXTURE_PLUGIN(.name = "tiny", .object = NULL, .object_end = NULL),
		FIXTURE_HEAD
		"__asm__(\".pushsection .bpfhost.bpf, \\\"a\\\", %progbits\\n"
		".globl bpfhost_object_start\\n.hidden bpfhost_object_start\\n"
		"bpfhost_object_start:\\n.globl bpfhost_object_end\\n"
		".hidden bpfhost_object_end\\nbpfhost_object_end:\\n.popsection\\n\");\n"
		"BPFHOST_PLUGIN(.name = \"tiny\");\n",
	};
	struct descriptor *descriptor = NULL;
	struct bpfhost_error err = { .text = "" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		if (described(sources[i], "tiny", &descriptor, &err))
			fail_msg("%s", err.text);
		assert_int_equal(descriptor->object_size, 0);
		descriptor_free(descriptor);
	}
}

static void test_abi(void **state)
{
#define ABI(major, minor)                                                                          \
	"#include <bpfhost/plugin.h>\n#undef BPFHOST_ABI_MAJOR\n#undef BPFHOST_ABI_MINOR\n"        \
	"#define BPFHOST_ABI_MAJOR " #major "\n#define BPFHOST_ABI_MINOR " #minor                  \
	"\n" FIXTURE_PLUGIN(.name = "tiny")
	(void)state;
	assert_refused(ABI(7, 0), -EPROTO, "wanted is plugin ABI 1.0 to 1.0, found is 7.0");
	assert_refused(ABI(1, 99), -EPROTO, "found is 1.99: this bpfhost is older");
	assert_refused(ABI(0, 1), -EPROTO, "wanted is plugin ABI 1.0 to 1.0, found is 0.1");
#undef ABI
	assert_refused(FIXTURE_PLUGIN(.name = "tiny", .abi_minor = 7), -EINVAL,
		       "its note says ABI 1.0, its descriptor 1.7");
	assert_refused("int x;", -ENOEXEC, "carries no bpfhost note");
	assert_refused(FIXTURE_PLUGIN(.name = "tiny", .size = 64), -EINVAL, "says it has 64 bytes");
	assert_refused(FIXTURE_PLUGIN(.name = "tiny", .size = 4096), -EINVAL, "its symbol has 136");
	assert_refused(
		"#include <bpfhost/plugin.h>\n"
		"__attribute__((section(\".note.bpfhost\"), used, aligned(4)))\n"
		"static const struct bpfhost_note note = { 8, 4, 1, \"bpfhost\", 1 << 16 };\n",
		-EINVAL, "exports no bpfhost_plugin");
}

/* A later minor version's struct is longer: the host's part of it is read. */
static void test_longer(void **state)
{
	struct descriptor *descriptor = NULL;
	struct bpfhost_error err = { .text = "" };

	(void)state;
	if (described(
		    FIXTURE_HEAD FIXTURE_OBJECT
		    "struct longer { struct bpfhost_plugin first; long more; };\n"
		    "struct row { struct bpfhost_option first; long more; };\n"
		    "static const struct row rows[] = { { { .name = \"a\", .type = 1 }, 5 },\n"
		    "{ { .name = \"b\", .type = 1 }, 5 }, { { .name = NULL }, 0 } };\n"
		    "__attribute__((section(\".note.bpfhost\"), used, aligned(4)))\n"
		    "static const struct bpfhost_note note = { 8, 4, 1, \"bpfhost\", 1 << 16 };\n"
		    "extern const struct longer plugin __asm__(\"bpfhost_plugin\");\n"
		    "__attribute__((visibility(\"default\"))) const struct longer plugin = { {\n"
		    ".abi_major = 1, .size = sizeof(struct longer), .name = \"tiny\",\n"
		    ".vtable_size = sizeof(struct bpfhost_vtable), .option_size = sizeof(struct row),\n"
		    ".defaults = &bpfhost_sdk_defaults,\n"
		    ".options = &rows[0].first }, 9 };\n",
		    "tiny", &descriptor, &err))
		fail_msg("%s", err.text);
	assert_int_equal(descriptor->size, sizeof(struct bpfhost_plugin) + 8);
	assert_int_equal(descriptor->option_count, 2);
	assert_string_equal(descriptor->options[1].name, "b");
	descriptor_free(descriptor);
}

static void test_texts(void **state)
{
	(void)state;
	assert_refused(FIXTURE_PLUGIN(.version = "1"), -EINVAL, "has no name");
	assert_refused(FIXTURE_PLUGIN(.name = ""), -EINVAL, "its name \"\"");
	assert_refused(FIXTURE_PLUGIN(.name = "Tiny"), -EINVAL, "its name \"Tiny\"");
	assert_refused(FIXTURE_PLUGIN(.name = "../tiny"), -EINVAL, "its name \"../tiny\"");
	assert_refused(FIXTURE_PLUGIN(.name = "a\033[31m"), -EINVAL, "its name ");
	assert_refused(FIXTURE_PLUGIN(.name = "a\nb"), -EINVAL, "its name ");
	assert_refused(FIXTURE_HEAD FIXTURE_OBJECT
		       "#define FOUR(x) x x x x\n"
		       "BPFHOST_PLUGIN(.name = FOUR(FOUR(FOUR(FOUR(FOUR(\"long\"))))));\n",
		       -EINVAL, "its name ");
	assert_refused(FIXTURE_PLUGIN(.name = "a23456789012345678901234567890123"), -EINVAL,
		       "is not of 1 to 32");
	assert_refused(FIXTURE_PLUGIN(.name = "other"), -EINVAL, "its file must be other.so");
	assert_refused(FIXTURE_PLUGIN(.name = "tiny", .description = "a\nb"), -EINVAL,
		       "its description is not one line");
	assert_refused(FIXTURE_PLUGIN(.name = "tiny", .description = "a\xff"), -EINVAL,
		       "its description is not one line");
	assert_refused(FIXTURE_PLUGIN(.name = "tiny", .description = "a\342\200\256b"), -EINVAL,
		       "its description is not one line");
	assert_refused(FIXTURE_PLUGIN(.name = "tiny", .version = (const char *)8), -EINVAL,
		       "its version leads nowhere");
}

static void test_parts(void **state)
{
	(void)state;
	assert_refused(FIXTURE_PLUGIN(.name = "tiny", .vtable_size = 24), -EINVAL,
		       "its vtable has 24");
	assert_refused(FIXTURE_PLUGIN(.name = "tiny", .defaults = NULL), -EINVAL,
		       "no function load and no defaults");
	assert_refused(FIXTURE_PLUGIN(.name = "tiny", .vtable.load = (void *)bpfhost_object_start),
		       -EINVAL, "its function load is no code");
	assert_refused(FIXTURE_PLUGIN(.name = "tiny", .needs = 1ULL << 40), -EINVAL, "bit 40");
	assert_refused(FIXTURE_PLUGIN(.name = "tiny", .capabilities = 1ULL << 63), -EINVAL,
		       "number 63");
	assert_refused(FIXTURE_PLUGIN(.name = "tiny", .object_end = bpfhost_object_start - 4),
		       -EINVAL, "its BPF object ");
	assert_refused(FIXTURE_PLUGIN(.name = "tiny", .object_end = bpfhost_object_start + 400),
		       -EINVAL, "its BPF object ");
	assert_refused(FIXTURE_PLUGIN(.name = "tiny", .object = &bpfhost_plugin), -EINVAL,
		       "not in section");
}

#define OPTION(...)                                                                                \
	FIXTURE_HEAD FIXTURE_OBJECT                                                                \
		"static const char *const words[] = { \"red\", \"green\", NULL };\n"               \
		"static const struct bpfhost_option rows[] = { " #__VA_ARGS__ " };\n"              \
		"BPFHOST_PLUGIN(.name = \"tiny\", .options = rows);\n"                             \
		"const void *use(void); const void *use(void) { return words; }\n"

static void test_options(void **state)
{
	(void)state;
	assert_refused(OPTION({ .name = "A", .type = 1 }, {}), -EINVAL,
		       "option \"A\" is not named");
	assert_refused(OPTION({ .name = "a", .type = 99 }, {}), -EINVAL, "unknown type (99)");
	assert_refused(OPTION({ .name = "a", .type = 1, .flags = 64 }, {}), -EINVAL,
		       "flags (0x40)");
	assert_refused(OPTION({ .name = "a", .type = 1 }, { .name = "a", .type = 1 }, {}), -EINVAL,
		       "a is there twice");
	assert_refused(OPTION({ .name = "a", .type = 4 }, {}), -EINVAL,
		       "required, or have a default");
	assert_refused(OPTION({ .name = "a", .type = 4, .flags = 2, .default_text = "1" }, {}),
		       -EINVAL, "is required and has a default");
	assert_refused(OPTION({ .name = "a", .type = 4, .default_text = "x" }, {}), -EINVAL,
		       "option a has a bad default: \"x\" is no whole number");
	assert_refused(OPTION({ .name = "a", .type = 4, .default_text = "9", .max = 8 }, {}),
		       -EINVAL, "9 is not within 0 to 8");
	assert_refused(OPTION({ .name = "a", .type = 4, .default_text = "9", .min = 9 }, {}),
		       -EINVAL, "bounds in the wrong order");
	assert_refused(OPTION({ .name = "a", .type = 4, .default_text = "9", .min = -9 }, {}),
		       -EINVAL, "a bound below 0");
	assert_refused(OPTION({ .name = "a", .type = 1, .max = 9 }, {}), -EINVAL,
		       "has bounds, which no string has");
	assert_refused(OPTION({ .name = "a", .type = 7, .default_text = "red" }, {}), -EINVAL,
		       "has no choices");
	assert_refused(OPTION({ .name = "a", .type = 1, .choices = words }, {}), -EINVAL,
		       "has unexpected choices");
	assert_refused(OPTION({ .name = "a", .type = 7, .default_text = "blue", .choices = words },
			      {}),
		       -EINVAL, "\"blue\" is none of its values");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),     cmocka_unit_test(test_runs_nothing),
		cmocka_unit_test(test_no_object), cmocka_unit_test(test_abi),
		cmocka_unit_test(test_longer),    cmocka_unit_test(test_texts),
		cmocka_unit_test(test_parts),     cmocka_unit_test(test_options),
	};

	return cmocka_run_group_tests(tests, folder_setup, folder_teardown) ? 1 : 0;
}
