/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Notes that were made by hand, for what compilers never write, and those of real programs, which
 * readelf has to see alike.
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
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpfhost/usdt.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* ---- a file made by hand ---------------------------------------------------------------------- */

/* Code at 0x401000 lies at 0x1000 in the file, data at 0x403000 at 0x2000, 0x100 bytes of which are
 * in the file. */
#define CODE 0x401000U
#define DATA 0x403000U

struct image {
	char *notes;
	size_t size;
	size_t capacity;
	uint64_t base; /* address of .stapsdt.base; 0: no such section */
	bool is_narrow;
};

static void add_bytes(struct image *image, const void *bytes, size_t size)
{
	if (image->size + size > image->capacity) {
		image->capacity = 2 * (image->size + size);
		image->notes = realloc(image->notes, image->capacity);
		assert_non_null(image->notes);
	}
	memcpy(image->notes + image->size, bytes, size);
	image->size += size;
}

static void add_word(struct image *image, uint64_t word)
{
	uint32_t narrow = (uint32_t)word;

	if (image->is_narrow)
		add_bytes(image, &narrow, sizeof(narrow));
	else
		add_bytes(image, &word, sizeof(word));
}

static void add_padding(struct image *image)
{
	static const char zeros[4] = "";

	add_bytes(image, zeros, -image->size & 3);
}

/* A note whose owner, type and strings are whatever the test wants. */
static void add_raw(struct image *image, const char *owner, uint32_t type, const uint64_t words[3],
		    const char *strings, size_t size)
{
	uint32_t word_size = image->is_narrow ? 4 : 8;
	uint32_t header[3] = { (uint32_t)strlen(owner) + 1, 3 * word_size + (uint32_t)size, type };

	add_bytes(image, header, sizeof(header));
	add_bytes(image, owner, header[0]);
	add_padding(image);
	for (int i = 0; i < 3; i++)
		add_word(image, words[i]);
	add_bytes(image, strings, size);
	add_padding(image);
}

#define ADD(image, address, base, semaphore, strings)                                              \
	add_raw(image, "stapsdt", 3, (uint64_t[]){ address, base, semaphore }, strings,            \
		sizeof(strings))

static void put(int fd, const void *data, size_t size, uint64_t offset)
{
	assert_int_equal(pwrite(fd, data, size, (off_t)offset), size);
}

#define NAMES "\0.note.stapsdt\0.stapsdt.base\0.shstrtab"

static void put_wide(int fd, const struct image *image)
{
	uint64_t after = 0x3000 + image->size + 64;
	Elf64_Ehdr header = {
		.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_EXEC,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_phoff = 64,
		.e_shoff = after + 64,
		.e_ehsize = 64,
		.e_phentsize = 56,
		.e_phnum = 2,
		.e_shentsize = 64,
		.e_shnum = 4,
		.e_shstrndx = 3,
	};
	Elf64_Phdr segments[] = {
		{ PT_LOAD, PF_R | PF_X, 0x1000, CODE, CODE, 0x1000, 0x1000, 0x1000 },
		{ PT_LOAD, PF_R | PF_W, 0x2000, DATA, DATA, 0x100, 0x1000, 0x1000 },
	};
	Elf64_Shdr sections[] = {
		{ 0 },
		{ 1, SHT_NOTE, 0, 0, 0x3000, image->size, 0, 0, 4, 0 },
		{ image->base ? 15 : 0, SHT_PROGBITS, SHF_ALLOC, image->base, 0x1000, 1, 0, 0, 1,
		  0 },
		{ 29, SHT_STRTAB, 0, 0, after, sizeof(NAMES), 0, 0, 1, 0 },
	};

	put(fd, &header, sizeof(header), 0);
	put(fd, segments, sizeof(segments), 64);
	put(fd, NAMES, sizeof(NAMES), after);
	put(fd, sections, sizeof(sections), after + 64);
}

