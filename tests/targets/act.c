/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A program to trace. Its arguments are verbs with their operands; it prints its pid, waits for a
 * line on stdin, does them in order and says what each of them did, so that a test knows the counts
 * and values from the traced side. It stays until its stdin ends, or a minute at most.
 *
 *	pin CPU                 run on that CPU only
 *	name TEXT               the process's name
 *	wait                    print "waiting", go on at the next line of stdin
 *	sleep MS
 *	slowly US               from now on, a pause after each round of getppid and gets
 *	getppid N               N system calls, at full speed
 *	rate N PER_MS           the same, but so many a millisecond
 *	stamp                   one getppid, and the wall clock before it
 *	gets N                  N times each of getpid, getuid and getgid
 *	children N              N children, one after the other, that each call getppid once
 *	connect FD FAMILY       on descriptor FD; inet, inet6 and unix, to fixed addresses, by UDP
 *	tcp PORT                a TCP connection over loopback to itself
 *	open PATH               openat(AT_FDCWD, PATH, O_RDONLY)
 *	openw PATH              the same, O_WRONLY | O_CREAT | O_CLOEXEC, mode 0640
 *	flock PATH              flock(LOCK_EX | LOCK_NB)
 *	lseek FD OFFSET       lseek on FD
 *	kill SIG                a signal to itself, which it ignores
 *	user UID                change to that user
 *	exec PATH               run PATH with the remaining arguments, in the same process
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ACT_INET_PORT  4660
#define ACT_INET6_PORT 22136
#define ACT_UNIX_PATH  "/nonexistent/act.socket"

static struct timespec act_pause;

static void act_die(const char *what)
{
	dprintf(1, "failed %s: %s\n", what, strerror(errno));
	exit(1);
}

/* Unbuffered, so that nothing after it on stdin is taken. */
static int act_await_line(void)
{
	char c = 0;

	while (c != '\n')
		if (read(0, &c, 1) != 1)
			return -1;
	return 0;
}

static void act_pin(char **arg)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((unsigned int)atoi(arg[0]), &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		act_die("pin");
	dprintf(1, "pin %s\n", arg[0]);
}

static void act_name(char **arg)
{
	prctl(PR_SET_NAME, arg[0]);
	dprintf(1, "name\n");
}

static void act_wait(char **arg)
{
	(void)arg;
	dprintf(1, "waiting\n");
	if (act_await_line())
		exit(0);
}

static void act_sleep(char **arg)
{
	long ms = atol(arg[0]);

	nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000 }, NULL);
}

static void act_slowly(char **arg)
{
	act_pause.tv_nsec = atol(arg[0]) * 1000;
}

static void act_rest(void)
{
	if (act_pause.tv_nsec)
		nanosleep(&act_pause, NULL);
}

static void act_getppid(char **arg)
{
	long n = atol(arg[0]);

	for (long i = 0; i < n; i++) {
		syscall(SYS_getppid);
		act_rest();
	}
	dprintf(1, "getppid %ld\n", n);
}

static int64_t act_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void act_rate(char **arg)
{
	long n = atol(arg[0]), per_ms = atol(arg[1]);
	int64_t begin = act_now_us(), ahead;

	for (long i = 0; i < n; i++) {
		syscall(SYS_getppid);
		if ((i + 1) % per_ms)
			continue;
		ahead = begin + (i + 1) / per_ms * 1000 - act_now_us();
		if (ahead > 0)
			nanosleep(&(struct timespec){ 0, ahead * 1000 }, NULL);
	}
	dprintf(1, "rate %ld\n", n);
}

static void act_stamp(char **arg)
{
	struct timespec now;

	(void)arg;
	clock_gettime(CLOCK_REALTIME, &now);
	syscall(SYS_getppid);
	dprintf(1, "stamp %lld%09ld\n", (long long)now.tv_sec, now.tv_nsec);
}

static void act_gets(char **arg)
{
	long n = atol(arg[0]);

	for (long i = 0; i < n; i++) {
		syscall(SYS_getpid);
		syscall(SYS_getuid);
		syscall(SYS_getgid);
		act_rest();
	}
	dprintf(1, "gets %ld\n", n);
}

static void act_children(char **arg)
{
	long n = atol(arg[0]);

	for (long i = 0; i < n; i++) {
		pid_t pid = fork();

		if (pid < 0)
			act_die("children");
		if (pid == 0) {
			syscall(SYS_getppid);
			_exit(0);
		}
		waitpid(pid, NULL, 0);
	}
	dprintf(1, "children %ld\n", n);
}

union act_address {
	struct sockaddr any;
	struct sockaddr_in inet;
	struct sockaddr_in6 inet6;
	struct sockaddr_un local;
};

