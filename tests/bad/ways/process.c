/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where a worker is no longer allowed one of these, it goes on without: that it harms nobody is what is to
 * be seen, not that it succeeds. What leaks brings its own limits, and so finds them whatever the host sets.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ways.h"

#define LEAK_BYTES     65536
#define HOG_STEP       (1UL << 20)
#define HOG_STEPS      256
#define HOG_THREADS    200
#define ORPHAN_SECONDS 60

static int process_leak(struct bpfhost_instance *self)
{
	char *bytes = malloc(LEAK_BYTES);

	(void)self;
	if (bytes)
		memset(bytes, 1, LEAK_BYTES);
	__asm__ volatile("" ::"r"(bytes) : "memory");
	(void)!open("/dev/null", O_RDONLY | O_CLOEXEC);
	return 1;
}

static void process_limit(int resource, rlim_t most)
{
	struct rlimit limit;

	if (getrlimit(resource, &limit) < 0 || limit.rlim_cur <= most)
		return;
	limit.rlim_cur = most;
	setrlimit(resource, &limit);
}

/* Until there is no more, or for a quarter of a gigabyte. */
static int process_memory(struct bpfhost_instance *self)
{
	(void)self;
	process_limit(RLIMIT_DATA, 64UL << 20);
	for (int i = 0; i < HOG_STEPS; i++) {
		void *step = mmap(NULL, HOG_STEP, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (step == MAP_FAILED)
			return -ENOMEM;
		memset(step, 1, HOG_STEP);
	}
	return 1;
}

static int process_descriptors(struct bpfhost_instance *self)
{
	(void)self;
	process_limit(RLIMIT_NOFILE, 256);
	for (int i = 0; i < 256; i++)
		if (fcntl(0, F_DUPFD_CLOEXEC, 3) < 0)
			break;
	return 1;
}

static void *process_idle(void *nothing)
{
	for (;;)
		pause();
	return nothing;
}

static int process_threads(struct bpfhost_instance *self)
{
	pthread_attr_t attr;
	pthread_t thread;

	(void)self;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 65536);
	for (int i = 0; i < HOG_THREADS; i++)
		if (pthread_create(&thread, &attr, process_idle, NULL))
			break;
	pthread_attr_destroy(&attr);
	return 1;
}

static int process_close(struct bpfhost_instance *self)
{
	(void)self;
	close_range(3, ~0U, 0);
	return 1;
}

static void process_handler(int signal)
{
	(void)signal;
}

static int process_signals(struct bpfhost_instance *self)
{
	sigset_t all;

	(void)self;
	for (int i = 1; i < 32; i++)
		signal(i, process_handler);
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	return 1;
}

static int process_umask(struct bpfhost_instance *self)
{
	(void)self;
	umask(0);
	return 1;
}

static int process_folder(struct bpfhost_instance *self)
{
	(void)self;
	(void)!chdir("/");
	return 1;
}

static int process_uid(struct bpfhost_instance *self)
{
	(void)self;
	(void)!setresuid(65533, 65533, 65533);
	return 1;
}

/* Ends with its parent, so that it can be looked at without a host. */
static int process_child(struct bpfhost_instance *self)
{
	pid_t parent = getpid(), pid = fork();

	(void)self;
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		while (getppid() == parent)
			pause();
		_exit(0);
	}
	return 1;
}

/* Would hold what the worker has attached for a minute more than that. */
static int process_orphan(struct bpfhost_instance *self)
{
	(void)self;
	if (fork() == 0) {
		prctl(PR_SET_NAME, "bad-orphan");
		alarm(ORPHAN_SECONDS);
		for (;;)
			pause();
	}
	return 1;
}

/* And both go on as the worker, the copy first: while it has its program attached, the kernel takes that no more. */
static int process_twin(struct bpfhost_instance *self)
{
	pid_t copy = fork();

	if (copy > 0)
		usleep(100000);
	if (!copy) {
		bpfhost_default_attach(self);
		usleep(400000);
	}
	return 1;
}

const struct way ways_process[] = {
	{ .name = "leak", .run = process_leak },
	{ .name = "memory", .run = process_memory, .once = true },
	{ .name = "descriptors", .run = process_descriptors, .once = true },
	{ .name = "threads", .run = process_threads, .once = true },
	{ .name = "close", .run = process_close },
	{ .name = "signals", .run = process_signals },
	{ .name = "umask", .run = process_umask },
	{ .name = "folder", .run = process_folder },
	{ .name = "uid", .run = process_uid },
	{ .name = "child", .run = process_child, .once = true },
	{ .name = "orphan", .run = process_orphan, .once = true },
	{ .name = "twin", .run = process_twin, .once = true },
	{ .name = NULL },
};