static void put_narrow(int fd, const struct image *image)
{
	uint32_t after = 0x3000 + (uint32_t)image->size + 64;
	Elf32_Ehdr header = {
		.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS32, ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_EXEC,
		.e_machine = EM_386,
		.e_version = EV_CURRENT,
		.e_phoff = 64,
		.e_shoff = after + 64,
		.e_ehsize = 52,
		.e_phentsize = 32,
		.e_phnum = 2,
		.e_shentsize = 40,
		.e_shnum = 4,
		.e_shstrndx = 3,
	};
	Elf32_Phdr segments[] = {
		{ PT_LOAD, 0x1000, CODE, CODE, 0x1000, 0x1000, PF_R | PF_X, 0x1000 },
		{ PT_LOAD, 0x2000, DATA, DATA, 0x100, 0x1000, PF_R | PF_W, 0x1000 },
	};
	Elf32_Shdr sections[] = {
		{ 0 },
		{ 1, SHT_NOTE, 0, 0, 0x3000, (uint32_t)image->size, 0, 0, 4, 0 },
		{ image->base ? 15 : 0, SHT_PROGBITS, SHF_ALLOC, (uint32_t)image->base, 0x1000, 1,
		  0, 0, 1, 0 },
		{ 29, SHT_STRTAB, 0, 0, after, sizeof(NAMES), 0, 0, 1, 0 },
	};

	put(fd, &header, sizeof(header), 0);
	put(fd, segments, sizeof(segments), 64);
	put(fd, NAMES, sizeof(NAMES), after);
	put(fd, sections, sizeof(sections), after + 64);
}

static struct bpfhost_elf *open_image(struct image *image)
{
	int fd = memfd_create("image", MFD_CLOEXEC);
	struct bpfhost_elf *elf = NULL;
	struct bpfhost_error err = { 0 };

	assert_true(fd >= 0);
	put(fd, image->notes, image->size, 0x3000);
	if (image->is_narrow)
		put_narrow(fd, image);
	else
		put_wide(fd, image);
	if (bpfhost_elf_open(fd, &elf, &err))
		fail_msg("%s", err.text);
	close(fd);
	free(image->notes);
	image->notes = NULL;
	return elf;
}

/* The sites outlive the file that they were read from. */
static struct bpfhost_usdt *read_image(struct image *image)
{
	struct bpfhost_elf *elf = open_image(image);
	struct bpfhost_usdt *usdt = NULL;
	struct bpfhost_error err = { 0 };

	if (bpfhost_usdt_read(elf, &usdt, &err))
		fail_msg("%s", err.text);
	bpfhost_elf_close(elf);
	return usdt;
}

static void check_refused(struct image *image, int code, const char *sentence)
{
	struct bpfhost_elf *elf = open_image(image);
	struct bpfhost_usdt *usdt = (void *)image;
	struct bpfhost_error err = { 0 };

	assert_int_equal(bpfhost_usdt_read(elf, &usdt, &err), code);
	assert_int_equal(bpfhost_usdt_read(elf, &usdt, NULL), code);
	assert_string_equal(err.text, sentence);
	assert_ptr_equal(usdt, image);
	bpfhost_elf_close(elf);
}

#define NO_PROBES "it has no static probes (no notes of <sys/sdt.h>)"
#define DAMAGED   "section .note.stapsdt is damaged: none of its notes makes sense"

static void check_site(const struct bpfhost_usdt_site *site, const char *strings, uint64_t address,
		       uint64_t offset, uint64_t semaphore)
{
	assert_string_equal(site->provider, strings);
	strings += strlen(strings) + 1;
	assert_string_equal(site->name, strings);
	strings += strlen(strings) + 1;
	assert_string_equal(site->arguments, strings);
	assert_int_equal(site->address, address);
	assert_int_equal(site->offset, offset);
	assert_int_equal(site->semaphore, semaphore);
}

static void check_one(struct image *image, const char *strings, uint64_t address, uint64_t offset,
		      uint64_t semaphore)
{
	struct bpfhost_usdt *usdt = read_image(image);
	size_t count = 0;
	const struct bpfhost_usdt_site *sites = bpfhost_usdt_sites(usdt, &count);

	assert_int_equal(count, 1);
	check_site(sites, strings, address, offset, semaphore);
	bpfhost_usdt_free(usdt);
}

