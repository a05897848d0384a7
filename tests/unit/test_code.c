/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which helpers a BPF object calls, and whether it depends on the kernel's types; see test_changes.c for the rest. */
#include <elf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "loader/code.h"

/* struct btf_ext_header of the kernel, Documentation/bpf/btf.rst */
struct ext {
	uint16_t magic;
	uint8_t version;
	uint8_t flags;
	uint32_t header;
	uint32_t lists[4]; /* functions and lines: offset, length */
	uint32_t places_offset;
	uint32_t places_length;
};

struct object {
	Elf64_Ehdr head;
	struct bpf_insn code[2];
	struct ext ext;
	char strings[16];
	Elf64_Shdr sections[4];
};

static struct object make(int helper, struct ext ext)
{
	struct object object = {
		.head = {
			.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB },
			.e_shoff = offsetof(struct object, sections),
			.e_shentsize = sizeof(Elf64_Shdr),
			.e_shnum = 4,
			.e_shstrndx = 3,
		},
		.code = { { .code = BPF_JMP | BPF_CALL, .imm = helper },
			  { .code = BPF_JMP | BPF_EXIT } },
		.ext = ext,
		.strings = "\0.BTF.ext",
		.sections = {
			[1] = { .sh_type = SHT_PROGBITS, .sh_flags = SHF_EXECINSTR,
				.sh_offset = offsetof(struct object, code),
				.sh_size = sizeof(object.code) },
			[2] = { .sh_type = SHT_PROGBITS, .sh_name = 1,
				.sh_offset = offsetof(struct object, ext),
				.sh_size = sizeof(object.ext) },
			[3] = { .sh_type = SHT_STRTAB,
				.sh_offset = offsetof(struct object, strings),
				.sh_size = sizeof(object.strings) },
		},
	};

	return object;
}

static struct code_use use_of(const struct object *object)
{
	struct code_use use;

	assert_int_equal(code_read(object, sizeof(*object), &use), 0);
	return use;
}

static void test_helpers(void **state)
{
	struct object object = make(BPF_FUNC_ringbuf_reserve, (struct ext){ .header = 0 });
	struct code_use use = use_of(&object);

	(void)state;
	for (unsigned int helper = 0; helper < CODE_HELPERS + 10; helper++)
		assert_int_equal(code_calls(&use, helper), helper == BPF_FUNC_ringbuf_reserve);
	/* What no kernel has is left away; a negative number is one of the compiler's. */
	object.code[0].imm = CODE_HELPERS;
	use = use_of(&object);
	assert_int_equal(use.helpers[0] | use.helpers[1] | use.helpers[2] | use.helpers[3], 0);
	object.code[0].imm = -1;
	use = use_of(&object);
	assert_int_equal(use.helpers[0] | use.helpers[1] | use.helpers[2] | use.helpers[3], 0);
}

static void test_relocates(void **state)
{
	const struct ext with = { .header = sizeof(struct ext), .places_length = 24 };
	struct object object = make(1, with);

	(void)state;
	assert_true(use_of(&object).relocates);
	object.ext.places_length = 0;
	assert_false(use_of(&object).relocates);
	/* A header of before CO-RE, which ends in front of that. */
	object.ext = with;
	object.ext.header = 24;
	assert_false(use_of(&object).relocates);
	object.ext = with;
	object.sections[2].sh_size = 24;
	assert_false(use_of(&object).relocates);
	/* Another section. */
	object = make(1, with);
	object.strings[2] = 'X';
	assert_false(use_of(&object).relocates);
	object.strings[2] = 'B';
	object.sections[2].sh_name = sizeof(object.strings) - 3;
	assert_false(use_of(&object).relocates);
	object.head.e_shstrndx = 9;
	assert_false(use_of(&object).relocates);
}

static void test_bounds(void **state)
{
	struct object object = make(1, (struct ext){ .header = 0 });
	struct code_use use;

	(void)state;
	object.sections[1].sh_size = sizeof(object);
	assert_int_equal(code_read(&object, sizeof(object), &use), -ENOEXEC);
	object = make(1, (struct ext){ .header = 0 });
	assert_int_equal(code_read(&object, sizeof(object) - 1, &use), -ENOEXEC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_helpers),
		cmocka_unit_test(test_relocates),
		cmocka_unit_test(test_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
