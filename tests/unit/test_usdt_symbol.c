/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Symbols in the places of their names, in a program of two units; nm says where they are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <bpfhost/usdt.h>

#define SITE 0x1234

static const char one[] = "int counter = 1; static volatile int twice = 2, once = 3;\n"
			  "int other(void); int main(void) { return twice + once + other(); }\n";
static const char two[] = "static volatile int twice = 4; int other(void) { return twice; }\n";

struct program {
	char folder[32];
	char path[64];
	struct bpfhost_symbols *symbols;
};

static void write_unit(const struct program *program, const char *name, const char *text)
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", program->folder, name);
	file = fopen(path, "we");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static int set_up(void **state)
{
	struct program *program = calloc(1, sizeof(*program));
	const char *compiler = getenv("CC") ? getenv("CC") : "cc";
	struct bpfhost_elf *elf = NULL;
	char command[512];
	int fd;

	assert_non_null(program);
	strcpy(program->folder, "/tmp/bpfhost-usdt-XXXXXX");
	assert_non_null(mkdtemp(program->folder));
	snprintf(program->path, sizeof(program->path), "%s/target", program->folder);
	write_unit(program, "one.c", one);
	write_unit(program, "two.c", two);
	snprintf(command, sizeof(command), "cd %s && %s -o target one.c two.c && rm one.c two.c",
		 program->folder, compiler);
	assert_int_equal(system(command), 0);
	fd = open(program->path, O_RDONLY | O_CLOEXEC);
	assert_int_equal(bpfhost_elf_open(fd, &elf, NULL), 0);
	close(fd);
	assert_int_equal(bpfhost_symbols_read(elf, NULL, &program->symbols, NULL), 0);
	bpfhost_elf_close(elf);
	*state = program;
	return 0;
}

static int tear_down(void **state)
{
	struct program *program = *state;

	unlink(program->path);
	rmdir(program->folder);
	bpfhost_symbols_free(program->symbols);
	free(program);
	return 0;
}

static uint64_t address_of(const struct program *program, const char *name)
{
	unsigned long long address = 0, found = 0;
	char command[128], line[256], shown[128];
	FILE *lines;

	snprintf(command, sizeof(command), "nm '%s'", program->path);
	lines = popen(command, "r");
	assert_non_null(lines);
	while (fgets(line, sizeof(line), lines)) {
		if (sscanf(line, "%llx %*c %127s", &address, shown) == 2 && !strcmp(shown, name))
			found = address;
	}
	pclose(lines);
	assert_true(found);
	return found;
}

static int bind(const struct program *program, const char *text, uint16_t machine,
		struct bpfhost_usdt_argument *ret_argument)
{
	struct bpfhost_usdt_argument arguments[BPFHOST_ARGUMENTS_MAX];
	struct bpfhost_usdt_site site = { .address = SITE };
	int ret;

	assert_int_equal(bpfhost_usdt_arguments(text, machine, arguments), 1);
	ret = bpfhost_usdt_bind_symbol(program->symbols, machine, &site, &arguments[0]);
	assert_string_equal(arguments[0].text, text);
	*ret_argument = arguments[0];
	return ret;
}

static void check(const struct program *program, const char *text, uint16_t machine, uint64_t where,
		  uint16_t base, uint16_t index, uint8_t shift)
{
	struct bpfhost_usdt_argument bound;

	assert_int_equal(bind(program, text, machine, &bound), 0);
	assert_string_equal(bound.symbol, "");
	assert_int_equal(bound.argument.place, BPFHOST_ARGUMENT_MEMORY);
	assert_int_equal(bound.argument.offset, (int64_t)(where - SITE));
	assert_int_equal(bound.argument.base, base);
	assert_int_equal(bound.argument.index, index);
	assert_int_equal(bound.argument.shift, shift);
	assert_int_equal(bound.argument.size, 4);
	assert_int_equal(bound.argument.flags, BPFHOST_ARGUMENT_SIGNED);
}

static void test_bound(void **state)
{
	const struct program *program = *state;
	const uint16_t none = BPFHOST_ARGUMENT_NOWHERE;
	uint64_t counter = address_of(program, "counter"), once = address_of(program, "once");

	check(program, "-4@counter(%rip)", EM_X86_64, counter, 128, none, 0);
	check(program, "-4@counter+8(%rip)", EM_X86_64, counter + 8, 128, none, 0);
	check(program, "-4@counter-8", EM_X86_64, counter - 8, 128, none, 0);
	check(program, "-4@once(%rip)", EM_X86_64, once, 128, none, 0);
	check(program, "-4@counter(,%rbx,4)", EM_X86_64, counter, 128, 40, 2);
	check(program, "-4@counter+4(%rbx)", EM_X86_64, counter + 4, 128, 40, 0);
	check(program, "-4@counter", EM_AARCH64, counter, 256, none, 0);
}

static void check_unbound(const struct program *program, const char *text, const char *symbol)
{
	struct bpfhost_usdt_argument bound;

	assert_int_equal(bind(program, text, EM_X86_64, &bound), -ENOENT);
	assert_int_equal(bound.argument.place, BPFHOST_ARGUMENT_UNKNOWN);
	assert_int_equal(bound.argument.base, BPFHOST_ARGUMENT_NOWHERE);
	assert_int_equal(bound.argument.index, BPFHOST_ARGUMENT_NOWHERE);
	assert_int_equal(bound.argument.offset, 0);
	assert_int_equal(bound.argument.shift, 0);
	assert_int_equal(bound.argument.size, 8);
	assert_string_equal(bound.symbol, symbol);
}

/* Two variables may be meant, none, a function. */
static void test_unbound(void **state)
{
	check_unbound(*state, "8@twice(%rip)", "twice");
	check_unbound(*state, "8@nobody+4(,%rbx,8)", "nobody");
	check_unbound(*state, "8@count(%rip)", "count");
	check_unbound(*state, "8@counters(%rip)", "counters");
	check_unbound(*state, "8@.LC0(%rip)", ".LC0");
	check_unbound(*state, "8@main(%rip)", "main");
}

static void test_nothing_to_bind(void **state)
{
	struct bpfhost_usdt_argument bound;

	assert_int_equal(bind(*state, "8@16(%rax)", EM_X86_64, &bound), 0);
	assert_int_equal(bound.argument.place, BPFHOST_ARGUMENT_MEMORY);
	assert_int_equal(bound.argument.offset, 16);
	assert_int_equal(bind(*state, "8@%xmm0", EM_X86_64, &bound), 0);
	assert_int_equal(bound.argument.place, BPFHOST_ARGUMENT_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bound),
		cmocka_unit_test(test_unbound),
		cmocka_unit_test(test_nothing_to_bind),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down) ? 1 : 0;
}
