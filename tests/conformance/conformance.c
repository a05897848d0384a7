/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One suite for every plugin: conformance [--dry] FILE.so [KEY=VALUE]...
 *
 * Each check runs in a child of its own, in which the plugin is opened on a fake host: a dry run first,
 * then, without --dry and where the privileges suffice, for real. Whatever happens, also half way, the process must be
 * after detach as it was before load. Exit status 0, 1 when a check failed, 77 when the plugin needs
 * options that were not given.
 */
#include <dlfcn.h>
#include <errno.h>
#include <grp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bpfhost/fakehost.h>

#include "exports.h"
#include "process.h"

#define CONFORMANCE_NOBODY         65534
#define CONFORMANCE_BUDGET         16
#define CONFORMANCE_REPEAT         15
#define CONFORMANCE_AGAIN          2
#define CONFORMANCE_SETTLED        5    /* life cycles after which no more memory may be taken */
#define CONFORMANCE_SLACK          4096 /* bytes: the C library keeps what belongs to ended threads */
#define CONFORMANCE_LIMIT_S        20
#define CONFORMANCE_PASS           42 /* and not 0, with which a plugin may end the process itself */
#define CONFORMANCE_FAIL           43
#define CONFORMANCE_SKIP           77
#define CONFORMANCE_CALLS_TO_BREAK 4

struct conformance {
	const char *path;
	char **settings;
	int nsettings;
	bool live;
	const struct bpfhost_plugin *plugin; /* in the child only */
};

__attribute__((format(printf, 1, 2))) static _Noreturn void conformance_fail(const char *format,
									     ...)
{
	va_list args;

	va_start(args, format);
	fputs("  ", stdout);
	vprintf(format, args);
	puts("");
	va_end(args);
	exit(CONFORMANCE_FAIL);
}

__attribute__((format(printf, 1, 2))) static _Noreturn void conformance_skip(const char *format,
									     ...)
{
	va_list args;

	va_start(args, format);
	fputs("  ", stdout);
	vprintf(format, args);
	puts("");
	va_end(args);
	exit(CONFORMANCE_SKIP);
}

/* ---- an instance ------------------------------------------------------------------------------- */

static struct fakehost *conformance_host(const struct conformance *suite)
{
	struct bpfhost_filter_values *filter;
	struct fakehost *host = fakehost_new(suite->plugin);

	if (!host)
		conformance_fail("out of memory");
	filter = fakehost_filter(host);
	filter->pids[filter->npids++] = (uint32_t)getpid();
	if (suite->live)
		fakehost_live(host);
	for (int i = 0; i < suite->nsettings; i++) {
		char *key = strdup(suite->settings[i]), *value = key ? strchr(key, '=') : NULL;

		if (!value)
			conformance_fail("\"%s\" is not KEY=VALUE", suite->settings[i]);
		*value++ = '\0';
		if (fakehost_set(host, key, value))
			conformance_fail("%s", fakehost_error(host));
		free(key);
	}
	return host;
}

static void conformance_check_result(struct fakehost *host, const char *function, int ret)
{
	if (ret > 0)
		conformance_fail("%s returned %d, which is neither 0 nor -errno", function, ret);
	if (ret < 0 && !*fakehost_error(host))
		conformance_fail("%s returned %d (%s) without saying why", function, ret,
				 strerror(-ret));
}

static int conformance_load(struct fakehost *host)
{
	int ret = fakehost_load(host);

	conformance_check_result(host, "load", ret);
	return ret;
}

static int conformance_attach(struct fakehost *host)
{
	int ret = fakehost_attach(host);

	conformance_check_result(host, "attach", ret);
	return ret;
}

static void conformance_poll(struct fakehost *host)
{
	for (int i = 0; i < 3; i++) {
		int ret = fakehost_poll(host, CONFORMANCE_BUDGET);

		if (ret > CONFORMANCE_BUDGET)
			conformance_fail("poll returned %d with a budget of %d", ret,
					 CONFORMANCE_BUDGET);
		if (ret < 0)
			conformance_fail("poll returned %d: %s", ret, fakehost_error(host));
	}
}

static void conformance_detach(struct fakehost *host)
{
	int ret = fakehost_detach(host);

	conformance_check_result(host, "detach", ret);
	if (ret)
		conformance_fail("detach returned %d: %s", ret, fakehost_error(host));
}

