/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * crowd FOLDER: maps one file so often, and under so long a name, that what the kernel lists of it is more
 * than anyone reads. Says "ready COUNT" and waits for the end of its stdin.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH 15
#define MAPS  32000

static int go_deep(const char *folder)
{
	char name[241];

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	if (chdir(folder))
		return -1;
	for (int i = 0; i < DEPTH; i++)
		if (mkdir(name, 0700) || chdir(name))
			return -1;
	return open("file", O_RDWR | O_CREAT | O_CLOEXEC, 0700);
}

int main(int argc, char **argv)
{
	int fd = argc == 2 ? go_deep(argv[1]) : -1, count = 0;
	char c;

	alarm(60);
	if (fd < 0 || ftruncate(fd, 4096)) {
		perror("failed");
		return 1;
	}
	/* Something else between them, so that they stay apart. */
	while (count < MAPS &&
	       mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0) != MAP_FAILED &&
	       mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
		count++;
	printf("ready %d\n", count);
	fflush(stdout);
	return read(0, &c, 1) < 0;
}
