/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Programs to look into, made by the compiler and binutils in a folder that is removed again. */
#ifndef TEST_ELF_FIXTURE_H
#define TEST_ELF_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <cmocka.h>

#include <bpfhost/elf.h>

struct fixture {
	char folder[64];
};

/* A shell command in the folder. What system gave. */
__attribute__((format(printf, 2, 3), unused)) static int fixture_try(const struct fixture *fixture,
								     const char *format, ...)
{
	char command[4096];
	int size = snprintf(command, sizeof(command), "cd %s && ", fixture->folder);
	va_list args;

	va_start(args, format);
	vsnprintf(command + size, sizeof(command) - (size_t)size, format, args);
	va_end(args);
	return system(command);
}

#define fixture_run(fixture, ...) assert_int_equal(fixture_try(fixture, __VA_ARGS__), 0)

/* Output of a command in the folder; pclose it. */
__attribute__((format(printf, 2, 3), unused)) static FILE *fixture_ask(
	const struct fixture *fixture, const char *format, ...)
{
	char command[4096];
	int size = snprintf(command, sizeof(command), "cd %s && ", fixture->folder);
	va_list args;
	FILE *output;

	va_start(args, format);
	vsnprintf(command + size, sizeof(command) - (size_t)size, format, args);
	va_end(args);
	output = popen(command, "r");
	assert_non_null(output);
	return output;
}

__attribute__((unused)) static void fixture_write(const struct fixture *fixture, const char *name,
						  const char *text)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", fixture->folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fputs(text, file) < 0, 0);
	assert_int_equal(fclose(file), 0);
}

__attribute__((unused)) static int fixture_open(const struct fixture *fixture, const char *name)
{
	char path[512];
	int fd;

	snprintf(path, sizeof(path), "%s%s%s", *name == '/' ? "" : fixture->folder,
		 *name == '/' ? "" : "/", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

/* The whole file; free it. */
__attribute__((unused)) static char *fixture_read(const struct fixture *fixture, const char *name,
						  size_t *ret_size)
{
	int fd = fixture_open(fixture, name);
	off_t size = lseek(fd, 0, SEEK_END);
	char *data = malloc((size_t)size + 1);

	assert_non_null(data);
	assert_int_equal(pread(fd, data, (size_t)size, 0), size);
	close(fd);
	*ret_size = (size_t)size;
	return data;
}

__attribute__((unused)) static struct bpfhost_elf *fixture_elf(const struct fixture *fixture,
							       const char *name)
{
	struct bpfhost_error err = { 0 };
	struct bpfhost_elf *elf = NULL;
	int fd = fixture_open(fixture, name);

	if (bpfhost_elf_open(fd, &elf, &err))
		fail_msg("%s: %s", name, err.text);
	close(fd);
	return elf;
}

__attribute__((unused)) static struct bpfhost_symbols *fixture_symbols(
	const struct fixture *fixture, const char *name, const char *debug_name)
{
	struct bpfhost_elf *elf = fixture_elf(fixture, name);
	struct bpfhost_elf *debug = debug_name ? fixture_elf(fixture, debug_name) : NULL;
	struct bpfhost_symbols *symbols = NULL;
	struct bpfhost_error err = { 0 };

	if (bpfhost_symbols_read(elf, debug, &symbols, &err))
		fail_msg("%s: %s", name, err.text);
	bpfhost_elf_close(elf);
	bpfhost_elf_close(debug);
	return symbols;
}

/* Takes the names away from its .symtab. */
__attribute__((unused)) static void fixture_damage(const struct fixture *fixture, const char *name)
{
	char path[256];
	Elf64_Ehdr header;
	Elf64_Shdr section;
	off_t at;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", fixture->folder, name);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &header, sizeof(header), 0), sizeof(header));
	for (at = (off_t)header.e_shoff;; at += (off_t)sizeof(section)) {
		assert_int_equal(pread(fd, &section, sizeof(section), at), sizeof(section));
		if (section.sh_type == SHT_SYMTAB)
			break;
	}
	section.sh_link = 0;
	assert_int_equal(pwrite(fd, &section, sizeof(section), at), sizeof(section));
	close(fd);
}

/* Makes its table of names so large; what is not there reads as zeros. */
__attribute__((unused)) static void fixture_inflate(const struct fixture *fixture, const char *name,
						    uint64_t size)
{
	char path[256];
	Elf64_Ehdr header;
	Elf64_Shdr symbols, names;
	off_t at, end;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", fixture->folder, name);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &header, sizeof(header), 0), sizeof(header));
	at = (off_t)header.e_shoff;
	do {
		assert_int_equal(pread(fd, &symbols, sizeof(symbols), at), sizeof(symbols));
		at += (off_t)sizeof(symbols);
	} while (symbols.sh_type != SHT_SYMTAB);
	at = (off_t)(header.e_shoff + symbols.sh_link * sizeof(names));
	assert_int_equal(pread(fd, &names, sizeof(names), at), sizeof(names));
	names.sh_size = size;
	assert_int_equal(pwrite(fd, &names, sizeof(names), at), sizeof(names));
	end = lseek(fd, 0, SEEK_END);
	assert_int_equal(ftruncate(fd, end + (off_t)size), 0);
	close(fd);
}

/* What is built there is a user's, whatever the test itself is built with. */
__attribute__((unused)) static int fixture_setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	if (!fixture)
		return -1;
	strcpy(fixture->folder, "/tmp/bpfhost-elf-XXXXXX");
	*state = fixture;
	setenv("CC", "cc", 0);
	setenv("LC_ALL", "C", 1);
	return mkdtemp(fixture->folder) ? 0 : -1;
}

__attribute__((unused)) static int fixture_teardown(void **state)
{
	struct fixture *fixture = *state;
	int ret = fixture_try(fixture, "rm -rf %s", fixture->folder);

	free(fixture);
	return ret;
}

#endif