static void conformance_end(struct fakehost *host)
{
	if (fakehost_count(host, FAKEHOST_BREACH))
		conformance_fail("the format of the bus was broken: %s",
				 fakehost_text(host, FAKEHOST_BREACH, 0));
	fakehost_free(host);
}

static void conformance_unchanged(const struct process *before)
{
	struct process after;
	char text[1024];

	process_look(&after);
	process_compare(before, &after, text, sizeof(text));
	if (*text)
		conformance_fail("detach left something behind: %s", text);
}

/* ---- what is checked --------------------------------------------------------------------------- */

static void check_exports(struct conformance *suite)
{
	int has_wanted = 0, n;
	char other[256];

	n = exports_read(suite->path, "bpfhost_plugin", &has_wanted, other, sizeof(other));
	if (n < 0)
		conformance_fail("%s cannot be read", suite->path);
	if (!has_wanted)
		conformance_fail("it exports no bpfhost_plugin");
	if (*other)
		conformance_fail("it exports %s besides bpfhost_plugin", other);
}

static void check_descriptor(struct conformance *suite)
{
	const struct bpfhost_plugin *plugin = suite->plugin;
	const char *file = strrchr(suite->path, '/') ? strrchr(suite->path, '/') + 1 : suite->path;
	size_t length = plugin->name ? strlen(plugin->name) : 0;

	if (plugin->abi_major != BPFHOST_ABI_MAJOR || plugin->abi_minor > BPFHOST_ABI_MINOR)
		conformance_fail("its ABI is %u.%u", plugin->abi_major, plugin->abi_minor);
	if (plugin->vtable_size != sizeof(struct bpfhost_vtable) ||
	    plugin->option_size != sizeof(struct bpfhost_option))
		conformance_fail("its tables have other sizes than this ABI's");
	if (!length || strncmp(file, plugin->name, length) || strcmp(file + length, ".so"))
		conformance_fail("its name \"%s\" is not its file's", length ? plugin->name : "");
	if (!plugin->version || !*plugin->version || !plugin->description || !*plugin->description)
		conformance_fail("it has no version or no description");
	for (uint32_t i = 0; plugin->options && plugin->options[i].name; i++)
		if (!plugin->options[i].help || !*plugin->options[i].help)
			conformance_fail("option %s has no help", plugin->options[i].name);
}

/* The whole life once; what the plugin said of a load that these privileges do not allow. */
static void conformance_live_once(const struct conformance *suite)
{
	struct fakehost *host = conformance_host(suite);
	int err = conformance_load(host);
	char why[512];

	snprintf(why, sizeof(why), "%s", fakehost_error(host));
	if (!err) {
		err = conformance_attach(host);
		snprintf(why, sizeof(why), "%s", fakehost_error(host));
	}
	if (!err)
		conformance_poll(host);
	conformance_detach(host);
	conformance_end(host);
	if (err == -EPERM || err == -EACCES || err == -ENOENT || err == -EOPNOTSUPP ||
	    strstr(why, "it must be given"))
		conformance_skip("not possible here: %s", why);
	if (err)
		conformance_fail("%s", why);
}

static void check_life_cycle(struct conformance *suite)
{
	struct process before;

	process_look(&before);
	conformance_live_once(suite);
	conformance_unchanged(&before);
}

/* The host's own calls fail, one after the other: load or attach may fail, detach undoes both. */
static void check_failing_calls(struct conformance *suite)
{
	struct process before;

	process_look(&before);
	for (uint32_t call = 0; call < FAKEHOST_CALLS; call++)
		for (uint32_t after = 0; after < CONFORMANCE_CALLS_TO_BREAK; after++) {
			struct fakehost *host = conformance_host(suite);

			fakehost_break(host, call, after,
				       call == FAKEHOST_CALL_EMIT ? -EAGAIN : -ENOMEM);
			if (!conformance_load(host))
				conformance_attach(host);
			conformance_detach(host);
			conformance_end(host);
			conformance_unchanged(&before);
		}
}

static void check_detach_without_load(struct conformance *suite)
{
	struct fakehost *host = conformance_host(suite);
	struct process before;

	process_look(&before);
	conformance_detach(host);
	conformance_unchanged(&before);
	conformance_end(host);
}

