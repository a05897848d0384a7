/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which helpers a BPF object's programs call, read from an object that is made here. */
#include <elf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "loader/changes.h"

struct object {
	Elf64_Ehdr head;
	struct bpf_insn code[4];
	Elf64_Sym symbols[2];
	char strings[32];
	Elf64_Shdr sections[4];
};

enum { SECTION_NONE, SECTION_CODE, SECTION_SYMBOLS, SECTION_STRINGS };

static void section(struct object *object, int index, uint32_t type, size_t offset, size_t size)
{
	object->sections[index] = (Elf64_Shdr){
		.sh_type = type,
		.sh_offset = offset,
		.sh_size = size,
	};
}

/* A program with one instruction that matters, and one symbol that the kernel defines. */
static struct object make(struct bpf_insn instruction, const char *name)
{
	struct object object = {
		.head = {
			.e_shoff = offsetof(struct object, sections),
			.e_shentsize = sizeof(Elf64_Shdr),
			.e_shnum = 4,
		},
		.code = { { .code = BPF_ALU64 | BPF_MOV | BPF_K },
			  { .code = BPF_ALU64 | BPF_MOV | BPF_K },
			  instruction,
			  { .code = BPF_JMP | BPF_EXIT } },
		.symbols = { { .st_name = 0 }, { .st_name = 1 } },
	};

	memcpy(object.head.e_ident, ELFMAG, SELFMAG);
	object.head.e_ident[EI_CLASS] = ELFCLASS64;
	object.head.e_ident[EI_DATA] = ELFDATA2LSB;
	strncpy(object.strings + 1, name, sizeof(object.strings) - 2);
	section(&object, SECTION_CODE, SHT_PROGBITS, offsetof(struct object, code),
		sizeof(object.code));
	object.sections[SECTION_CODE].sh_flags = SHF_ALLOC | SHF_EXECINSTR;
	section(&object, SECTION_SYMBOLS, SHT_SYMTAB, offsetof(struct object, symbols),
		sizeof(object.symbols));
	object.sections[SECTION_SYMBOLS].sh_link = SECTION_STRINGS;
	section(&object, SECTION_STRINGS, SHT_STRTAB, offsetof(struct object, strings),
		sizeof(object.strings));
	return object;
}

static struct bpf_insn call(int helper)
{
	return (struct bpf_insn){ .code = BPF_JMP | BPF_CALL, .imm = helper };
}

static uint64_t used_by(const struct object *object)
{
	uint64_t used = 0;

	assert_int_equal(changes_read(object, sizeof(*object), &used, NULL), 0);
	return used;
}

static uint64_t used_by_call(struct bpf_insn instruction)
{
	struct object object = make(instruction, "");

	return used_by(&object);
}

static void test_helpers(void **state)
{
	(void)state;
	assert_int_equal(used_by_call(call(BPF_FUNC_probe_write_user)), BPFHOST_NEED_WRITE_USER);
	assert_int_equal(used_by_call(call(BPF_FUNC_override_return)), BPFHOST_NEED_OVERRIDE);
	assert_int_equal(used_by_call(call(BPF_FUNC_send_signal)), BPFHOST_NEED_SIGNAL);
	assert_int_equal(used_by_call(call(BPF_FUNC_send_signal_thread)), BPFHOST_NEED_SIGNAL);
	assert_int_equal(used_by_call(call(BPF_FUNC_probe_read_user)), 0);
}

/* A number is a helper's in a call of a helper only. */
static void test_others(void **state)
{
	struct bpf_insn instruction = call(BPF_FUNC_send_signal);

	(void)state;
	instruction.src_reg = BPF_PSEUDO_CALL;
	assert_int_equal(used_by_call(instruction), 0);
	instruction = (struct bpf_insn){ .code = BPF_ALU64 | BPF_MOV | BPF_K,
					 .imm = BPF_FUNC_send_signal };
	assert_int_equal(used_by_call(instruction), 0);
}

static void test_data_is_no_code(void **state)
{
	struct object object = make(call(BPF_FUNC_send_signal), "");

	(void)state;
	object.sections[SECTION_CODE].sh_flags = SHF_ALLOC;
	assert_int_equal(used_by(&object), 0);
}

