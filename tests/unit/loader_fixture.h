/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Temporary folders, and plugins that are built while the test runs. */
#ifndef TESTS_LOADER_FIXTURE_H
#define TESTS_LOADER_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define FIXTURE_HEAD                                                                               \
	"#include <bpfhost/plugin.h>\n"                                                            \
	"#include <stdlib.h>\n"                                                                    \
	"__attribute__((visibility(\"hidden\"))) const struct bpfhost_vtable bpfhost_sdk_defaults;\n"

#define FIXTURE_OBJECT                                                                                \
	"__asm__(\".pushsection .bpfhost.bpf, \\\"a\\\", %progbits\\n.balign 8\\n\"\n"                \
	"\".globl bpfhost_object_start\\n.hidden bpfhost_object_start\\nbpfhost_object_start:\\n\"\n" \
	"\".ascii \\\"these are the object's bytes\\\"\\n\"\n"                                        \
	"\".globl bpfhost_object_end\\n.hidden bpfhost_object_end\\nbpfhost_object_end:\\n.popsection\\n\");\n"

#define FIXTURE_PLUGIN(...) FIXTURE_HEAD FIXTURE_OBJECT "BPFHOST_PLUGIN(" #__VA_ARGS__ ");\n"

/* A folder below base, which fixture_remove takes away. */
static inline char *fixture_folder(const char *base)
{
	char *path = NULL;

	assert_true(asprintf(&path, "%s/bpfhost-test-XXXXXX", base) > 0);
	assert_non_null(mkdtemp(path));
	return path;
}

static inline int fixture_remove_one(const char *path, const struct stat *st, int type,
				     struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline void fixture_remove(char *path)
{
	if (path)
		nftw(path, fixture_remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(path);
}

/* "folder/name", valid until the eighth next call. */
static inline const char *fixture_path(const char *folder, const char *name)
{
	static char paths[8][PATH_MAX];
	static unsigned int next;
	char *path = paths[next++ % 8];

	assert_in_range(snprintf(path, PATH_MAX, "%s/%s", folder, name), 1, PATH_MAX - 1);
	return path;
}

static inline void fixture_write(const char *path, const void *bytes, size_t size, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size), size);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

/* The whole file; freed by the caller. */
static inline unsigned char *fixture_read(const char *path, size_t *ret_size)
{
	FILE *file = fopen(path, "rb");
	unsigned char *bytes = malloc(1 << 20);

	assert_non_null(file);
	assert_non_null(bytes);
	*ret_size = fread(bytes, 1, 1 << 20, file);
	fclose(file);
	return bytes;
}

/* Compiles a source to folder/name.so; flags are separated by spaces. */
static inline void fixture_build(const char *folder, const char *name, const char *source,
				 const char *flags)
{
	const char *root = getenv("SOURCE_DIR"), *cc = getenv("CC");
	char *command = NULL, file[PATH_MAX], own[PATH_MAX];

	if (!root) {
		snprintf(own, sizeof(own), "%s", __FILE__);
		*strstr(own, "/tests/unit/") = '\0';
		root = own;
	}
	snprintf(file, sizeof(file), "%s/%s.c", folder, name);
	fixture_write(file, source, strlen(source), 0644);
	assert_true(asprintf(&command,
			     "%s -std=gnu11 -shared -fPIC -fvisibility=hidden -I%s/core/include "
			     "-I%s/bpf/include %s -o %s/%s.so %s",
			     cc ? cc : "cc", root, root, file, folder, name, flags) > 0);
	assert_int_equal(system(command), 0);
	free(command);
	snprintf(file, sizeof(file), "%s/%s.so", folder, name);
	assert_int_equal(chmod(file, 0755), 0);
}

#endif
