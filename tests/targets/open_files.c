/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* open_files [COUNT PATH]...: when stdin ends, opens each PATH so many times, and nothing else. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	char end;

	(void)!read(STDIN_FILENO, &end, 1);
	for (int i = 1; i + 1 < argc; i += 2)
		for (int n = atoi(argv[i]); n > 0; n--)
			close(open(argv[i + 1], O_RDONLY));
	return 0;
}