static void test_kernel_functions(void **state)
{
	struct object object = make(call(BPF_FUNC_ktime_get_ns), "bpf_send_signal_task");

	(void)state;
	assert_int_equal(used_by(&object), BPFHOST_NEED_SIGNAL);
	object.symbols[1].st_shndx = SECTION_CODE; /* its own function of that name */
	assert_int_equal(used_by(&object), 0);
	object = make(call(BPF_FUNC_ktime_get_ns), "bpf_send_signal_tas");
	assert_int_equal(used_by(&object), 0);
}

/* In a buffer of its own size, so that the sanitizers see one byte too far. */
static void read_copy(const void *bytes, size_t size)
{
	void *copy = malloc(size ? size : 1);
	uint64_t used = 0;

	assert_non_null(copy);
	memcpy(copy, bytes, size);
	changes_read(copy, size, &used, NULL);
	assert_int_equal(used & ~CHANGES_ALL, 0);
	free(copy);
}

static void test_damaged(void **state)
{
	struct object object = make(call(BPF_FUNC_send_signal), "bpf_send_signal_task");
	unsigned char *bytes = (unsigned char *)&object;
	uint64_t used = 7;

	(void)state;
	for (size_t size = 0; size < sizeof(object); size++) {
		read_copy(&object, size);
		assert_int_equal(changes_read(&object, size, &used, NULL), -ENOEXEC);
		assert_int_equal(used, 7);
	}
	for (size_t i = 0; i < sizeof(object); i++)
		for (int bit = 0; bit < 8; bit++) {
			bytes[i] ^= (unsigned char)(1 << bit);
			read_copy(&object, sizeof(object));
			bytes[i] ^= (unsigned char)(1 << bit);
		}
}

/* The name of what the kernel defines could be hidden so: nobody says then that nothing is changed. */
static void test_names_that_cannot_be_read(void **state)
{
	struct object whole = make(call(BPF_FUNC_ktime_get_ns), "bpf_send_signal_task"),
		      object = whole;
	struct bpfhost_error why = { 0 };
	uint64_t used = 7;

	(void)state;
	object.sections[SECTION_STRINGS].sh_offset = sizeof(object);
	assert_int_equal(changes_read(&object, sizeof(object), &used, &why), -ENOEXEC);
	assert_string_equal(why.text, "its BPF object cannot be looked through: Exec format error");
	object = whole;
	object.sections[SECTION_STRINGS].sh_type = SHT_NOBITS;
	assert_int_equal(changes_read(&object, sizeof(object), &used, NULL), -ENOEXEC);
	object = whole;
	object.sections[SECTION_SYMBOLS].sh_link = SECTION_CODE;
	assert_int_equal(changes_read(&object, sizeof(object), &used, NULL), -ENOEXEC);
	object.sections[SECTION_SYMBOLS].sh_link = 4;
	assert_int_equal(changes_read(&object, sizeof(object), &used, NULL), -ENOEXEC);
	object = whole;
	object.symbols[1].st_name = sizeof(object.strings);
	assert_int_equal(changes_read(&object, sizeof(object), &used, NULL), -ENOEXEC);
	assert_int_equal(used, 7);
}

static void test_check(void **state)
{
	const uint64_t all = CHANGES_ALL;
	struct bpfhost_error err = { .text = "" };

	(void)state;
	assert_int_equal(changes_check(0, 0, 0, &err), 0);
	assert_int_equal(changes_check(0, BPFHOST_NEED_LATE_OPEN, 0, &err), 0);
	assert_int_equal(changes_check(all, all, all, &err), 0);
	assert_int_equal(changes_check(BPFHOST_NEED_SIGNAL, 0, all, &err), -EPERM);
	assert_string_equal(err.text,
			    "its programs send signals to what they trace, and it does not declare "
			    "signal");
	assert_int_equal(changes_check(0, BPFHOST_NEED_OVERRIDE, BPFHOST_NEED_SIGNAL, &err),
			 -EPERM);
	assert_non_null(strstr(err.text, "--allow override"));
	assert_int_equal(changes_check(all, all, BPFHOST_NEED_SIGNAL, &err), -EPERM);
	assert_non_null(strstr(err.text, "--allow write_user"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_helpers),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_data_is_no_code),
		cmocka_unit_test(test_kernel_functions),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_names_that_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
