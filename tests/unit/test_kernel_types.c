/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Types of a kernel with modules, from files that are made here. */
#include <bpf/btf.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "kernel_types/kernel_types.h"

struct fixture {
	char folder[64];
	int number; /* id of int in vmlinux */
	struct btf *vmlinux;
};

static void save(const struct fixture *fixture, const char *name, const struct btf *btf)
{
	uint32_t size;
	const void *bytes = btf__raw_data(btf, &size);
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", fixture->folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	fclose(file);
}

/* struct NAME { int MEMBER; }, and the id of a pointer to it */
static int add_struct(struct btf *btf, const char *name, const char *member, int type)
{
	int id = btf__add_struct(btf, name, 4);

	assert_true(id > 0);
	assert_int_equal(btf__add_field(btf, member, type, 0, 0), 0);
	return id;
}

/* A typedef that C has too, of another size. */
static void make_wide(struct btf *btf)
{
	int u16 = btf__add_typedef(btf, "u16", btf__add_int(btf, "unsigned short", 2, 0));
	int wide = btf__add_typedef(btf, "wchar_t", u16);

	assert_true(btf__add_struct(btf, "letter", 2) > 0);
	btf__add_field(btf, "letter", wide, 0, 0);
}

/* A struct of the kernel with two in it that programs know from <linux/bpf.h>. */
static void make_frame(struct btf *btf, int number)
{
	int context = add_struct(btf, "xdp_md", "data", number);
	int array = btf__add_array(btf, number, number, 2);
	int fsid = btf__add_struct(btf, NULL, 8);

	btf__add_field(btf, "val", array, 0, 0);
	fsid = btf__add_typedef(btf, "__kernel_fsid_t", fsid);
	assert_true(btf__add_struct(btf, "frame", 12) > 0);
	btf__add_field(btf, "context", context, 0, 0);
	btf__add_field(btf, "fsid", fsid, 32, 0);
}

static void make_vmlinux(struct fixture *fixture)
{
	struct btf *btf = btf__new_empty();
	int base, pointer, holder;

	fixture->number = btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	base = add_struct(btf, "base", "value", fixture->number);
	pointer = btf__add_ptr(btf, base + 2);
	add_struct(btf, "apart", "value", fixture->number);
	holder = btf__add_struct(btf, "holder", 16);
	assert_int_equal(pointer, base + 1);
	btf__add_field(btf, "inner", base, 0, 0);
	btf__add_field(btf, "far", pointer, 64, 0);
	assert_true(holder > 0);
	btf__add_typedef(btf, "base_t", base);
	btf__add_enum(btf, "colour", 4);
	btf__add_enum_value(btf, "RED", 1);
	/* Two files of the kernel have one each. */
	add_struct(btf, "twin", "left", fixture->number);
	add_struct(btf, "twin", "right", fixture->number);
	make_frame(btf, fixture->number);
	make_wide(btf);
	save(fixture, "vmlinux", btf);
	fixture->vmlinux = btf;
}

static void make_module(const struct fixture *fixture, const char *name, const char *member)
{
	struct btf *btf = btf__new_empty_split(fixture->vmlinux);
	char own[32], uses[32];
	int id, other;

	snprintf(own, sizeof(own), "%s_own", name);
	id = btf__add_struct(btf, own, 8);
	assert_true(id > 0);
	btf__add_field(btf, "base", 2, 0, 0); /* struct base, of vmlinux */
	btf__add_field(btf, "number", fixture->number, 32, 0);
	add_struct(btf, "same", "value", fixture->number);
	other = add_struct(btf, "other", member, fixture->number);
	snprintf(uses, sizeof(uses), "%s_uses", name);
	add_struct(btf, uses, "other", other);
	save(fixture, name, btf);
	btf__free(btf);
}

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	strcpy(fixture->folder, "/tmp/kernel-types.XXXXXX");
	assert_non_null(mkdtemp(fixture->folder));
	make_vmlinux(fixture);
	make_module(fixture, "red", "first");
	make_module(fixture, "tan", "second");
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	static const char *const names[] = { "vmlinux", "red", "tan" };
	struct fixture *fixture = *state;
	char path[128];

	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/%s", fixture->folder, names[i]);
		unlink(path);
	}
	rmdir(fixture->folder);
	btf__free(fixture->vmlinux);
	free(fixture);
	return 0;
}