static void check_detach_without_attach(struct conformance *suite)
{
	struct fakehost *host = conformance_host(suite);
	struct process before;

	process_look(&before);
	conformance_load(host);
	conformance_detach(host);
	conformance_unchanged(&before);
	conformance_end(host);
}

/* The host calls detach once; a plugin's own error path may come first. */
static void check_detach_twice(struct conformance *suite)
{
	struct fakehost *host = conformance_host(suite);
	struct process before;

	process_look(&before);
	if (!conformance_load(host))
		conformance_attach(host);
	conformance_detach(host);
	conformance_detach(host);
	conformance_unchanged(&before);
	conformance_end(host);
}

/* How many bytes more are in use after so many life cycles. */
static size_t repeated_growth(struct conformance *suite, int cycles)
{
	size_t before = process_memory(), after;

	for (int i = 0; i < cycles; i++)
		conformance_live_once(suite);
	after = process_memory();
	return after > before ? after - before : 0;
}

/*
 * The C library keeps what belongs to the stacks of threads that ended, a few more whenever more
 * threads than ever happened to run at once. A leak grows each time.
 */
static void check_repeated(struct conformance *suite)
{
	struct process before;
	size_t growth;

	process_look(&before);
	repeated_growth(suite, CONFORMANCE_SETTLED);
	growth = repeated_growth(suite, CONFORMANCE_REPEAT);
	for (int i = 0; i < CONFORMANCE_AGAIN && growth > CONFORMANCE_SLACK; i++)
		growth = repeated_growth(suite, CONFORMANCE_REPEAT);
	if (growth > CONFORMANCE_SLACK)
		conformance_fail("%zu bytes more after %d more life cycles", growth,
				 CONFORMANCE_REPEAT);
	conformance_unchanged(&before);
}

static void conformance_drop_privileges(void)
{
	const uid_t nobody = CONFORMANCE_NOBODY;

	if (geteuid())
		return;
	if (setgroups(0, NULL) || setresgid(nobody, nobody, nobody) ||
	    setresuid(nobody, nobody, nobody))
		conformance_fail("failed to give up privileges: %s", strerror(errno));
}

static void check_unprivileged_load(struct conformance *suite)
{
	struct fakehost *host = conformance_host(suite);
	struct process before;

	process_look(&before);
	conformance_drop_privileges();
	if (!conformance_load(host))
		conformance_attach(host);
	conformance_detach(host);
	conformance_unchanged(&before);
	conformance_end(host);
}

/* Polling and detaching go on without privileges; attaching fails, or does not need them. */
static void check_unprivileged_attach(struct conformance *suite)
{
	struct fakehost *host = conformance_host(suite);
	struct process before;

	process_look(&before);
	if (conformance_load(host))
		conformance_skip("not possible here: %s", fakehost_error(host));
	conformance_drop_privileges();
	conformance_attach(host);
	conformance_detach(host);
	conformance_unchanged(&before);
	conformance_end(host);
}

static void check_unprivileged_end(struct conformance *suite)
{
	struct fakehost *host = conformance_host(suite);
	struct process before;

	process_look(&before);
	if (conformance_load(host) || conformance_attach(host))
		conformance_skip("not possible here: %s", fakehost_error(host));
	conformance_drop_privileges();
	conformance_poll(host);
	conformance_detach(host);
	conformance_unchanged(&before);
	conformance_end(host);
}

/* ---- the suite --------------------------------------------------------------------------------- */

enum check_mode {
	CHECK_CLOSED, /* the plugin is not opened */
	CHECK_DRY,
	CHECK_LIVE, /* loads into the kernel */
};

struct check {
	const char *name;
	void (*check)(struct conformance *suite);
	enum check_mode mode;
};

