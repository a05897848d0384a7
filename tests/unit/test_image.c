/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "loader_fixture.h"

#include "image_verdict.h"

#include <elf.h>

#include "loader/image_private.h"

#define FLIPS 10000

static const char source[] =
	FIXTURE_PLUGIN(.name = "tiny", .version = "1.2", .description = "a tiny one",
		       .license = "GPL", .options = options, .needs = BPFHOST_NEED_LATE_OPEN) "";

static const char table[] =
	"#include <bpfhost/plugin.h>\n"
	"static const char *const colours[] = { \"red\", \"green\", NULL };\n"
	"static const struct bpfhost_option options[] = {\n"
	"{ .name = \"colour\", .help = \"which\", .type = BPFHOST_OPT_CHOICE,\n"
	"  .default_text = \"green\", .choices = colours }, { .name = NULL } };\n";

static char *folder;
static unsigned char *good;
static size_t good_size;

static int image_setup(void **state)
{
	char text[8192], flags[PATH_MAX];

	(void)state;
	folder = fixture_folder("/tmp");
	snprintf(text, sizeof(text), "%s%s", table, source);
	fixture_build(folder, "tiny", text, "-Wl,--no-as-needed -lm");
	fixture_build(folder, "packed", text, "-nostdlib -Wl,-z,pack-relative-relocs");
	fixture_build(folder, "sysv", text, "-Wl,--hash-style=sysv");
	fixture_build(folder, "origin", text, "-Wl,-rpath,/usr/lib:$'$'ORIGIN/x");
	fixture_build(folder, "runpath", text, "-Wl,-rpath,/tmp/of/others");
	fixture_build(folder, "fine", text, "-Wl,-rpath,/usr/lib");
	snprintf(flags, sizeof(flags), "-Wl,--no-as-needed %s/tiny.so", folder);
	fixture_build(folder, "bypath", text, flags);
	good = fixture_read(fixture_path(folder, "tiny.so"), &good_size);
	return 0;
}

static int image_teardown(void **state)
{
	(void)state;
	verdict_tell();
	free(good);
	fixture_remove(folder);
	return 0;
}

static void assert_refused(const unsigned char *bytes, size_t size, const char *words)
{
	struct image *image = NULL;
	struct bpfhost_error err = { .text = "" };

	assert_int_equal(image_open_bytes(bytes, size, &image, &err), -ENOEXEC);
	if (!strstr(err.text, words))
		fail_msg("\"%s\" says nothing of \"%s\"", err.text, words);
}

static struct image *opened(const char *name)
{
	int fd = open(fixture_path(folder, name), O_RDONLY | O_CLOEXEC);
	struct bpfhost_error err = { .text = "" };
	struct image *image = NULL;

	assert_true(fd >= 0);
	if (image_open(fd, &image, &err))
		fail_msg("%s: %s", name, err.text);
	close(fd);
	return image;
}

static void test_reads(void **state)
{
	static const char *const names[] = { "tiny.so", "packed.so", "sysv.so" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct image *image = opened(names[i]);
		uint64_t address, size, name;
		const void *bytes;
		uint32_t note;

		assert_int_equal(image_symbol(image, "bpfhost_plugin", &address, &size), 0);
		assert_int_equal(size, sizeof(struct bpfhost_plugin));
		assert_int_equal(image_pointer(image, address + 8, &name), 0);
		assert_string_equal(image_string(image, name, 4), "tiny");
		assert_null(image_string(image, name, 3));
		assert_int_equal(image_note(image, "bpfhost", 1, &bytes, &note), 0);
		assert_int_equal(note, 4);
		assert_int_equal(image_note(image, "bpfhost", 2, &bytes, &note), -ENOENT);
		assert_int_equal(image_symbol(image, "bpfhost_object_start", &address, &size),
				 -ENOENT);
		assert_null(image_read(image, UINT64_MAX - 4, 8));
		assert_null(image_read(image, address, 1ULL << 40));
		image_free(image);
	}
}

