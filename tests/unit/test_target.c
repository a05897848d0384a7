/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */

/*
 * Run as "test_target wait [LIBRARY]" it is a process to be found: it maps the library, tells so on
 * its stdout, and waits for its end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <bpfhost/target.h>

#include "target/find.h"

static char folder[] = "/tmp/test_target.XXXXXX";

static const char *in_folder(const char *name)
{
	static char paths[8][256];
	static int next;
	char *path = paths[next++ % 8];

	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

__attribute__((format(printf, 1, 2))) static int run(const char *format, ...)
{
	char command[4096];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	return system(command);
}

static void copy_file(const char *from, const char *to)
{
	char buffer[65536];
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	ssize_t got;

	assert_true(in >= 0 && out >= 0);
	while ((got = read(in, buffer, sizeof(buffer))) > 0)
		assert_int_equal(write(out, buffer, (size_t)got), got);
	assert_int_equal(got, 0);
	close(in);
	close(out);
}

static ino_t inode_of(const char *path)
{
	struct stat stat_buffer;

	assert_int_equal(stat(path, &stat_buffer), 0);
	return stat_buffer.st_ino;
}

/* Starts PROGRAM and returns once it waits. */
static pid_t start(const char *program, const char *library)
{
	int pipes[2];
	char byte = 0;
	pid_t pid;

	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		dup2(pipes[1], STDOUT_FILENO);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execl(program, program, "wait", library, NULL);
		_exit(1);
	}
	close(pipes[1]);
	assert_int_equal(read(pipes[0], &byte, 1), 1);
	assert_int_equal(byte, '+');
	close(pipes[0]);
	return pid;
}