static void test_one(void **state)
{
	(void)state;
	for (int narrow = 0; narrow < 2; narrow++) {
		struct image plain = { .is_narrow = narrow };
		struct image counted = { .is_narrow = narrow };

		ADD(&plain, CODE + 0x10, CODE, 0, "p\0one\0-4@%edi 8@$7");
		check_one(&plain, "p\0one\0-4@%edi 8@$7", CODE + 0x10, 0x1010, 0);
		ADD(&counted, CODE, 0, DATA + 0x20, "p\0none\0");
		check_one(&counted, "p\0none\0", CODE, 0x1000, 0x2020);
	}
}

/* prelink moved everything but the notes by the same distance, up or down. */
static void test_moved(void **state)
{
	(void)state;
	for (int narrow = 0; narrow < 2; narrow++) {
		struct image up = { .base = CODE, .is_narrow = narrow };
		struct image down = { .base = CODE, .is_narrow = narrow };
		struct image same = { .base = CODE, .is_narrow = narrow };
		struct image none = { .base = CODE, .is_narrow = narrow };
		uint64_t back = DATA + 0x20 + 0x5000;

		ADD(&up, 0x1010, 0x1000, DATA - CODE + 0x1020, "p\0up\0");
		check_one(&up, "p\0up\0", CODE + 0x10, 0x1010, 0x2020);
		ADD(&down, CODE + 0x5010, CODE + 0x5000, back, "p\0down\0");
		check_one(&down, "p\0down\0", CODE + 0x10, 0x1010, 0x2020);
		ADD(&same, CODE + 0x10, CODE, 0, "p\0same\0");
		check_one(&same, "p\0same\0", CODE + 0x10, 0x1010, 0);
		ADD(&none, CODE + 0x10, 0, DATA, "p\0none\0");
		check_one(&none, "p\0none\0", CODE + 0x10, 0x1010, 0x2000);
	}
}

static void test_order(void **state)
{
	struct image image = { 0 };
	struct bpfhost_usdt *usdt;
	const struct bpfhost_usdt_site *sites;
	size_t count = 0;

	(void)state;
	ADD(&image, CODE + 3, 0, 0, "q\0a\0");
	ADD(&image, CODE + 9, 0, 0, "p\0b\0x");
	ADD(&image, CODE + 5, 0, 0, "p\0b\0y");
	ADD(&image, CODE + 7, 0, 0, "p\0a\0");
	ADD(&image, CODE + 9, 0, 0, "p\0b\0x");
	ADD(&image, CODE + 9, 0, 0, "p\0b\0w");
	ADD(&image, CODE + 9, 0, DATA, "p\0b\0x");
	ADD(&image, CODE + 7, 0, 0, "p\0a\0");
	usdt = read_image(&image);
	sites = bpfhost_usdt_sites(usdt, &count);
	assert_int_equal(count, 6);
	check_site(&sites[0], "p\0a\0", CODE + 7, 0x1007, 0);
	check_site(&sites[1], "p\0b\0y", CODE + 5, 0x1005, 0);
	check_site(&sites[2], "p\0b\0w", CODE + 9, 0x1009, 0);
	check_site(&sites[3], "p\0b\0x", CODE + 9, 0x1009, 0);
	check_site(&sites[4], "p\0b\0x", CODE + 9, 0x1009, 0x2000);
	check_site(&sites[5], "q\0a\0", CODE + 3, 0x1003, 0);
	bpfhost_usdt_free(usdt);
}

