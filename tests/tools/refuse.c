/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Runs a program for which the kernel answers some system calls as a test wants it: an errno in place of
 * the n-th, or a command that runs before the n-th goes on.
 *
 *	refuse [-a CALL] [-i COMM] [-o FILE] CALL[@N[+]][=ANSWER]... -- PROGRAM [ARGUMENT]...
 *
 *	CALL    bpf, bpf:PROG_LOAD and the other commands, perf_event_open, clone, ...; write:FD, ioctl:REQUEST,
 *	        openat:PREFIX of the path
 *	@N      the N-th only, counted over all processes; @N+ that one and all behind it; else every one
 *	ANSWER  EPERM, ... or a number; run:COMMAND for the shell; nothing: such calls are counted only
 *	-a      nothing counts before the first call of this kind, which a program makes when its libraries are there
 *	-i      only processes of this name (/proc/PID/comm) count
 *	-o      at the end this gets a line "CALL COUNT" for each CALL seen, and "answered COUNT"
 *
 * The filter is inherited, also under filters that the program sets up itself. What it finds goes to a process
 * beside (seccomp_unotify(2)), which is the program's sibling, so that the program has the process id and the
 * children that it would have without us. That process shares our table of descriptors until exec takes us
 * another one: so it has the listener without anything being sent, for which no system call must be free.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define RULES_MAX 32
#define NAMES_MAX 64
#define ERRNO_MAX 4095

#if defined(__x86_64__)
#define MACHINE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define MACHINE AUDIT_ARCH_AARCH64
#endif

static const struct call {
	const char *name;
	int number;
	int selector; /* which argument CALL:WHAT names, -1: none */
} calls[] = {
	{ "bpf", SYS_bpf, 0 },
	{ "perf_event_open", SYS_perf_event_open, -1 },
	{ "memfd_create", SYS_memfd_create, -1 },
	{ "mmap", SYS_mmap, -1 },
	{ "openat", SYS_openat, 1 },
	{ "epoll_create1", SYS_epoll_create1, -1 },
	{ "epoll_ctl", SYS_epoll_ctl, -1 },
	{ "eventfd2", SYS_eventfd2, -1 },
	{ "signalfd4", SYS_signalfd4, -1 },
	{ "socket", SYS_socket, -1 },
	{ "socketpair", SYS_socketpair, -1 },
	{ "clone", SYS_clone, -1 },
	{ "clone3", SYS_clone3, -1 },
	{ "pidfd_open", SYS_pidfd_open, -1 },
	{ "ioctl", SYS_ioctl, 1 },
	{ "write", SYS_write, 0 },
	{ "membarrier", SYS_membarrier, -1 },
	{ "umask", SYS_umask, -1 },
};

/* enum bpf_cmd of include/uapi/linux/bpf.h, in its order */
static const char *const commands[] = {
	"MAP_CREATE",        "MAP_LOOKUP_ELEM",
	"MAP_UPDATE_ELEM",   "MAP_DELETE_ELEM",
	"MAP_GET_NEXT_KEY",  "PROG_LOAD",
	"OBJ_PIN",           "OBJ_GET",
	"PROG_ATTACH",       "PROG_DETACH",
	"PROG_TEST_RUN",     "PROG_GET_NEXT_ID",
	"MAP_GET_NEXT_ID",   "PROG_GET_FD_BY_ID",
	"MAP_GET_FD_BY_ID",  "OBJ_GET_INFO_BY_FD",
	"PROG_QUERY",        "RAW_TRACEPOINT_OPEN",
	"BTF_LOAD",          "BTF_GET_FD_BY_ID",
	"TASK_FD_QUERY",     "MAP_LOOKUP_AND_DELETE_ELEM",
	"MAP_FREEZE",        "BTF_GET_NEXT_ID",
	"MAP_LOOKUP_BATCH",  "MAP_LOOKUP_AND_DELETE_BATCH",
	"MAP_UPDATE_BATCH",  "MAP_DELETE_BATCH",
	"LINK_CREATE",       "LINK_UPDATE",
	"LINK_GET_FD_BY_ID", "LINK_GET_NEXT_ID",
	"ENABLE_STATS",      "ITER_CREATE",
	"LINK_DETACH",       "PROG_BIND_MAP",
};
#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

struct rule {
	const struct call *call;
	bool selects;       /* by this value of the argument, */
	uint32_t value;     /* or */
	const char *prefix; /* of the path; NULL: any */
	uint64_t first;     /* of those that are answered, from 1; 0: none */
	bool onwards;
	int error;
	const char *command; /* for the shell, NULL: the errno */
	uint64_t seen;
};