static void stop(pid_t pid)
{
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static int wait_mapped(const char *library)
{
	if (library && !dlopen(library, RTLD_NOW))
		return 1;
	if (write(STDOUT_FILENO, "+", 1) != 1)
		return 1;
	for (;;)
		pause();
}

/* Finds it, and sees that the address leads to the file that is open. */
static struct bpfhost_target find(const char *text, pid_t pid)
{
	struct bpfhost_error err = { 0 };
	struct bpfhost_target target;
	struct stat opened, addressed;
	char joined[4096];
	int ret = bpfhost_target_find(text, (uint32_t)pid, &target, &err);

	if (ret)
		fail_msg("%s: %d: %s", text, ret, err.text);
	assert_int_equal(fstat(target.fd, &opened), 0);
	assert_int_equal(stat(target.address, &addressed), 0);
	assert_int_equal(opened.st_ino, addressed.st_ino);
	assert_int_equal(opened.st_dev, addressed.st_dev);
	assert_int_equal(target.inode, opened.st_ino);
	assert_int_equal(target.device, opened.st_dev);
	assert_string_equal(target.text, text);
	assert_int_equal(fcntl(target.fd, F_GETFD), FD_CLOEXEC);
	snprintf(joined, sizeof(joined), "%s%s", target.root, target.path);
	if (strncmp(target.address, "/proc/", 6))
		assert_string_equal(target.address, joined);
	return target;
}

static void refuse(const char *text, pid_t pid, int code, const char *sentence)
{
	struct bpfhost_error err = { 0 };
	struct bpfhost_target target = { .fd = -77 };

	assert_int_equal(bpfhost_target_find(text, (uint32_t)pid, &target, &err), code);
	assert_int_equal(target.fd, -77);
	assert_null(target.text);
	if (sentence)
		assert_string_equal(err.text, sentence);
	assert_true(*err.text);
	assert_int_equal(bpfhost_target_find(text, (uint32_t)pid, &target, NULL), code);
}

static void check(const char *text, pid_t pid, const char *path)
{
	struct bpfhost_target target = find(text, pid);

	assert_string_equal(target.path, path);
	assert_string_equal(target.root, "");
	assert_int_equal(target.pid, pid);
	assert_int_equal(target.inode, inode_of(path));
	bpfhost_target_close(&target);
	assert_int_equal(target.fd, -1);
	bpfhost_target_close(&target);
}

static void test_paths(void **state)
{
	char program[4096], here[4096], relative[4200];

	(void)state;
	assert_non_null(realpath("/proc/self/exe", program));
	check(program, 0, program);
	check(program, getpid(), program);
	assert_non_null(getcwd(here, sizeof(here)));
	assert_int_equal(chdir(folder), 0);
	copy_file("/proc/self/exe", "app");
	check("./app", 0, in_folder("app"));
	snprintf(relative, sizeof(relative), "../%s/app", strrchr(folder, '/') + 1);
	check(relative, 0, in_folder("app"));
	assert_int_equal(chdir(here), 0);
	assert_int_equal(symlink("app", in_folder("link")), 0);
	check(in_folder("link"), 0, in_folder("link"));
}

static void test_what_is_no_file(void **state)
{
	char sentence[512];

	(void)state;
	alarm(20);
	assert_int_equal(mkfifo(in_folder("fifo"), 0644), 0);
	refuse("/dev/null", 0, -EINVAL,
	       "\"/dev/null\" is no regular file, so no program or library");
	refuse("/", 0, -EINVAL, "\"/\" is a folder, not a program or library");
	snprintf(sentence, sizeof(sentence), "\"%s\" is no regular file, so no program or library",
		 in_folder("fifo"));
	refuse(in_folder("fifo"), 0, -EINVAL, sentence);
	refuse("/no/such/file", 0, -ENOENT, "there is no file \"/no/such/file\"");
	refuse("/dev/null/file", 0, -ENOENT, "there is no file \"/dev/null/file\"");
	refuse("~/file", 0, -ENOENT, "there is no file \"~/file\"");
	refuse("", 0, -EINVAL,
	       "the target is missing: a path, a library, a program, pid:N or process:NAME");
	assert_int_equal(symlink("loop", in_folder("loop")), 0);
	refuse(in_folder("loop"), 0, -ELOOP, NULL);
	alarm(0);
}

static void test_unreadable(void **state)
{
	char sentence[512];

	(void)state;
	copy_file("/proc/self/exe", in_folder("secret"));
	assert_int_equal(chmod(in_folder("secret"), 0), 0);
	if (!access(in_folder("secret"), R_OK)) {
		print_message("skipped: CAP_DAC_OVERRIDE reads everything\n");
		return;
	}
	snprintf(sentence, sizeof(sentence), "may not read \"%s\": Permission denied",
		 in_folder("secret"));
	refuse(in_folder("secret"), 0, -EACCES, sentence);
}

static void test_libraries(void **state)
{
	struct bpfhost_target target = find("libc", 0), other = find("libc.so.6", 0);
	Dl_info info;

	(void)state;
	assert_true(dladdr((void *)(uintptr_t)getpid, &info));
	assert_int_equal(target.inode, other.inode);
	if (strstr(info.dli_fname, "libc.so.6"))
		assert_int_equal(target.inode, inode_of(info.dli_fname));
	assert_int_equal(target.pid, 0);
	assert_string_equal(strrchr(target.path, '/'), "/libc.so.6");
	bpfhost_target_close(&target);
	bpfhost_target_close(&other);
	refuse("libcmokca", 0, -ENOENT, NULL);
	refuse("libno-such-library", 0, -ENOENT,
	       "there is no library \"libno-such-library\" in the loader's cache");
}

static void test_nearest_library(void **state)
{
	struct bpfhost_error err = { 0 };
	struct bpfhost_target target;

	(void)state;
	assert_int_equal(bpfhost_target_find("libcmokca", 0, &target, &err), -ENOENT);
	assert_non_null(strstr(err.text, "there is no library \"libcmokca\" in the loader's cache; "
					 "did you mean \"libcmocka.so"));
	assert_int_equal(bpfhost_target_find("libelf.so.77", 0, &target, &err), -ENOENT);
	assert_non_null(strstr(err.text, "did you mean \"libelf.so"));
	assert_int_equal(bpfhost_target_find("libcmokca", (uint32_t)getpid(), &target, &err),
			 -ENOENT);
	assert_non_null(strstr(err.text, ") has no library \"libcmokca\" mapped; did you mean "
					 "\"libcmocka.so"));
}

static void test_library_of_a_process(void **state)
{
	static const char *const names[] = { "libcmocka", "libcmocka.so.0", "libc", "libc.so.6" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct bpfhost_target target = find(names[i], getpid());
		struct bpfhost_target cached = find(names[i], 0);

		assert_int_equal(target.inode, cached.inode);
		assert_int_equal(target.pid, getpid());
		assert_string_equal(target.root, "");
		bpfhost_target_close(&target);
		bpfhost_target_close(&cached);
	}
}

/* It is not in the loader's cache, may be a link's target, and may be gone. */
static void test_private_library(void **state)
{
	struct bpfhost_error err = { 0 };
	struct bpfhost_target target;
	ino_t inode;
	pid_t pid;
	int ret;

	(void)state;
	assert_int_equal(
		run("cd %s && echo 'int f(void) { return 1; }' | ${CC:-cc} -shared -fPIC -nostdlib -xc -o "
		    "libtgt-2.31.so - && ln -s libtgt-2.31.so libtgt.so.6",
		    folder),
		0);
	inode = inode_of(in_folder("libtgt-2.31.so"));
	pid = start("/proc/self/exe", in_folder("libtgt.so.6"));
	check("libtgt", pid, in_folder("libtgt-2.31.so"));
	check("libtgt.so.6", pid, in_folder("libtgt-2.31.so"));
	check("libtgt-2.31.so", pid, in_folder("libtgt-2.31.so"));
	refuse("libtgt.so.7", pid, -ENOENT, NULL);
	refuse("libtgt", 0, -ENOENT, NULL);
	copy_file(in_folder("libtgt-2.31.so"), in_folder("copy"));
	assert_int_equal(rename(in_folder("copy"), in_folder("libtgt-2.31.so")), 0);
	ret = bpfhost_target_find("libtgt", (uint32_t)pid, &target, &err);
	if (ret) {
		print_message("not root: %s\n", err.text);
		assert_int_equal(ret, -EACCES);
	} else {
		assert_int_equal(target.inode, inode);
		assert_int_equal(inode_of(target.address), inode);
		assert_non_null(strstr(target.address, "/map_files/"));
		bpfhost_target_close(&target);
	}
	stop(pid);
	refuse("libtgt", pid, -ENOENT, NULL);
}

static void test_default_folders(void **state)
{
	struct target_machine machine = target_machine_here();
	const char *folders[] = { "/no/such/folder", in_folder("a"), in_folder("b"), NULL };
	struct target_found found;
	ino_t inode;

	(void)state;
	assert_int_equal(
		run("cd %s && mkdir a b && echo 'int f(void) { return 1; }' | ${CC:-cc} -shared -fPIC "
		    "-nostdlib -xc -o b/libtgt.so.1 - && cp b/libtgt.so.1 b/libtgt.so.2 "
		    "&& cp b/libtgt.so.1 b/libtgtother.so && echo text >b/libtgt.so.3 "
		    "&& echo text >a/libtgt.so && mkdir b/libtgt.so.9",
		    folder),
		0);
	machine.folders = folders;
	assert_int_equal(target_library_in_folders(&machine, "libtgt", &found, NULL), 0);
	inode = inode_of(in_folder("b/libtgt.so.2"));
	assert_int_equal(inode_of(found.path), inode);
	close(found.fd);
	free(found.path);
	assert_int_equal(target_library_in_folders(&machine, "libtgt.so.1", &found, NULL), 0);
	assert_int_equal(inode_of(found.path), inode_of(in_folder("b/libtgt.so.1")));
	close(found.fd);
	free(found.path);
	machine.elf_machine++;
	assert_int_equal(target_library_in_folders(&machine, "libtgt", &found, NULL), -ENOENT);
}

static void test_programs(void **state)
{
	char path[512], sentence[1024];
	char *before = strdup(getenv("PATH"));

	(void)state;
	assert_int_equal(run("cd %s && mkdir p q && cp app p/tgtprog && cp app q/tgtprog && "
			     "cp app q/libtgtprog && cp app q/tgtplain && chmod a-x q/tgtplain && "
			     "mkdir p/tgtother && cp app q/tgtother",
			     folder),
			 0);
	snprintf(path, sizeof(path), ":.:%s/missing::%s/p:%s/q:", folder, folder, folder);
	setenv("PATH", path, 1);
	check("tgtprog", 0, in_folder("p/tgtprog"));
	check("tgtother", 0, in_folder("q/tgtother"));
	check("libtgtprog", 0, in_folder("q/libtgtprog"));
	check("tgtprog", getpid(), in_folder("p/tgtprog"));
	snprintf(sentence, sizeof(sentence),
		 "there is no program \"tgtprgo\" in PATH (%s); did you mean \"tgtprog\"?", path);
	refuse("tgtprgo", 0, -ENOENT, sentence);
	snprintf(sentence, sizeof(sentence), "there is no program \"nothing\" in PATH (%s)", path);
	refuse("nothing", 0, -ENOENT, sentence);
	refuse("tgtplain", 0, -ENOENT, NULL);
	setenv("PATH", before, 1);
	free(before);
}

static void test_name_that_is_a_library_of_no_lib(void **state)
{
	struct bpfhost_target target;

	(void)state;
#if defined(__x86_64__)
	target = find("ld-linux-x86-64", 0);
	assert_int_equal(target.inode, inode_of("/lib64/ld-linux-x86-64.so.2"));
#else
	target = find("ld-linux-aarch64", 0);
	assert_int_equal(target.inode, inode_of("/lib/ld-linux-aarch64.so.1"));
#endif
	bpfhost_target_close(&target);
}

static void test_processes(void **state)
{
	char text[64], sentence[512];
	struct bpfhost_target target;
	pid_t first, second;

	(void)state;
	copy_file("/proc/self/exe", in_folder("tgt-runs-with-a-long-name"));
	first = start(in_folder("tgt-runs-with-a-long-name"), NULL);
	snprintf(text, sizeof(text), "pid:%d", first);
	check(text, first, in_folder("tgt-runs-with-a-long-name"));
	check("process:tgt-runs-with-a-long-name", first, in_folder("tgt-runs-with-a-long-name"));
	check("process:tgt-runs-with-a", first, in_folder("tgt-runs-with-a-long-name"));
	check("tgt-runs-with-a-long-name", first, in_folder("tgt-runs-with-a-long-name"));
	refuse("process:tgt-runs-wiht-a", 0, -ENOENT,
	       "no process is named \"tgt-runs-wiht-a\"; did you mean \"tgt-runs-with-a\"?");
	second = start(in_folder("tgt-runs-with-a-long-name"), NULL);
	snprintf(sentence, sizeof(sentence),
		 "2 processes are named \"tgt-runs-with-a\": %d (tgt-runs-with-a), "
		 "%d (tgt-runs-with-a); write pid:%d for the first of them",
		 first < second ? first : second, first < second ? second : first,
		 first < second ? first : second);
	refuse("process:tgt-runs-with-a", 0, -ENOTUNIQ, sentence);
	stop(second);
	unlink(in_folder("tgt-runs-with-a-long-name"));
	target = find(text, 0);
	assert_non_null(strstr(target.path, "/tgt-runs-with-a-long-name (deleted)"));
	assert_int_equal(target.pid, first);
	bpfhost_target_close(&target);
	target = find("process:tgt-runs-with-a-long-name", 0);
	bpfhost_target_close(&target);
	stop(first);
	snprintf(sentence, sizeof(sentence), "there is no process %d, or it has ended", first);
	refuse(text, 0, -ENOENT, sentence);
}

/* Of the processes that a name fits, the one that asks and its parent are never meant. */
static void test_ourselves_are_left_out(void **state)
{
	char before[17] = "";
	int status;
	pid_t pid;

	(void)state;
	prctl(PR_GET_NAME, before);
	prctl(PR_SET_NAME, "tgt-own-name");
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		struct bpfhost_target target;

		_exit(bpfhost_target_find("process:tgt-own-name", 0, &target, NULL) != -ENOENT);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	prctl(PR_SET_NAME, before);
}

static void test_many_processes(void **state)
{
	struct bpfhost_error err = { 0 };
	struct bpfhost_target target;
	pid_t pids[10];

	(void)state;
	copy_file("/proc/self/exe", in_folder("tgt-many"));
	for (int i = 0; i < 10; i++)
		pids[i] = start(in_folder("tgt-many"), NULL);
	assert_int_equal(bpfhost_target_find("process:tgt-many", 0, &target, &err), -ENOTUNIQ);
	assert_memory_equal(err.text, "10 processes are named \"tgt-many\": ", 35);
	assert_non_null(strstr(err.text, ", ...; write pid:"));
	for (int i = 0; i < 10; i++)
		stop(pids[i]);
}

static void test_mistakes_in_processes(void **state)
{
	static const char *const wrong[] = {
		"pid:", "pid:0", "pid:x", "pid:-1", "pid:1x", "pid: 1"
	};
	char sentence[128];

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		snprintf(sentence, sizeof(sentence), "\"%s\" is not pid: and a process' number",
			 wrong[i]);
		refuse(wrong[i], 0, -EINVAL, sentence);
	}
	refuse("pid:4194305", 0, -EINVAL, "there is no process 4194305");
	refuse("pid:99999999999999999999", 0, -EINVAL, "there is no process 99999999999999999999");
	refuse("process:", 0, -EINVAL, "the name of a process is missing behind process:");
	refuse("process:no-such-process", 0, -ENOENT, "no process is named \"no-such-process\"");
}