struct printed {
	char *out;
	char *log;
	int err;
};

static struct printed print(const char *folder, size_t count, const char *const *names)
{
	struct printed printed = { .out = NULL };
	size_t out_size, log_size;
	FILE *out = open_memstream(&printed.out, &out_size);
	FILE *log = open_memstream(&printed.log, &log_size);

	printed.err = ktypes_print(folder, names, count, out, log);
	fclose(out);
	fclose(log);
	return printed;
}

static void free_printed(struct printed *printed)
{
	free(printed->out);
	free(printed->log);
}

#define PRINT(...)                                                                                 \
	print(((const struct fixture *)*state)->folder,                                            \
	      sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *),                       \
	      (const char *const[]){ __VA_ARGS__ })

/* How often a text stands in another. */
static int times(const char *text, const char *part)
{
	int count = 0;

	for (; (text = strstr(text, part)); text++)
		count++;
	return count;
}

static void expect_type(const struct printed *printed, const char *definition)
{
	assert_string_equal(printed->log, "");
	assert_int_equal(printed->err, 0);
	assert_int_equal(times(printed->out, definition), 1);
}

#define BASE "struct base {\n\tint value;\n};\n\n"

static void test_with_what_it_needs(void **state)
{
	struct printed printed = PRINT("holder");

	expect_type(&printed, "struct apart;\n\nstruct holder {\n\tstruct base inner;\n"
			      "\tstruct apart *far;\n};\n\n");
	expect_type(&printed, BASE);
	assert_int_equal(times(printed.out, "struct apart {"), 0);
	assert_int_equal(times(printed.out, "colour"), 0);
	free_printed(&printed);
}

static void test_kinds(void **state)
{
	struct printed printed = PRINT("typedef", "base_t", "colour");

	expect_type(&printed, "typedef struct base base_t;\n\n");
	expect_type(&printed, "enum colour {\n\tRED = 1,\n};\n\n");
	free_printed(&printed);
	printed = PRINT("struct", "base_t");
	assert_int_equal(printed.err, -EINVAL);
	free_printed(&printed);
	printed = PRINT("base", "enum");
	assert_int_equal(printed.err, -EINVAL);
	assert_non_null(strstr(printed.log, "behind \"enum\" stands the name of a type"));
	free_printed(&printed);
}

/* As one text, which a shell's quotes make of it, or as two. */
static void test_kinds_in_one_text(void **state)
{
	struct printed printed = PRINT("struct base", " enum  colour ", "typedef", "base_t");

	expect_type(&printed, BASE);
	expect_type(&printed, "enum colour {\n\tRED = 1,\n};\n\n");
	free_printed(&printed);
	printed = PRINT("union base");
	assert_int_equal(printed.err, -EINVAL);
	assert_string_equal(printed.log, "bpfhost: error: this kernel has no type \"base\"\n");
	free_printed(&printed);
	printed = PRINT("base enum");
	assert_non_null(strstr(printed.log, "behind \"enum\" stands the name of a type"));
	free_printed(&printed);
	printed = PRINT(" ");
	assert_string_equal(printed.log, "bpfhost: error: the name of a type is empty\n");
	free_printed(&printed);
}

static void expect_list(struct printed printed, const char *wanted)
{
	assert_string_equal(printed.log, "");
	assert_int_equal(printed.err, 0);
	assert_string_equal(printed.out, wanted);
	free_printed(&printed);
}

/* Those of modules too; what two files have, or one file has twice, once. */
static void test_patterns(void **state)
{
	struct printed printed;

	expect_list(PRINT("b*", "twi?"), "struct base\ntypedef base_t\nstruct twin\n");
	expect_list(PRINT("struct b*"), "struct base\n");
	expect_list(PRINT("enum", "*", "s[a-z]me"), "enum colour\nstruct same\n");
	expect_list(PRINT("*_own", "base"), "struct base\nstruct red_own\nstruct tan_own\n");
	printed = PRINT("z*");
	assert_int_equal(printed.err, -EINVAL);
	assert_string_equal(printed.out, "");
	assert_string_equal(printed.log,
			    "bpfhost: error: this kernel has no type that \"z*\" matches\n");
	free_printed(&printed);
}

