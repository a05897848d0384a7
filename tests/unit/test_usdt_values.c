/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The proof of the whole: programs whose probes' values are known are compiled in many ways, stopped at
 * each site, and what the descriptions say is looked up in their registers and memory, as the kernel's
 * side does it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bpfhost/usdt.h>

#if defined(__x86_64__)

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define SITES_MAX         64

static const char program[] =
	"#include <sys/sdt.h>\n"
	"volatile long start = 3;\n"
	"int global = -7;\n"
	"long array[8] = { 0, 11, 22, -33, 44 };\n"
	"static int hidden = 1234567;\n"
	"struct { short a; int b; unsigned char c; } st = { 1, -2000000000, 250 };\n"
	"static char bytes[8] = { 1, 2, 3, -4, 5 };\n"
	"static double real = 2.5;\n"
	"static inline __attribute__((always_inline)) void in(int a, unsigned char b)\n"
	"{ DTRACE_PROBE2(t, in, a, b); }\n"
	"__attribute__((noinline)) static long all(signed char a, unsigned char b, short c,\n"
	"	unsigned short d, int e, unsigned f, long g, unsigned long h, float i, double j,\n"
	"	const long *p, long n)\n"
	"{ DTRACE_PROBE12(t, all, a, b, c, d, e, f, g, h, i, j, (_Bool)n, p[n]); return n; }\n"
	"__attribute__((noinline)) static long places(long n)\n"
	"{ DTRACE_PROBE8(t, places, global, array[n], hidden, st.b, bytes[n], st.c, array[n + 1],\n"
	"	real); hidden += n; real += n; bytes[n]++; return n; }\n"
	"__attribute__((noinline)) static long constants(long n)\n"
	"{ DTRACE_PROBE6(t, constants, 5, -1, 0x123456789abcdefL, (signed char)-3, 4000000000U,\n"
	"	(unsigned char)200); return n; }\n"
	"__attribute__((noinline)) static long high(unsigned x)\n"
	"{ unsigned char h = x >> 8; DTRACE_PROBE1(t, high, h); return h; }\n"
	"__attribute__((noinline)) static long many(long a, long b, long c, long d, long e, long f)\n"
	"{ long g = a * b, h = b * c, i = c * d, j = d * e, k = e * f, l = f * a;\n"
	"  DTRACE_PROBE12(t, many, a, b, c, d, e, f, g, h, i, j, k, l);\n"
	"  return a ^ b ^ c ^ d ^ e ^ f ^ g ^ h ^ i ^ j ^ k ^ l; }\n"
	"int main(void)\n"
	"{ long n = start, sum = 0;\n"
	"  in(-5, 9); in((int)n, 200);\n"
	"  sum += all((signed char)(n - 103), (unsigned char)(n + 197), (short)(n - 30003),\n"
	"	(unsigned short)(n + 59997), (int)(n - 2000000003), (unsigned)(n + 3999999997),\n"
	"	n - 5000000000000000003, 18000000000000000000UL + n, (float)(n - 4.5), n + 0.25,\n"
	"	array, n);\n"
	"  sum += places(n) + constants(n) + high((unsigned)n * 0xabcd01);\n"
	"  sum += many(n, n + 1, n + 2, n + 3, n + 4, -n);\n"
	"  return sum == 42; }\n";

struct probe {
	const char *name;
	uint32_t count;
	int64_t values[12];
};

/* Sorted by name; of "in" there are two sites. */
static const struct probe probes[] = {
	{ "all",
	  12,
	  { -100, 200, -30000, 60000, -2000000000, 4000000000, -5000000000000000000,
	    (int64_t)18000000000000000003U, 0xbfc00000, 0x400a000000000000, 1, -33 } },
	{ "constants", 6, { 5, -1, 0x123456789abcdef, -3, 4000000000, 200 } },
	{ "high", 1, { 0x67 } }, /* 3 * 0xabcd01 = 0x2036703 */
	{ "in", 2, { -5, 9 } },
	{ "in", 2, { 3, 200 } },
	{ "many", 12, { 3, 4, 5, 6, 7, -3, 12, 20, 30, 42, -21, -9 } },
	{ "places", 8, { -7, -33, 1234567, -2000000000, -4, 250, 44, 0x4004000000000000 } },
};

/* A program that stands at its first instruction. */
struct target {
	char path[64];
	pid_t pid;
	struct bpfhost_elf *elf;
	struct bpfhost_usdt *usdt;
	struct bpfhost_symbols *symbols;
	const struct bpfhost_usdt_site *sites;
	size_t count;
	uint64_t places[SITES_MAX]; /* of each site in memory */
};