static void test_section(void **state)
{
	struct image *image = opened("tiny.so");
	struct image_section section;

	(void)state;
	assert_int_equal(image_section(image, ".bpfhost.bpf", &section), 0);
	assert_int_equal(section.size, strlen("these are the object's bytes"));
	assert_memory_equal(image_bytes(image, section.offset, section.size),
			    "these are the object's bytes", section.size);
	assert_int_equal(image_section(image, ".bpfhost", &section), -ENOENT);
	image_free(image);
}

static void test_paths(void **state)
{
	static const struct {
		const char *name, *words;
	} cases[] = {
		{ "origin.so", "has a $" },
		{ "runpath.so", "/tmp can be written by others" },
		{ "bypath.so", "tiny.so\", which is no library by its name alone" },
		{ "fine.so", NULL },
		{ "tiny.so", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct image *image = opened(cases[i].name);
		struct bpfhost_error err = { .text = "" };

		assert_int_equal(image_check_paths(image, &err), cases[i].words ? -EPERM : 0);
		if (cases[i].words && !strstr(err.text, cases[i].words))
			fail_msg("%s: %s", cases[i].name, err.text);
		image_free(image);
	}
}

static void test_needed(void **state)
{
	struct image *image = opened("tiny.so");
	size_t count = 0;

	(void)state;
	assert_non_null(image_needed(image, 0));
	assert_string_equal(image_needed(image, 0), "libm.so.6");
	while (image_needed(image, count))
		count++;
	assert_in_range(count, 1, 4);
	image_free(image);
}

static void test_kinds(void **state)
{
	unsigned char *bytes = malloc(good_size);
	Elf64_Ehdr *header = (Elf64_Ehdr *)bytes;

	(void)state;
	assert_refused((const unsigned char *)"", 0, "no ELF file");
	assert_refused((const unsigned char *)"#!/bin/sh\n", 10, "no ELF file");
	assert_refused(good, 20, "truncated");
#define WITH(change, words)                                                                        \
	memcpy(bytes, good, good_size);                                                            \
	change;                                                                                    \
	assert_refused(bytes, good_size, words)
	WITH(bytes[EI_CLASS] = ELFCLASS32, "64-bit");
	WITH(bytes[EI_DATA] = ELFDATA2MSB, "little-endian");
	WITH(bytes[EI_VERSION] = 9, "version");
	WITH(header->e_machine = EM_S390, "another machine (ELF number 22");
	WITH(header->e_machine = EM_BPF, "BPF object");
	WITH(header->e_type = ET_EXEC, "a program");
	WITH(header->e_type = ET_REL, "not yet linked");
	WITH(header->e_type = ET_CORE, "ELF type 4");
	WITH(header->e_phnum = 0, "0 program headers");
	WITH(header->e_phnum = 5000, "5000 program headers");
	WITH(header->e_phoff = good_size, "program headers lie outside");
	WITH(header->e_phoff = UINT64_MAX - 8, "program headers lie outside");
	WITH(header->e_shoff = good_size - 8, "section headers lie outside");
#undef WITH
	assert_int_equal(verdict(good, good_size), 0);
	free(bytes);
}

static void test_truncated(void **state)
{
	(void)state;
	for (size_t percent = 0; percent < 100; percent++)
		assert_int_not_equal(verdict(good, good_size * percent / 100), 0);
}

/* Half of them in the headers and tables, where they matter most. */
static void test_flips(void **state)
{
	unsigned char *bytes = malloc(good_size);
	uint64_t seed = 20260722;
	size_t refused = 0;

	(void)state;
	for (size_t i = 0; i < FLIPS; i++) {
		size_t span = i % 2 ? good_size : good_size / 8;

		memcpy(bytes, good, good_size);
		for (uint64_t n = 1 + random_next(&seed) % 4; n; n--)
			bytes[random_next(&seed) % span] ^= 1U << (random_next(&seed) % 8);
		refused += verdict(bytes, good_size) != 0;
	}
	assert_in_range(refused, FLIPS / 100, FLIPS - 1);
	free(bytes);
}

/* Random words where the tables are, so that counts and addresses get every size. */
static void test_random(void **state)
{
	unsigned char *bytes = malloc(good_size);
	uint64_t seed = 7;

	(void)state;
	for (size_t i = 0; i < 2000; i++) {
		size_t at = (random_next(&seed) % (good_size / 8)) * 8;
		uint64_t word = random_next(&seed) >> (random_next(&seed) % 64);

		memcpy(bytes, good, good_size);
		memcpy(bytes + at, &word, sizeof(word));
		verdict(bytes, good_size);
		for (size_t k = 0; k < 4096; k++)
			bytes[k] = random_next(&seed);
		memcpy(bytes, good, i % 2 ? sizeof(Elf64_Ehdr) : 4);
		verdict(bytes, 4096);
	}
	free(bytes);
}

/* A file as large as they may be, every table as long as it can be made: still a quick verdict. */
static void test_large(void **state)
{
	size_t size = 32U << 20;
	unsigned char *bytes = calloc(1, size);
	Elf64_Phdr *load;
	Elf64_Ehdr *header = (Elf64_Ehdr *)bytes;

	(void)state;
	assert_non_null(bytes);
	memcpy(bytes, good, good_size);
	for (unsigned int i = 0; i < header->e_phnum; i++) {
		load = (Elf64_Phdr *)(bytes + header->e_phoff) + i;
		if (load->p_type == PT_NOTE)
			load->p_filesz = size - load->p_offset;
		if (load->p_type == PT_DYNAMIC)
			load->p_filesz = size - load->p_offset;
	}
	verdict(bytes, size);
	for (size_t i = good_size; i < size; i++)
		bytes[i] = 1;
	verdict(bytes, size);
	free(bytes);
}

/* The same, with tables in the part that was added: relocations to sort, symbols to count. */
static void test_large_tables(void **state)
{
	size_t size = 32U << 20, tail = (good_size + 4095) & ~4095UL;
	unsigned char *bytes = calloc(1, size);
	Elf64_Ehdr *header = (Elf64_Ehdr *)bytes;
	Elf64_Phdr *last = NULL, *segment;
	Elf64_Dyn *entry = NULL;
	uint64_t seed = 99, address;

	(void)state;
	assert_non_null(bytes);
	memcpy(bytes, good, good_size);
	for (size_t i = tail; i < size; i += 8) {
		/* even words: a chain that never ends; small: relocations of every kind */
		uint64_t word = random_next(&seed) & 0xfffffffeffffeULL;

		memcpy(bytes + i, &word, 8);
	}
	for (unsigned int i = 0; i < header->e_phnum; i++) {
		segment = (Elf64_Phdr *)(bytes + header->e_phoff) + i;
		if (segment->p_type == PT_LOAD)
			last = segment;
		if (segment->p_type == PT_DYNAMIC)
			entry = (Elf64_Dyn *)(bytes + segment->p_offset);
	}
	assert_true(last && entry);
	last->p_filesz = size - last->p_offset;
	last->p_memsz = last->p_filesz;
	address = last->p_vaddr + tail - last->p_offset;
	for (; entry->d_tag != DT_NULL; entry++) {
		if (entry->d_tag == DT_RELA)
			entry->d_un.d_ptr = address;
		if (entry->d_tag == DT_RELASZ)
			entry->d_un.d_val = IMAGE_RELOCATIONS_MAX * sizeof(Elf64_Rela);
	}
	for (uint64_t i = 0; i < IMAGE_RELOCATIONS_MAX; i++) {
		const uint64_t info = IMAGE_R_RELATIVE;

		memcpy(bytes + tail + i * sizeof(Elf64_Rela) + 8, &info, sizeof(info));
	}
	verdict(bytes, size);
	while (entry->d_tag != DT_GNU_HASH)
		entry--;
	entry->d_un.d_ptr = address;
	memcpy(bytes + tail, (const uint32_t[]){ 4000000, 1, 0, 0, 1 }, 20);
	verdict(bytes, size);
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads), cmocka_unit_test(test_section),
		cmocka_unit_test(test_paths), cmocka_unit_test(test_needed),
		cmocka_unit_test(test_kinds), cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_flips), cmocka_unit_test(test_random),
		cmocka_unit_test(test_large), cmocka_unit_test(test_large_tables),
	};

	return cmocka_run_group_tests(tests, image_setup, image_teardown) ? 1 : 0;
}