/* What <linux/bpf.h> has too gives way to it, also where only its end has a name. */
static void test_beside_header(void **state)
{
#define UNLESS(definition)                                                                         \
	"#if !(__has_include(<linux/bpf.h>) && __has_include(<asm/types.h>))\n" definition         \
	"#endif\n\n"
	struct printed printed = PRINT("frame");

	expect_type(&printed, UNLESS("struct xdp_md {\n\tint data;\n};\n"));
	expect_type(&printed, UNLESS("typedef struct {\n\tint val[2];\n} __kernel_fsid_t;\n"));
	expect_type(&printed, "\n\nstruct frame {\n");
	expect_type(&printed, "#include <linux/bpf.h>\n");
	free_printed(&printed);
	printed = PRINT("holder");
	assert_int_equal(times(printed.out, "linux/bpf.h"), 0);
	free_printed(&printed);
}

static void test_beside_stddef(void **state)
{
	struct printed printed = PRINT("letter");
	const char *name = strstr(printed.out, "#define wchar_t kernel_wchar_t\n");
	const char *end = strstr(printed.out, "#undef wchar_t\n");

	expect_type(&printed, "typedef u16 wchar_t;\n\n");
	assert_non_null(name);
	assert_non_null(end);
	assert_true(name < strstr(printed.out, "typedef u16") &&
		    end > strstr(printed.out, "struct letter {\n\twchar_t letter;\n"));
	free_printed(&printed);
	printed = PRINT("holder");
	assert_int_equal(times(printed.out, "wchar_t"), 0);
	free_printed(&printed);
}

static void test_all_of_one_name(void **state)
{
	struct printed printed = PRINT("twin");

	expect_type(&printed, "struct twin {\n\tint left;\n};\n\n");
	expect_type(&printed, "struct twin___2 {\n\tint right;\n};\n\n");
	free_printed(&printed);
}

static void test_module(void **state)
{
	struct printed printed = PRINT("tan_own", "base_t");

	expect_type(&printed, "struct tan_own {\n\tstruct base base;\n\tint number;\n};\n\n");
	expect_type(&printed, "typedef struct base base_t;\n\n");
	expect_type(&printed, BASE);
	free_printed(&printed);
}

/* What both need stands there once. */
static void test_two_modules(void **state)
{
	struct printed printed = PRINT("tan_own", "red_own", "holder");

	expect_type(&printed, BASE);
	expect_type(&printed, "struct tan_own {\n");
	expect_type(&printed, "struct red_own {\n");
	expect_type(&printed, "struct holder {\n");
	free_printed(&printed);
}

static void test_two_modules_differ(void **state)
{
	struct printed printed = PRINT("tan_uses", "red_uses");

	assert_int_equal(printed.err, -EEXIST);
	assert_string_equal(printed.out, "");
	assert_non_null(strstr(printed.log, "two modules have different types \"struct other\""));
	free_printed(&printed);
}

static void test_unknown(void **state)
{
	struct printed printed = PRINT("colur", "base", "tan_onw");

	assert_int_equal(printed.err, -EINVAL);
	assert_string_equal(printed.out, "");
	assert_string_equal(printed.log,
			    "bpfhost: error: this kernel has no type \"colur\"; did you mean "
			    "\"colour\"?\n"
			    "bpfhost: error: this kernel has no type \"tan_onw\"; did you mean "
			    "\"tan_own\"?\n");
	free_printed(&printed);
}

static void test_no_types(void **state)
{
	const char *const names[] = { "base" };
	struct printed printed = print("/nonexistent", 1, names);

	(void)state;
	assert_int_equal(printed.err, -ENODATA);
	assert_non_null(strstr(printed.log, "this kernel does not tell its types: there is no "
					    "/nonexistent/vmlinux (CONFIG_DEBUG_INFO_BTF=y"));
	assert_string_equal(printed.out, "");
	free_printed(&printed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_with_what_it_needs),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_kinds_in_one_text),
		cmocka_unit_test(test_patterns),
		cmocka_unit_test(test_beside_header),
		cmocka_unit_test(test_beside_stddef),
		cmocka_unit_test(test_all_of_one_name),
		cmocka_unit_test(test_module),
		cmocka_unit_test(test_two_modules),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_no_types),
		cmocka_unit_test(test_two_modules_differ),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