static const struct check checks[] = {
	{ "exports one symbol", check_exports, CHECK_CLOSED },
	{ "has a sound descriptor", check_descriptor, CHECK_DRY },
	{ "dry: loads, attaches, polls, detaches", check_life_cycle, CHECK_DRY },
	{ "dry: survives failing calls", check_failing_calls, CHECK_DRY },
	{ "dry: detaches without load", check_detach_without_load, CHECK_DRY },
	{ "dry: detaches without attach", check_detach_without_attach, CHECK_DRY },
	{ "dry: detaches twice", check_detach_twice, CHECK_DRY },
	{ "dry: lives often", check_repeated, CHECK_DRY },
	{ "live: loads, attaches, polls, detaches", check_life_cycle, CHECK_LIVE },
	{ "live: survives failing calls", check_failing_calls, CHECK_LIVE },
	{ "live: detaches without attach", check_detach_without_attach, CHECK_LIVE },
	{ "live: detaches twice", check_detach_twice, CHECK_LIVE },
	{ "live: lives often", check_repeated, CHECK_LIVE },
	{ "live: loads without privileges", check_unprivileged_load, CHECK_LIVE },
	{ "live: attaches without privileges", check_unprivileged_attach, CHECK_LIVE },
	{ "live: polls and detaches without privileges", check_unprivileged_end, CHECK_LIVE },
};

static void conformance_open(struct conformance *suite)
{
	void *handle = dlopen(suite->path, RTLD_NOW | RTLD_LOCAL);

	if (!handle)
		conformance_fail("%s", dlerror());
	suite->plugin = dlsym(handle, "bpfhost_plugin");
	if (!suite->plugin)
		conformance_fail("%s", dlerror());
}

/* In seconds; a slow machine may stretch it. */
static unsigned int conformance_limit(void)
{
	const char *slow = getenv("BPFHOST_TEST_SLOW");
	unsigned long factor = slow ? strtoul(slow, NULL, 10) : 1;

	return CONFORMANCE_LIMIT_S * (factor > 0 && factor <= 100 ? (unsigned int)factor : 1);
}

static _Noreturn void conformance_child(struct conformance suite, const struct check *check)
{
	alarm(conformance_limit());
	suite.live = check->mode == CHECK_LIVE;
	if (check->mode != CHECK_CLOSED)
		conformance_open(&suite);
	check->check(&suite);
	exit(CONFORMANCE_PASS);
}

static int conformance_run(const struct conformance *suite, const struct check *check)
{
	int status = 0;
	pid_t pid;

	printf("%s\n", check->name);
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		conformance_child(*suite, check);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return CONFORMANCE_FAIL;
	if (WIFSIGNALED(status)) {
		printf("  was ended by SIG%s\n", sigabbrev_np(WTERMSIG(status)));
		return CONFORMANCE_FAIL;
	}
	status = WEXITSTATUS(status);
	if (status == CONFORMANCE_PASS || status == CONFORMANCE_FAIL || status == CONFORMANCE_SKIP)
		return status;
	printf("  ended the process with status %d\n", status);
	return CONFORMANCE_FAIL;
}

/* Chunks that malloc keeps for each thread count as given out: begin anew without them. */
static void conformance_count_exactly(char **argv)
{
	if (getenv("GLIBC_TUNABLES"))
		return;
	setenv("GLIBC_TUNABLES", "glibc.malloc.tcache_count=0", 1);
	execv("/proc/self/exe", argv);
}

int main(int argc, char **argv)
{
	bool dry = argc > 1 && !strcmp(argv[1], "--dry");
	int failed = 0, skipped = 0, n = 0;
	struct conformance suite = { .settings = argv + 2 + dry, .nsettings = argc - 2 - dry };

	if (suite.nsettings < 0) {
		fputs("usage: conformance [--dry] FILE.so [KEY=VALUE]...\n", stderr);
		return 2;
	}
	suite.path = argv[1 + dry];
	conformance_count_exactly(argv);
	setvbuf(stdout, NULL, _IOLBF, 0); /* a sanitizer ends a child without flushing */
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		int status;

		if (dry && checks[i].mode == CHECK_LIVE)
			continue;
		status = conformance_run(&suite, &checks[i]);
		failed += status == CONFORMANCE_FAIL;
		skipped += status == CONFORMANCE_SKIP;
		n++;
		printf("  %s\n", status == CONFORMANCE_PASS   ? "ok"
				 : status == CONFORMANCE_SKIP ? "skipped"
							      : "FAILED");
	}
	printf("%s: %d checks, %d failed, %d skipped\n", suite.path, n, failed, skipped);
	return failed ? 1 : n - skipped <= 2 ? CONFORMANCE_SKIP : 0;
}