static socklen_t act_address(const char *family, union act_address *address)
{
	memset(address, 0, sizeof(*address));
	if (!strcmp(family, "inet")) {
		address->inet.sin_family = AF_INET;
		address->inet.sin_port = htons(ACT_INET_PORT);
		inet_pton(AF_INET, "127.1.2.3", &address->inet.sin_addr);
		return sizeof(address->inet);
	}
	if (!strcmp(family, "inet6")) {
		address->inet6.sin6_family = AF_INET6;
		address->inet6.sin6_port = htons(ACT_INET6_PORT);
		inet_pton(AF_INET6, "::1", &address->inet6.sin6_addr);
		return sizeof(address->inet6);
	}
	address->local.sun_family = AF_UNIX;
	strcpy(address->local.sun_path, ACT_UNIX_PATH);
	return sizeof(address->local);
}

static void act_connect(char **arg)
{
	union act_address address;
	socklen_t size = act_address(arg[1], &address);
	int fd = atoi(arg[0]), made = socket(address.any.sa_family, SOCK_DGRAM, 0);
	int ret;

	if (made < 0 || dup2(made, fd) < 0)
		act_die("socket");
	ret = connect(fd, &address.any, size);
	dprintf(1, "connect fd=%d family=%s addrlen=%u ret=%d\n", fd, arg[1], size,
		ret ? -errno : 0);
	close(fd);
	if (made != fd)
		close(made);
}

static void act_tcp(char **arg)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_port = htons((uint16_t)atoi(arg[0])),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);
	int server = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
	int one = 1;

	setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(server, (struct sockaddr *)&address, size) || listen(server, 1) ||
	    connect(client, (struct sockaddr *)&address, size))
		act_die("tcp");
	getsockname(client, (struct sockaddr *)&address, &size);
	dprintf(1, "tcp sport=%u dport=%s\n", ntohs(address.sin_port), arg[0]);
	close(client);
	close(server);
}

static void act_open(char **arg)
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, arg[0], O_RDONLY, 0);

	dprintf(1, "open ret=%d\n", fd < 0 ? -errno : fd);
	if (fd >= 0)
		close(fd);
}

static void act_openw(char **arg)
{
	int flags = O_WRONLY | O_CREAT | O_CLOEXEC;
	int fd = (int)syscall(SYS_openat, AT_FDCWD, arg[0], flags, 0640);

	dprintf(1, "openw flags=%d mode=%d ret=%d\n", flags, 0640, fd < 0 ? -errno : fd);
	if (fd >= 0)
		close(fd);
}

static void act_flock(char **arg)
{
	int fd = open(arg[0], O_RDONLY);
	struct stat status;

	if (fd < 0 || fstat(fd, &status) || flock(fd, LOCK_EX | LOCK_NB))
		act_die("flock");
	dprintf(1, "flock ino=%llu\n", (unsigned long long)status.st_ino);
	close(fd);
}

static void act_lseek(char **arg)
{
	long long offset = atoll(arg[1]);
	long ret = syscall(SYS_lseek, atoi(arg[0]), offset, SEEK_SET);

	dprintf(1, "lseek fd=%s offset=%lld ret=%ld\n", arg[0], offset,
		ret < 0 ? (long)-errno : ret);
}

static void act_kill(char **arg)
{
	int number = atoi(arg[0]);

	signal(number, SIG_IGN);
	kill(getpid(), number);
	dprintf(1, "kill %d\n", number);
}

static void act_user(char **arg)
{
	uid_t uid = (uid_t)atoi(arg[0]);

	if (setresuid(uid, uid, uid))
		act_die("user");
	dprintf(1, "user %u\n", uid);
}

static void act_exec(char **arg)
{
	dprintf(1, "exec\n");
	execv(arg[0], arg);
	act_die("exec");
}

static const struct {
	const char *name;
	int operands;
	void (*act)(char **arg);
} act_verbs[] = {
	{ "pin", 1, act_pin },         { "name", 1, act_name },     { "wait", 0, act_wait },
	{ "sleep", 1, act_sleep },     { "slowly", 1, act_slowly }, { "getppid", 1, act_getppid },
	{ "stamp", 0, act_stamp },     { "gets", 1, act_gets },     { "children", 1, act_children },
	{ "connect", 2, act_connect }, { "tcp", 1, act_tcp },       { "open", 1, act_open },
	{ "openw", 1, act_openw },     { "flock", 1, act_flock },   { "lseek", 2, act_lseek },
	{ "kill", 1, act_kill },       { "user", 1, act_user },     { "exec", 1, act_exec },
	{ "rate", 2, act_rate },
};

static int act_do(char **arg, int left)
{
	for (size_t i = 0; i < sizeof(act_verbs) / sizeof(act_verbs[0]); i++) {
		if (strcmp(arg[0], act_verbs[i].name))
			continue;
		if (act_verbs[i].operands >= left)
			break;
		act_verbs[i].act(arg + 1);
		return act_verbs[i].operands + 1;
	}
	dprintf(1, "unknown verb %s\n", arg[0]);
	exit(2);
}

int main(int argc, char **argv)
{
	alarm(60);
	dprintf(1, "pid %d\n", getpid());
	if (act_await_line())
		return 0;
	for (int i = 1; i < argc;)
		i += act_do(argv + i, argc - i);
	dprintf(1, "done\n");
	while (act_await_line() == 0)
		;
	return 0;
}