struct count {
	char name[48];
	uint64_t seen;
};

static struct rule rules[RULES_MAX];
static size_t nrules;
static struct count counts[NAMES_MAX];
static size_t ncounts;
static uint64_t answered;
static int *told; /* where the one that answers waits for the filter's descriptor */
static const char *only_comm, *tally_path;
static const struct call *after; /* NULL: it has been */

__attribute__((format(printf, 1, 2))) static _Noreturn void die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("refuse: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	if (told)
		__atomic_store_n(told, -1, __ATOMIC_RELEASE);
	exit(125);
}

/* ---- the command line --------------------------------------------------------------------------- */

static const struct call *find_call(const char *name)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (!strcmp(calls[i].name, name))
			return &calls[i];
	die("unknown call %s", name);
}

static uint32_t find_command(const char *name)
{
	for (uint32_t i = 0; i < COMMANDS; i++)
		if (!strcmp(commands[i], name))
			return i;
	die("unknown command of bpf %s", name);
}

static int find_error(const char *name)
{
	int number = atoi(name);

	for (int i = 1; !number && i < 256; i++)
		if (strerrorname_np(i) && !strcmp(strerrorname_np(i), name))
			number = i;
	if (number < 1 || number > ERRNO_MAX)
		die("unknown errno %s", name);
	return number;
}

static void parse_call(struct rule *rule, char *text)
{
	char *what = strchr(text, ':');

	if (what)
		*what++ = '\0';
	rule->call = find_call(text);
	if (!what)
		return;
	if (rule->call->selector < 0)
		die("%s has no variants", text);
	if (rule->call->number == SYS_openat) {
		rule->prefix = what;
		return;
	}
	rule->selects = true;
	rule->value = rule->call->number == SYS_bpf ? find_command(what)
						    : (uint32_t)strtoul(what, NULL, 0);
}

static struct rule *next_rule(void)
{
	if (nrules == RULES_MAX)
		die("too many calls");
	return &rules[nrules++];
}

static void parse_rule(char *text)
{
	struct rule *rule = next_rule();
	char *answer = strchr(text, '='), *at;

	if (answer)
		*answer++ = '\0';
	at = strchr(text, '@');
	if (at)
		*at++ = '\0';
	rule->first = at ? strtoull(at, NULL, 10) : answer ? 1 : 0;
	rule->onwards = !at || strchr(at, '+');
	if (answer && !strncmp(answer, "run:", 4))
		rule->command = answer + 4;
	else if (answer)
		rule->error = find_error(answer);
	parse_call(rule, text);
}

/* Returns the program and its arguments. */
static char **parse(int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "+a:i:o:")) >= 0) {
		if (option == 'a')
			after = (*next_rule() = (struct rule){ .call = find_call(optarg) }).call;
		else if (option == 'i')
			only_comm = optarg;
		else if (option == 'o')
			tally_path = optarg;
		else
			exit(125);
	}
	/* getopt takes a "--" that stands first. */
	for (; optind < argc && strcmp(argv[optind], "--"); optind++)
		parse_rule(argv[optind]);
	if (optind + 1 >= argc || !nrules)
		die("usage: refuse [-a CALL] [-i COMM] [-o FILE] CALL[@N[+]][=ANSWER]... -- PROGRAM "
		    "[ARGUMENT]...");
	return argv + optind + 1;
}

/* ---- the filter, in the program ----------------------------------------------------------------- */

/* Names of paths are compared where they can be read. */
static size_t filter_rule(const struct rule *rule, struct sock_filter *out)
{
	const uint8_t skip = rule->selects ? 3 : 1;
	const size_t argument = rule->selects ? (size_t)rule->call->selector : 0;
	size_t n = 0;

	out[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						offsetof(struct seccomp_data, nr));
	out[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
						(uint32_t)rule->call->number, 0, skip);
	if (rule->selects) {
		out[n++] = (struct sock_filter)
			BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
				 (uint32_t)(offsetof(struct seccomp_data, args) + 8 * argument));
		out[n++] =
			(struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, rule->value, 0, 1);
	}
	out[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
	return n;
}

/* The descriptor of the listener, which is closed by exec. */
static int filter_install(void)
{
	struct sock_filter code[5 * RULES_MAX + 4] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MACHINE, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = 3, .filter = code };
	long fd;

	for (size_t i = 0; i < nrules; i++)
		program.len =
			(unsigned short)(program.len + filter_rule(&rules[i], code + program.len));
	code[program.len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
		     &program);
	if (fd < 0)
		die("failed to set the filter: %s", strerror(errno));
	return (int)fd;
}

/* ---- the answers, beside it --------------------------------------------------------------------- */

