/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Programs for the tests of debug information: built by whatever compiler there is, their symbols,
 * and a debugger that stops them at a function's first instruction and reads registers and memory.
 */
#ifndef DWARF_FIXTURE_H
#define DWARF_FIXTURE_H

#include <fcntl.h>
#include <gelf.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bpfhost/argument.h>

static char fixture_folder[64];

__attribute__((format(printf, 1, 2))) static int fixture_shell(const char *format, ...)
{
	char command[4096];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	return system(command);
}

static inline int fixture_begin(void **state)
{
	(void)state;
	snprintf(fixture_folder, sizeof(fixture_folder), "/tmp/bpfhost-dwarf.XXXXXX");
	return mkdtemp(fixture_folder) ? 0 : -1;
}

static inline int fixture_end(void **state)
{
	(void)state;
	return fixture_shell("rm -r %s", fixture_folder);
}

static inline bool fixture_has(const char *program)
{
	return !fixture_shell("command -v %s >/dev/null", program);
}

static inline void fixture_path(char path[128], const char *name)
{
	snprintf(path, 128, "%s/%s", fixture_folder, name);
}

static inline int fixture_open(const char *name)
{
	char path[128];

	fixture_path(path, name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* ---- symbols --------------------------------------------------------------------------------- */

struct fixture_symbol {
	char name[128];
	uint64_t address;
};

static bool fixture_match(Elf *elf, Elf_Scn *section, const GElf_Shdr *header, const char *begin,
			  struct fixture_symbol *ret_symbol)
{
	Elf_Data *data = elf_getdata(section, NULL);

	for (size_t i = 0; i < header->sh_size / header->sh_entsize; i++) {
		const char *name;
		GElf_Sym symbol;
		size_t length = strlen(begin);

		if (!gelf_getsym(data, (int)i, &symbol) ||
		    GELF_ST_TYPE(symbol.st_info) != STT_FUNC || !symbol.st_value)
			continue;
		name = elf_strptr(elf, header->sh_link, symbol.st_name);
		/* A mangled name goes on with the parameters, a plain one with a suffix or not
		 * at all. */
		if (!name || strncmp(name, begin, length) ||
		    (*begin != '_' && name[length] && name[length] != '.'))
			continue;
		snprintf(ret_symbol->name, sizeof(ret_symbol->name), "%s", name);
		ret_symbol->address = symbol.st_value;
		return true;
	}
	return false;
}

static inline bool fixture_find(const char *file, const char *begin,
				struct fixture_symbol *ret_symbol)
{
	int fd = fixture_open(file);
	Elf_Scn *section = NULL;
	bool found = false;
	Elf *elf;

	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	while (!found && (section = elf_nextscn(elf, section))) {
		GElf_Shdr header;

		if (gelf_getshdr(section, &header) && header.sh_type == SHT_SYMTAB)
			found = fixture_match(elf, section, &header, begin, ret_symbol);
	}
	elf_end(elf);
	close(fd);
	return found;
}

/* ---- the debugger ---------------------------------------------------------------------------- */

static inline bool fixture_peek(pid_t pid, uint64_t address, void *buffer, size_t size)
{
	char path[64];
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	got = pread(fd, buffer, size, (off_t)address);
	close(fd);
	return got == (ssize_t)size;
}

/* struct user_regs_struct has the layout of the kernel's struct pt_regs. */
static inline uint64_t fixture_register(const struct user_regs_struct *registers, unsigned int base)
{
	uint64_t value;

	memcpy(&value, (const char *)registers + base, sizeof(value));
	return value;
}

static inline uint64_t fixture_extend(uint64_t value, const struct bpfhost_argument *argument)
{
	unsigned int shift = 64 - 8U * argument->size;

	if (argument->flags & BPFHOST_ARGUMENT_SIGNED)
		return (uint64_t)((int64_t)(value << shift) >> shift);
	return value << shift >> shift;
}

/* Follows an argument as bpf/include/bpfhost/argument.h says. */
static inline bool fixture_follow(pid_t pid, const struct user_regs_struct *registers,
				  const struct bpfhost_argument *argument, uint64_t *ret_value)
{
	size_t size = argument->hops ? 8 : argument->size;
	uint64_t value, next;

	if (argument->place == BPFHOST_ARGUMENT_CONSTANT) {
		*ret_value = (uint64_t)argument->offset;
		return !argument->hops;
	}
	value = fixture_register(registers, argument->base);
	if (argument->place == BPFHOST_ARGUMENT_MEMORY) {
		next = 0;
		if (!fixture_peek(pid, value + (uint64_t)argument->offset, &next, size))
			return false;
		value = next;
	} else {
		value >>= argument->shift;
	}
	for (int i = 0; i < argument->hops; i++) {
		bool is_last = i == argument->hops - 1;

		value += (uint64_t)(int64_t)argument->hop[i];
		if (is_last && argument->flags & BPFHOST_ARGUMENT_ADDRESS)
			break;
		next = 0;
		if (!fixture_peek(pid, value, &next, is_last ? argument->size : 8))
			return false;
		value = next;
	}
	*ret_value = fixture_extend(value, argument);
	return true;
}

static inline pid_t fixture_start(const char *file)
{
	char path[128];
	int status;
	pid_t pid;

	fixture_path(path, file);
	pid = fork();
	if (!pid) {
		if (!ptrace(PTRACE_TRACEME, 0, NULL, NULL))
			execl(path, path, NULL);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
		return -1;
	ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_EXITKILL);
	return pid;
}

/* Sets one byte of code; what it was before. Functions may be nearer than a word to each other. */
static inline long fixture_patch(pid_t pid, uint64_t address, long byte)
{
	long word = ptrace(PTRACE_PEEKTEXT, pid, address, NULL);

	ptrace(PTRACE_POKETEXT, pid, address, (word & ~0xffL) | byte);
	return word & 0xff;
}

/* Runs to the next breakpoint. False: the program has ended. */
static inline bool fixture_run(pid_t pid, struct user_regs_struct *ret_registers)
{
	int status;

	ptrace(PTRACE_CONT, pid, NULL, NULL);
	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
		return false;
	if (WSTOPSIG(status) != SIGTRAP)
		return false;
	ptrace(PTRACE_GETREGS, pid, NULL, ret_registers);
	ret_registers->rip--;
	return true;
}

static inline void fixture_unbreak(pid_t pid, struct user_regs_struct *registers, long before)
{
	fixture_patch(pid, registers->rip, before);
	ptrace(PTRACE_SETREGS, pid, NULL, registers);
}

#endif