/* A zombie has neither files nor a program. */
static void test_ended_process(void **state)
{
	char text[32];
	siginfo_t info;
	pid_t pid = fork();

	(void)state;
	assert_true(pid >= 0);
	if (!pid)
		_exit(0);
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	snprintf(text, sizeof(text), "pid:%d", pid);
	refuse(text, 0, -ENOENT, NULL);
	refuse("libc", pid, -ENOENT, NULL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : write(fd, text, strlen(text));

	if (fd >= 0)
		close(fd);
	return length > 0 ? 0 : -1;
}

/* Without root, a user namespace in which we are root allows the rest. */
static int leave_namespaces(int flags)
{
	unsigned int uid = geteuid(), gid = getegid();
	char map[64];

	if (!uid)
		return unshare(flags);
	if (unshare(flags | CLONE_NEWUSER) || write_text("/proc/self/setgroups", "deny"))
		return -1;
	snprintf(map, sizeof(map), "0 %u 1", gid);
	if (write_text("/proc/self/gid_map", map))
		return -1;
	snprintf(map, sizeof(map), "0 %u 1", uid);
	return write_text("/proc/self/uid_map", map);
}

/* How the process gets a root folder of its own. */
enum way { CHROOT, MOUNTS, PIVOT, OVERLAY, WAYS };

/* Another file where our own program is outside. */
static int write_decoy(void)
{
	char program[3000];
	ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);

	if (length < 0)
		return -1;
	program[length] = '\0';
	return run("mkdir -p \"$(dirname '.%s')\" && echo >'.%s'", program, program);
}

