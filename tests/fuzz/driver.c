/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */

/*
 * Runs a fuzz target once over each file of the folders given, and once over nothing: what
 * libFuzzer found stays found, with any compiler.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INPUT_MAX (1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A buffer of exactly the input's size, so that reading past it is seen by a sanitizer. */
static int run_file(const char *folder, const char *name)
{
	static uint8_t buffer[INPUT_MAX];
	char path[4096];
	uint8_t *exact;
	size_t size;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "rb");
	if (!file) {
		perror(path);
		return -1;
	}
	size = fread(buffer, 1, sizeof(buffer), file);
	fclose(file);
	exact = malloc(size ? size : 1);
	if (!exact)
		return -1;
	memcpy(exact, buffer, size);
	LLVMFuzzerTestOneInput(exact, size);
	free(exact);
	return 0;
}

static int run_folder(const char *folder)
{
	struct dirent *entry;
	int runs = 0;
	DIR *dir;

	dir = opendir(folder);
	if (!dir) {
		perror(folder);
		return -1;
	}
	while (runs >= 0 && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		runs = run_file(folder, entry->d_name) ? -1 : runs + 1;
	}
	closedir(dir);
	return runs;
}

int main(int argc, char **argv)
{
	LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
	for (int i = 1; i < argc; i++) {
		int runs = run_folder(argv[i]);

		if (runs < 0)
			return 1;
		if (runs == 0) {
			fprintf(stderr, "%s: no inputs\n", argv[i]);
			return 1;
		}
		printf("%s: %d inputs\n", argv[i], runs);
	}
	return 0;
}
