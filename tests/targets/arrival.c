/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copies stdin to stdout, with the wall clock in ns, as a number, in front of each line. */
#include <stdio.h>
#include <time.h>

int main(void)
{
	static char line[1 << 16];
	struct timespec now;

	while (fgets(line, sizeof(line), stdin)) {
		clock_gettime(CLOCK_REALTIME, &now);
		printf("%lld%09ld %s", (long long)now.tv_sec, now.tv_nsec, line);
		fflush(stdout);
	}
	return 0;
}