/* Where the file's bytes at offset lie in memory. */
static uint64_t place_of(const struct target *target, uint64_t offset)
{
	unsigned long long begin, end, from;
	char path[64], line[512];
	uint64_t place = 0;
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%d/maps", target->pid);
	maps = fopen(path, "re");
	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps)) {
		if (!strstr(line, target->path) || !strstr(line, " r-xp "))
			continue;
		assert_int_equal(sscanf(line, "%llx-%llx r-xp %llx", &begin, &end, &from), 3);
		if (offset >= from && offset - from < end - begin)
			place = begin + (offset - from);
	}
	fclose(maps);
	assert_true(place);
	return place;
}

static void read_probes(struct target *target)
{
	int fd = open(target->path, O_RDONLY | O_CLOEXEC);
	struct bpfhost_error err = { 0 };

	assert_true(fd >= 0);
	if (bpfhost_elf_open(fd, &target->elf, &err) ||
	    bpfhost_usdt_read(target->elf, &target->usdt, &err) ||
	    bpfhost_symbols_read(target->elf, NULL, &target->symbols, &err))
		fail_msg("%s", err.text);
	close(fd);
	target->sites = bpfhost_usdt_sites(target->usdt, &target->count);
	assert_int_equal(target->count, ARRAY_SIZE(probes));
}

static void wait_stopped(struct target *target)
{
	int status;

	assert_int_equal(waitpid(target->pid, &status, 0), target->pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
		print_message("ptrace is not allowed here\n");
		exit(77);
	}
	if (!WIFSTOPPED(status) || WSTOPSIG(status) != SIGTRAP)
		fail_msg("%s: stopped by %#x", target->path, (unsigned int)status);
}

static void start(struct target *target)
{
	target->pid = fork();
	assert_true(target->pid >= 0);
	if (!target->pid) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL))
			_exit(77);
		execl(target->path, target->path, (char *)NULL);
		_exit(127);
	}
	wait_stopped(target);
	ptrace(PTRACE_SETOPTIONS, target->pid, NULL, (void *)PTRACE_O_EXITKILL);
}

/* Sites are single nops: what replaces them need not be put back. */
static void set_breakpoint(const struct target *target, uint64_t place)
{
	long word;

	errno = 0;
	word = ptrace(PTRACE_PEEKTEXT, target->pid, (void *)place, NULL);
	assert_int_equal(errno, 0);
	assert_int_equal(word & 0xff, 0x90);
	word = (word & ~0xffL) | 0xcc;
	assert_int_equal(ptrace(PTRACE_POKETEXT, target->pid, (void *)place, (void *)word), 0);
}

static uint64_t look_up(const struct user_regs_struct *regs, uint16_t offset)
{
	uint64_t value = 0;

	if (offset != BPFHOST_ARGUMENT_NOWHERE)
		memcpy(&value, (const char *)regs + offset, sizeof(value));
	return value;
}

static uint64_t read_memory(pid_t pid, uint64_t address, uint8_t size)
{
	uint64_t value = 0;
	struct iovec here = { &value, size }, there = { (void *)address, size };

	assert_int_equal(process_vm_readv(pid, &here, 1, &there, 1, 0), size);
	return value;
}

static int64_t extend(uint64_t value, const struct bpfhost_argument *argument)
{
	unsigned int unused = 64 - 8 * argument->size;

	value <<= unused;
	if (argument->flags & BPFHOST_ARGUMENT_SIGNED)
		return (int64_t)value >> unused;
	return (int64_t)(value >> unused);
}

static int64_t evaluate(pid_t pid, const struct user_regs_struct *regs,
			const struct bpfhost_argument *argument)
{
	uint64_t address;

	switch (argument->place) {
	case BPFHOST_ARGUMENT_CONSTANT:
		return argument->offset;
	case BPFHOST_ARGUMENT_REGISTER:
		return extend(look_up(regs, argument->base) >> argument->shift, argument);
	default:
		address = look_up(regs, argument->base) +
			  (look_up(regs, argument->index) << argument->shift) +
			  (uint64_t)argument->offset;
		return extend(read_memory(pid, address, argument->size), argument);
	}
}