static void add_senseless(struct image *image)
{
	static const uint32_t short_header[3] = { 8, 23, 3 }; /* three addresses need 24 */

	ADD(image, CODE + 0x1000, 0, 0, "p\0behind\0");
	ADD(image, DATA, 0, 0, "p\0data\0");
	ADD(image, 0, 0, 0, "p\0zero\0");
	ADD(image, CODE, 0, DATA + 0x100, "p\0semaphore_not_in_file\0");
	ADD(image, CODE, 0, 0x10, "p\0semaphore_nowhere\0");
	ADD(image, CODE, 0, 0, "\0no_provider\0");
	ADD(image, CODE, 0, 0, "p\0\0no name");
	ADD(image, CODE, 0, 0, "p p\0space\0");
	ADD(image, CODE, 0, 0, "p\0new\nline\0");
	add_raw(image, "stapsdt", 3, (uint64_t[]){ CODE, 0, 0 }, "p", 1);
	add_raw(image, "stapsdt", 3, (uint64_t[]){ CODE, 0, 0 }, "p\0n", 3);
	add_raw(image, "stapsdt", 3, (uint64_t[]){ CODE, 0, 0 }, "p\0n\0a", 5);
	add_raw(image, "stapsdt", 3, (uint64_t[]){ CODE, 0, 0 }, "", 0);
	add_bytes(image, short_header, sizeof(short_header));
	add_bytes(image, "stapsdt\0p\0n\0\0...................", 8 + 24);
}

static void test_senseless(void **state)
{
	struct image alone = { 0 }, among = { 0 };

	(void)state;
	add_senseless(&alone);
	check_refused(&alone, -ENOEXEC, DAMAGED);
	add_senseless(&among);
	ADD(&among, CODE + 1, 0, 0, "p\0good\0");
	check_one(&among, "p\0good\0", CODE + 1, 0x1001, 0);
}

static void add_others(struct image *image)
{
	static const uint64_t words[3] = { CODE, 0, 0 };

	add_raw(image, "stapsdt", 2, words, "p\0type\0", 8);
	add_raw(image, "stapsd", 3, words, "p\0owner\0", 9);
	add_raw(image, "stapsdT", 3, words, "p\0owner\0", 9);
	add_raw(image, "stapsdt2", 3, words, "p\0owner\0", 9);
	add_raw(image, "", 3, words, "p\0owner\0", 9);
	add_raw(image, "GNU", 1, words, "", 0);
}

static void test_others(void **state)
{
	struct image alone = { 0 }, among = { 0 }, empty = { 0 };

	(void)state;
	add_others(&alone);
	check_refused(&alone, -ENOENT, NO_PROBES);
	add_others(&among);
	ADD(&among, CODE + 1, 0, 0, "p\0good\0");
	add_others(&among);
	check_one(&among, "p\0good\0", CODE + 1, 0x1001, 0);
	check_refused(&empty, -ENOENT, NO_PROBES);
}

/* Whatever is cut off, what stands before it is good. */
static void test_cut(void **state)
{
	struct image whole = { 0 };
	size_t first;

	(void)state;
	ADD(&whole, CODE, 0, 0, "p\0one\0");
	first = whole.size;
	ADD(&whole, CODE + 1, 0, 0, "p\0two\0ab");
	for (size_t size = 1; size <= whole.size; size++) {
		struct image cut = { 0 };
		struct bpfhost_usdt *usdt;
		size_t count = 0;

		add_bytes(&cut, whole.notes, size);
		if (size < first - 1) { /* one byte is padding */
			check_refused(&cut, -ENOEXEC, DAMAGED);
			continue;
		}
		usdt = read_image(&cut);
		bpfhost_usdt_sites(usdt, &count);
		assert_int_equal(count, size < whole.size - 3 ? 1 : 2);
		bpfhost_usdt_free(usdt);
	}
	free(whole.notes);
}

static void test_huge_sizes(void **state)
{
	static const uint32_t sizes[] = { 0xffffffff, 0xfffffffc, 0x80000000, 0x7fffffff, 1000 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		for (int j = 0; j < 2; j++) {
			uint32_t header[3] = { 8, 8, 3 };
			struct image image = { 0 };

			header[j] = sizes[i];
			ADD(&image, CODE, 0, 0, "p\0one\0");
			add_bytes(&image, header, sizeof(header));
			add_bytes(&image, "stapsdt\0p\0n\0\0\0\0", 16);
			check_one(&image, "p\0one\0", CODE, 0x1000, 0);
		}
	}
}