static ssize_t read_file(uint32_t pid, const char *name, off_t offset, char *out, size_t size)
{
	char path[64];
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/%s", pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	got = pread(fd, out, size - 1, offset);
	close(fd);
	out[got > 0 ? got : 0] = '\0';
	return got;
}

static bool is_of_comm(uint32_t pid)
{
	char comm[32] = "";

	if (!only_comm)
		return true;
	read_file(pid, "comm", 0, comm, sizeof(comm));
	comm[strcspn(comm, "\n")] = '\0';
	return !strcmp(comm, only_comm);
}

static bool has_prefix(const struct seccomp_notif *request, const char *prefix)
{
	char path[4096] = "";

	read_file(request->pid, "mem", (off_t)request->data.args[1], path, sizeof(path));
	return !strncmp(path, prefix, strlen(prefix));
}

static struct rule *match(const struct seccomp_notif *request)
{
	for (size_t i = 0; i < nrules; i++) {
		struct rule *rule = &rules[i];

		if (rule->call->number != request->data.nr)
			continue;
		if (rule->selects &&
		    (uint32_t)request->data.args[rule->call->selector] != rule->value)
			continue;
		if (!rule->prefix || has_prefix(request, rule->prefix))
			return rule;
	}
	return NULL;
}

static void count(const struct rule *rule, const struct seccomp_notif *request)
{
	uint32_t command = (uint32_t)request->data.args[0];
	char name[sizeof(counts[0].name)];
	size_t i = 0;

	if (rule->call->number == SYS_bpf && command < COMMANDS)
		snprintf(name, sizeof(name), "bpf:%s", commands[command]);
	else
		snprintf(name, sizeof(name), "%s", rule->call->name);
	while (i < ncounts && strcmp(counts[i].name, name))
		i++;
	if (i == NAMES_MAX)
		return;
	if (i == ncounts)
		strcpy(counts[ncounts++].name, name);
	counts[i].seen++;
}

static bool is_due(const struct rule *rule)
{
	return rule->first &&
	       (rule->onwards ? rule->seen >= rule->first : rule->seen == rule->first);
}

static void decide(const struct seccomp_notif *request, struct seccomp_notif_resp *answer)
{
	struct rule *rule = match(request);

	answer->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	if (after) {
		after = request->data.nr == after->number ? NULL : after;
		return;
	}
	if (!rule || !is_of_comm(request->pid))
		return;
	rule->seen++;
	count(rule, request);
	if (!is_due(rule))
		return;
	answered++;
	if (rule->command) {
		if (system(rule->command))
			fprintf(stderr, "refuse: failed: %s\n", rule->command);
		return;
	}
	answer->flags = 0;
	answer->error = -rule->error;
}

static void tell(void)
{
	FILE *file = tally_path ? fopen(tally_path, "we") : NULL;

	if (!file)
		return;
	for (size_t i = 0; i < ncounts; i++)
		fprintf(file, "%s %llu\n", counts[i].name, (unsigned long long)counts[i].seen);
	fprintf(file, "answered %llu\n", (unsigned long long)answered);
	fclose(file);
}

/* Until no process under the filter is left. */
static _Noreturn void answer_all(int listener)
{
	struct pollfd ready = { .fd = listener, .events = POLLIN };

	while (poll(&ready, 1, -1) > 0 && !(ready.revents & POLLHUP)) {
		struct seccomp_notif request = { 0 };
		struct seccomp_notif_resp answer = { 0 };

		/* One that died meanwhile needs no answer. */
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &request) < 0)
			continue;
		answer.id = request.id;
		decide(&request, &answer);
		ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
	}
	tell();
	_exit(0);
}

int main(int argc, char **argv)
{
	char **program = parse(argc, argv);
	int *listener = mmap(NULL, sizeof(*listener), PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int fd;
	long pid;

	if (listener == MAP_FAILED)
		die("no memory");
	pid = syscall(SYS_clone, CLONE_FILES | CLONE_PARENT | SIGCHLD, NULL, NULL, NULL, NULL);
	if (pid < 0)
		die("failed to fork: %s", strerror(errno));
	if (!pid) {
		/* One more than the descriptor; the program, which shares this memory, has -1 where it failed. */
		while (!(fd = __atomic_load_n(listener, __ATOMIC_ACQUIRE)))
			if (getppid() == 1 || usleep(100))
				_exit(1);
		if (fd < 0)
			_exit(1);
		answer_all(fd - 1);
	}
	told = listener;
	__atomic_store_n(listener, filter_install() + 1, __ATOMIC_RELEASE);
	execv(program[0], program);
	die("failed to run %s: %s", program[0], strerror(errno));
}