/* In the current folder: a library, a link to it as containers have them, and a program. */
static int fill_root(int elf)
{
	static char buffer[16384];
	int library, program;

	if (write_decoy() || pread(elf, buffer, sizeof(buffer), 0) <= 0 || mkdir("lib", 0755) ||
	    mkdir("old", 0755))
		return -1;
	library = open("lib/libtgt.so.1", O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	program = open("lib/tgtprog", O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	if (library < 0 || program < 0 || write(library, buffer, sizeof(buffer)) <= 0)
		return -1;
	close(library);
	close(program);
	return symlink("/lib/libtgt.so.1", "lib/libabs.so");
}

static int fill_overlay(int elf)
{
	if (mkdir("lower", 0755) || mkdir("upper", 0755) || mkdir("work", 0755) ||
	    mkdir("merged", 0755) || chdir("lower") || fill_root(elf) || chdir(".."))
		return -1;
	if (mount("overlay", "merged", "overlay", 0, "lowerdir=lower,upperdir=upper,workdir=work"))
		return -1;
	return chdir("merged");
}

static int enter_root(enum way way, const char *root, int elf)
{
	if (way != CHROOT && (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
			      mount("tmpfs", root, "tmpfs", 0, NULL)))
		return -1;
	if (chdir(root) || (way == OVERLAY ? fill_overlay(elf) : fill_root(elf)))
		return -1;
	if (way == PIVOT)
		return syscall(SYS_pivot_root, ".", "old") || chdir("/");
	return chroot(".") || chdir("/");
}

static int map_library(void)
{
	int fd = open("/lib/libtgt.so.1", O_RDONLY | O_CLOEXEC);

	return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0) == MAP_FAILED;
}

/* Returns 0 where the machine does not allow it. */
static pid_t start_in_root(enum way way, const char *root)
{
	int flags = way == CHROOT ? 0 : CLONE_NEWNS;
	int pipes[2], elf = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	char byte = 0;
	pid_t pid;

	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		byte = leave_namespaces(flags) || enter_root(way, root, elf) || map_library() ? '-'
											      : '+';
		if (write(pipes[1], &byte, 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(pipes[1]);
	close(elf);
	assert_int_equal(read(pipes[0], &byte, 1), 1);
	close(pipes[0]);
	if (byte == '+')
		return pid;
	stop(pid);
	return 0;
}

struct looked_for {
	const char *path;
	ino_t inode;
	int seen, other;
};

static int look_for(void *ctx, const struct bpfhost_mapped *mapped)
{
	struct looked_for *wanted = ctx;

	if (strcmp(mapped->path, wanted->path)) {
		wanted->other++;
		return 0;
	}
	assert_int_equal(mapped->inode, wanted->inode);
	wanted->seen++;
	return 0;
}

static void check_in_root(pid_t pid, const char *text, const char *path, ino_t inode)
{
	struct bpfhost_target target = find(text, pid);
	char root[64];

	snprintf(root, sizeof(root), "/proc/%d/root", pid);
	assert_string_equal(target.root, root);
	assert_string_equal(target.path, path);
	assert_int_equal(target.inode, inode);
	assert_int_equal(target.pid, pid);
	bpfhost_target_close(&target);
}

static void check_root(pid_t pid)
{
	char text[64], sentence[256];
	struct looked_for wanted = { .path = "/lib/libtgt.so.1" };
	struct bpfhost_target target;
	char *path = strdup(getenv("PATH"));

	snprintf(text, sizeof(text), "/proc/%d/root/lib/libtgt.so.1", pid);
	wanted.inode = inode_of(text);
	check_in_root(pid, "libtgt", "/lib/libtgt.so.1", wanted.inode);
	check_in_root(pid, "libtgt.so.1", "/lib/libtgt.so.1", wanted.inode);
	check_in_root(pid, "/lib/libtgt.so.1", "/lib/libtgt.so.1", wanted.inode);
	check_in_root(pid, "/lib/libabs.so", "/lib/libtgt.so.1", wanted.inode);
	refuse("/lib/libtgt.so.1", 0, -ENOENT, NULL);
	snprintf(text, sizeof(text), "/proc/%d/root/lib/tgtprog", pid);
	setenv("PATH", "/bin:/lib", 1);
	check_in_root(pid, "tgtprog", "/lib/tgtprog", inode_of(text));
	refuse("tgtprgo", pid, -ENOENT,
	       "there is no program \"tgtprgo\" in PATH (/bin:/lib); did you mean \"tgtprog\"?");
	setenv("PATH", path, 1);
	snprintf(sentence, sizeof(sentence),
		 "process %d has another root folder, so \"lib/libtgt.so.1\" must be a path from "
		 "there that begins with '/'",
		 pid);
	refuse("lib/libtgt.so.1", pid, -EINVAL, sentence);
	assert_int_equal(bpfhost_mapped_each((uint32_t)pid, look_for, &wanted), 0);
	assert_int_equal(wanted.seen, 1);
	assert_true(wanted.other > 0);
	snprintf(text, sizeof(text), "pid:%d", pid);
	target = find(text, 0);
	assert_int_equal(target.inode, inode_of("/proc/self/exe"));
	bpfhost_target_close(&target);
	free(path);
}

static void test_other_roots(void **state)
{
	static const char *const names[] = { "chroot", "mounts", "pivot", "overlay" };

	(void)state;
	for (enum way way = CHROOT; way < WAYS; way++) {
		pid_t pid;

		assert_int_equal(mkdir(in_folder(names[way]), 0755), 0);
		pid = start_in_root(way, in_folder(names[way]));
		if (!pid) {
			print_message("skipped: %s wants CAP_SYS_ADMIN or user namespaces\n",
				      names[way]);
			continue;
		}
		check_root(pid);
		stop(pid);
	}
}

static void check_parts(const char *text, uint32_t count, const char *expected)
{
	struct bpfhost_probe *probe;
	struct bpfhost_error err;
	char target[256] = "?";

	if (bpfhost_probe_parse(text, &probe, &err))
		fail_msg("%s: %s", text, err.text);
	assert_int_equal(bpfhost_target_parts(probe, target, sizeof(target)), count);
	assert_string_equal(target, expected);
	assert_int_equal(bpfhost_target_parts(probe, target, strlen(expected) + 1), count);
	assert_int_equal(bpfhost_target_parts(probe, target, strlen(expected)), 0);
	assert_int_equal(bpfhost_target_parts(probe, target, 0), 0);
	bpfhost_probe_free(probe);
}

static void test_parts(void **state)
{
	(void)state;
	check_parts("pid:4711:main", 2, "pid:4711");
	check_parts("process:nginx:\"ns::f(int)\"", 2, "process:nginx");
	check_parts("libc:getaddrinfo(node: str) -> i32", 1, "libc");
	check_parts("/usr/bin/x:y", 1, "/usr/bin/x");
	check_parts("libstdc++.so.6:_Znwm", 1, "libstdc++.so.6");
	check_parts("\"/opt/a b:c\":f", 1, "/opt/a b:c");
	check_parts("\"process\":main", 1, "process");
	check_parts("process:\"my app\":main", 2, "process:my app");
	check_parts("pid", 1, "pid");
	check_parts("libc", 1, "libc");
}

static void test_close_nothing(void **state)
{
	struct bpfhost_target target = { .fd = -1 };

	(void)state;
	bpfhost_target_close(NULL);
	bpfhost_target_close(&target);
}

static int count_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int count = 0;

	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

static int descriptors;

static int make_folder(void **state)
{
	(void)state;
	descriptors = count_descriptors();
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	return run("rm -rf %s", folder);
}

static void test_no_descriptor_is_left(void **state)
{
	(void)state;
	assert_int_equal(count_descriptors(), descriptors);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_what_is_no_file),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_libraries),
		cmocka_unit_test(test_nearest_library),
		cmocka_unit_test(test_library_of_a_process),
		cmocka_unit_test(test_private_library),
		cmocka_unit_test(test_default_folders),
		cmocka_unit_test(test_programs),
		cmocka_unit_test(test_name_that_is_a_library_of_no_lib),
		cmocka_unit_test(test_processes),
		cmocka_unit_test(test_ourselves_are_left_out),
		cmocka_unit_test(test_many_processes),
		cmocka_unit_test(test_mistakes_in_processes),
		cmocka_unit_test(test_ended_process),
		cmocka_unit_test(test_other_roots),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_close_nothing),
		cmocka_unit_test(test_no_descriptor_is_left),
	};

	if (argc > 1 && !strcmp(argv[1], "wait"))
		return wait_mapped(argv[2]);
	return cmocka_run_group_tests(tests, make_folder, remove_folder) ? 1 : 0;
}