static void test_too_many(void **state)
{
	struct image enough = { 0 }, many = { 0 };
	struct bpfhost_usdt *usdt;
	size_t count = 0;

	(void)state;
	for (uint32_t i = 0; i < 200000; i++) {
		ADD(&enough, CODE + i % 4096, 0, DATA + i / 4096, "p\0n\0");
		ADD(&many, CODE + i % 4096, 0, DATA + i / 4096, "p\0n\0");
	}
	usdt = read_image(&enough);
	bpfhost_usdt_sites(usdt, &count);
	assert_int_equal(count, 200000);
	bpfhost_usdt_free(usdt);
	ADD(&many, CODE, 0, 0, "p\0n\0");
	check_refused(&many, -E2BIG,
		      "section .note.stapsdt is too large: at most 200000 sites in 16 MiB");
}

static void test_free_null(void **state)
{
	(void)state;
	bpfhost_usdt_free(NULL);
}

/* ---- real files, and what readelf says about them --------------------------------------------- */

/* The loaded segments, read by libelf. */
static uint64_t offset_of(const char *path, uint64_t address)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint64_t offset = 0;
	size_t count = 0;
	Elf *elf;

	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	assert_non_null(elf);
	assert_int_equal(elf_getphdrnum(elf, &count), 0);
	for (size_t i = 0; i < count; i++) {
		GElf_Phdr segment;

		assert_non_null(gelf_getphdr(elf, (int)i, &segment));
		if (segment.p_type == PT_LOAD && address >= segment.p_vaddr &&
		    address - segment.p_vaddr < segment.p_filesz)
			offset = segment.p_offset + (address - segment.p_vaddr);
	}
	elf_end(elf);
	close(fd);
	return offset;
}

/* One note as readelf shows it. */
struct shown {
	char provider[64];
	char name[64];
	char arguments[512];
	uint64_t address;
	uint64_t semaphore;
};

static void find_shown(struct shown *shown, const char *path, const struct bpfhost_usdt_site *sites,
		       size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(sites[i].provider, shown->provider) != 0 ||
		    strcmp(sites[i].name, shown->name) != 0 ||
		    strcmp(sites[i].arguments, shown->arguments) != 0 ||
		    sites[i].address != shown->address)
			continue;
		assert_int_equal(sites[i].offset, offset_of(path, shown->address));
		assert_int_equal(sites[i].semaphore,
				 shown->semaphore ? offset_of(path, shown->semaphore) : 0);
		return;
	}
	fail_msg("%s: readelf shows %s:%s at %#llx (%s)", path, shown->provider, shown->name,
		 (unsigned long long)shown->address, shown->arguments);
}

/* Reads the lines of a note until its last one, which tells the arguments. */
static bool read_shown(FILE *lines, struct shown *shown)
{
	unsigned long long address, base, semaphore;
	char line[1024];
	const char *provider;

	*shown = (struct shown){ 0 };
	while (fgets(line, sizeof(line), lines)) {
		line[strcspn(line, "\n")] = '\0';
		if (sscanf(line, " Location: %llx, Base: %llx, Semaphore: %llx", &address, &base,
			   &semaphore) == 3) {
			shown->address = address;
			shown->semaphore = semaphore;
		}
		provider = strstr(line, "Provider:"); /* behind something else with some versions */
		if (provider)
			sscanf(provider, "Provider: %63s", shown->provider);
		sscanf(line, " Name: %63s", shown->name);
		if (strstr(line, "Arguments:")) {
			sscanf(line, " Arguments: %511[^\n]", shown->arguments);
			return true;
		}
	}
	return false;
}

static struct bpfhost_usdt *read_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct bpfhost_elf *elf = NULL;
	struct bpfhost_usdt *usdt = NULL;
	struct bpfhost_error err = { 0 };

	assert_true(fd >= 0);
	if (bpfhost_elf_open(fd, &elf, &err))
		fail_msg("%s: %s", path, err.text);
	close(fd);
	if (bpfhost_usdt_read(elf, &usdt, &err))
		fail_msg("%s: %s", path, err.text);
	bpfhost_elf_close(elf);
	return usdt;
}