static void check_values(const struct target *target, const struct bpfhost_usdt_site *site,
			 const struct user_regs_struct *regs, const struct probe *probe)
{
	struct bpfhost_usdt_argument arguments[BPFHOST_ARGUMENTS_MAX];
	uint16_t machine = bpfhost_elf_info(target->elf)->machine;

	assert_string_equal(site->name, probe->name);
	assert_int_equal(bpfhost_usdt_arguments(site->arguments, machine, arguments), probe->count);
	for (uint32_t i = 0; i < probe->count; i++) {
		struct bpfhost_usdt_argument *argument = &arguments[i];
		int64_t value;

		if (bpfhost_usdt_bind_symbol(target->symbols, machine, site, argument) ||
		    argument->argument.place == BPFHOST_ARGUMENT_UNKNOWN)
			fail_msg("%s: \"%s\" is not understood", probe->name, argument->text);
		value = evaluate(target->pid, regs, &argument->argument);
		if (value != probe->values[i])
			fail_msg("%s: \"%s\" is %lld, not %lld", probe->name, argument->text,
				 (long long)value, (long long)probe->values[i]);
		assert_int_equal(argument->is_float, strchr(argument->text, 'f') &&
							     strchr(argument->text, 'f')[1] == '@');
	}
}

/* The site that the program has run into; of a probe with several, by their order in time. */
static void check_stop(const struct target *target, uint32_t *hits)
{
	struct user_regs_struct regs;
	const struct bpfhost_usdt_site *site = NULL;

	assert_int_equal(ptrace(PTRACE_GETREGS, target->pid, NULL, &regs), 0);
	regs.rip--; /* at a uprobe it is the site's */
	for (size_t i = 0; i < target->count; i++) {
		if (target->places[i] == regs.rip)
			site = &target->sites[i];
	}
	assert_non_null(site);
	for (size_t i = 0; i < ARRAY_SIZE(probes); i++) {
		if (*hits & 1U << i || strcmp(site->name, probes[i].name) != 0)
			continue;
		*hits |= 1U << i;
		check_values(target, site, &regs, &probes[i]);
		return;
	}
	fail_msg("%s was hit too often", site->name);
}

static void run(struct target *target)
{
	uint32_t hits = 0;
	int status = 0;

	for (size_t i = 0; i < target->count; i++) {
		target->places[i] = place_of(target, target->sites[i].offset);
		set_breakpoint(target, target->places[i]);
	}
	for (size_t i = 0; i < target->count; i++) {
		assert_int_equal(ptrace(PTRACE_CONT, target->pid, NULL, NULL), 0);
		wait_stopped(target);
		check_stop(target, &hits);
	}
	assert_int_equal(ptrace(PTRACE_CONT, target->pid, NULL, NULL), 0);
	assert_int_equal(waitpid(target->pid, &status, 0), target->pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(hits, (1U << ARRAY_SIZE(probes)) - 1);
}

static void compile(const char *compiler, const char *flags, const char *folder, char *path)
{
	char source[64], command[512];
	FILE *file;

	snprintf(source, sizeof(source), "%s/t.c", folder);
	snprintf(path, 64, "%s/target", folder);
	file = fopen(source, "we");
	assert_non_null(file);
	fputs(program, file);
	fclose(file);
	snprintf(command, sizeof(command), "%s %s -o %s %s", compiler, flags, path, source);
	if (system(command) != 0)
		fail_msg("%s", command);
	unlink(source);
}

static void check_flags(const char *compiler, const char *flags)
{
	char folder[] = "/tmp/bpfhost-usdt-XXXXXX";
	struct target target = { 0 };

	print_message("%s %s\n", compiler, flags);
	assert_non_null(mkdtemp(folder));
	compile(compiler, flags, folder, target.path);
	read_probes(&target);
	start(&target);
	unlink(target.path);
	rmdir(folder);
	run(&target);
	bpfhost_symbols_free(target.symbols);
	bpfhost_usdt_free(target.usdt);
	bpfhost_elf_close(target.elf);
}

static void check_compiler(const char *compiler)
{
	static const char *const flags[] = {
		"-O0",
		"-O1",
		"-O2",
		"-O3 -g",
		"-Os",
		"-O2 -fno-pic -no-pie",
		"-O1 -fno-pic -no-pie -static",
		"-O2 -fPIC -fno-omit-frame-pointer",
		"-O2 -static-pie -fPIE",
		"-O2 -DSTAP_SDT_ARG_CONSTRAINT=nr",
		"-O2 -fno-pic -no-pie -Wl,-z,noseparate-code",
	};
	char check[256];

	snprintf(check, sizeof(check), "command -v %s >/dev/null", compiler);
	if (system(check) != 0)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		check_flags(compiler, flags[i]);
}

static void test_gcc(void **state)
{
	(void)state;
	check_compiler("gcc");
}

static void test_clang(void **state)
{
	(void)state;
	check_compiler("clang");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gcc),
		cmocka_unit_test(test_clang),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}

#else

int main(void)
{
	puts("this test reads the registers of x86-64");
	return 77;
}

#endif