/* How many sites the file has; both sides must have the same ones. */
static size_t compare_with_readelf(const char *path)
{
	struct bpfhost_usdt *usdt = read_file(path);
	const struct bpfhost_usdt_site *sites;
	size_t count = 0, shown_count = 0;
	struct shown shown;
	char command[512];
	FILE *lines;

	snprintf(command, sizeof(command), "LC_ALL=C readelf -nW '%s' 2>/dev/null", path);
	lines = popen(command, "r");
	assert_non_null(lines);
	sites = bpfhost_usdt_sites(usdt, &count);
	for (; read_shown(lines, &shown); shown_count++)
		find_shown(&shown, path, sites, count);
	pclose(lines);
	assert_int_equal(shown_count, count);
	bpfhost_usdt_free(usdt);
	return count;
}

static void test_installed_files(void **state)
{
	static const char *const paths[] = {
		"/usr/bin/python3.11",
		"/usr/lib/x86_64-linux-gnu/libpython3.11.so.1.0",
		"/usr/lib/x86_64-linux-gnu/libstdc++.so.6",
		"/usr/lib/aarch64-linux-gnu/libstdc++.so.6",
	};
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		if (!access(paths[i], R_OK))
			count += compare_with_readelf(paths[i]);
	}
	print_message("%zu sites in installed files\n", count);
}

/* Static functions become part of their callers, a probe in a loop may be unrolled. */
static const char program[] =
	"#define _SDT_HAS_SEMAPHORES 1\n"
	"#include <sys/sdt.h>\n"
	"__extension__ unsigned short t_in_semaphore __attribute__((section(\".probes\"))) = 0;\n"
	"__extension__ unsigned short t_f_semaphore __attribute__((section(\".probes\"))) = 0;\n"
	"static inline __attribute__((always_inline)) void in(long a, char b)\n"
	"{ DTRACE_PROBE2(t, in, a, b); }\n"
	"__attribute__((noinline)) int f(int a) { in(a, 1); in(a * 3, 2); DTRACE_PROBE(t, f); return a; }\n"
	"int main(int argc, char **argv)\n"
	"{ in(argc, **argv); return f(argc) - argc; }\n";

static size_t compile_and_compare(const char *compiler, const char *flags, const char *folder)
{
	char source[64], output[64], command[512];
	size_t count;
	FILE *file;

	snprintf(source, sizeof(source), "%s/t.c", folder);
	snprintf(output, sizeof(output), "%s/t", folder);
	file = fopen(source, "w");
	assert_non_null(file);
	fputs(program, file);
	fclose(file);
	snprintf(command, sizeof(command), "%s %s -o %s %s", compiler, flags, output, source);
	assert_int_equal(system(command), 0);
	count = compare_with_readelf(output);
	unlink(output);
	unlink(source);
	return count;
}

static void test_compiled_files(void **state)
{
	static const char *const flags[] = {
		"-O0",
		"-O2",
		"-O2 -no-pie",
		"-O2 -static",
		"-O2 -shared -fPIC",
		"-O2 -Wl,-z,noseparate-code",
	};
	char folder[] = "/tmp/bpfhost-usdt-XXXXXX";
	const char *compilers[] = { getenv("CC"), "gcc", "clang" };

	(void)state;
	assert_non_null(mkdtemp(folder));
	for (size_t i = 0; i < ARRAY_SIZE(compilers); i++) {
		char check[256];

		snprintf(check, sizeof(check), "command -v %s >/dev/null",
			 compilers[i] ? compilers[i] : "no-compiler");
		if (system(check) != 0)
			continue;
		for (size_t j = 0; j < ARRAY_SIZE(flags); j++) /* in() three times, f() once */
			assert_int_equal(compile_and_compare(compilers[i], flags[j], folder), 4);
	}
	rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one),
		cmocka_unit_test(test_moved),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_senseless),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_huge_sizes),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_free_null),
		cmocka_unit_test(test_installed_files),
		cmocka_unit_test(test_compiled_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
