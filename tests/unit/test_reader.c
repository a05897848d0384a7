/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The process that reads: what it may do, and what becomes of whom it reads when it does what it must not. The
 * functions that it runs here stand for a reader that a hostile file has taken over.
 */
#include "elf_fixture.h"

#include <dirent.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include <bpfhost/file.h>
#include <bpfhost/reader.h>

#include "confine/confine.h"
#include "confine/sanitized.h"
#include "reader/frame.h"
#include "reader/process.h"

struct readers {
	struct bpfhost_files files;
	struct bpfhost_file *file;
};

static void begin(struct readers *readers, const char *path)
{
	uint32_t pid;

	assert_int_equal(bpfhost_files_get(&readers->files, path, 0, &readers->file, &pid, NULL),
			 0);
}

static int get(void **state)
{
	struct readers *readers = calloc(1, sizeof(*readers));

	begin(readers, "/proc/self/exe");
	*state = readers;
	return 0;
}

static int put(void **state)
{
	struct readers *readers = *state;

	bpfhost_files_free(&readers->files);
	free(readers);
	return 0;
}

#define ASKED(name)                                                                                \
	static int name(struct bpfhost_read *read, struct bpfhost_unpack *question,                \
			struct bpfhost_pack *answer, struct bpfhost_error *err)

/* For those that need nothing of them. */
#define UNUSED (void)read, (void)question, (void)answer, (void)err

static int take_number(void *ctx, struct bpfhost_unpack *part)
{
	*(uint64_t *)ctx = bpfhost_unpack_number(part, UINT64_MAX);
	return 0;
}

ASKED(adds_one)
{
	(void)read;
	(void)err;
	bpfhost_pack_number(answer, bpfhost_unpack_number(question, UINT64_MAX) + 1);
	return 0;
}

static int add_one(struct bpfhost_file *file, struct bpfhost_error *err)
{
	struct bpfhost_pack question = { 0 };
	uint64_t number = 0;
	int ret;

	bpfhost_pack_number(&question, 41);
	ret = bpfhost_file_ask(file, adds_one, &question, take_number, &number, err);
	bpfhost_pack_free(&question);
	if (!ret)
		assert_int_equal(number, 42);
	return ret;
}

/* ---- what it answers ------------------------------------------------------------------------------ */

static void answers(void **state)
{
	struct readers *readers = *state;

	for (int i = 0; i < 3; i++)
		assert_int_equal(add_one(readers->file, NULL), 0);
	assert_true(readers->file->info.bits == 64);
}

ASKED(is_sorry)
{
	(void)read;
	(void)question;
	(void)answer;
	bpfhost_error_set(err, 7, "it is \"%s\"", "so\n");
	return -ENOENT;
}

static void tells_errors(void **state)
{
	struct readers *readers = *state;
	struct bpfhost_error err = { 0 };

	assert_int_equal(bpfhost_file_ask(readers->file, is_sorry, NULL, NULL, NULL, &err),
			 -ENOENT);
	assert_string_equal(err.text, "it is \"so?\"");
	assert_int_equal(err.offset, 7);
	assert_int_equal(add_one(readers->file, NULL), 0);
}

#define MANY 300000U

ASKED(counts)
{
	(void)read;
	(void)question;
	(void)err;
	for (uint32_t i = 0; i < MANY; i++) {
		bpfhost_pack_number(answer, i);
		bpfhost_pack_part(answer);
	}
	return 0;
}

static int take_counted(void *ctx, struct bpfhost_unpack *part)
{
	uint64_t *next = ctx;

	while (part->at < part->end)
		assert_int_equal(bpfhost_unpack_number(part, MANY), (*next)++);
	return 0;
}

static void answers_in_parts(void **state)
{
	struct readers *readers = *state;
	uint64_t next = 0;

	assert_int_equal(bpfhost_file_ask(readers->file, counts, NULL, take_counted, &next, NULL),
			 0);
	assert_int_equal(next, MANY);
}

static int take_no_more(void *ctx, struct bpfhost_unpack *part)
{
	(void)part;
	++*(int *)ctx;
	return -ECANCELED;
}

static void ends_the_taking(void **state)
{
	struct readers *readers = *state;
	int calls = 0;

	assert_int_equal(bpfhost_file_ask(readers->file, counts, NULL, take_no_more, &calls, NULL),
			 -ECANCELED);
	assert_int_equal(calls, 1);
	assert_int_equal(add_one(readers->file, NULL), 0);
}

/* ---- what ends it --------------------------------------------------------------------------------- */

/* The file is refused from then on, at once, and another is read. */
static void refuses(struct readers *readers, bpfhost_reader_fn fn, int code, const char *words)
{
	struct bpfhost_file *bad = readers->file;
	struct bpfhost_error err = { 0 };

	assert_int_equal(bpfhost_file_ask(bad, fn, NULL, take_number, &(uint64_t){ 0 }, &err),
			 code);
	if (!strstr(err.text, words) || !strstr(err.text, "failed to read /"))
		fail_msg("%s in place of %s", err.text, words);
	err.text[0] = '\0';
	assert_int_equal(add_one(bad, &err), code);
	assert_non_null(strstr(err.text, words));
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	begin(readers, "/bin/sh");
	assert_ptr_not_equal(readers->file, bad);
	assert_int_equal(add_one(readers->file, NULL), 0);
}

ASKED(crashes)
{
	UNUSED;
	raise(SIGSEGV);
	syscall(SYS_tgkill, getpid(), (int)syscall(SYS_gettid), SIGSEGV);
	return 0;
}

static void survives_a_crash(void **state)
{
	refuses(*state, crashes, -EIO, "the process that reads it was ended by SIGSEGV");
}

ASKED(aborts)
{
	UNUSED;
	abort();
}

static void survives_an_abort(void **state)
{
	refuses(*state, aborts, -EIO, "was ended by SIGABRT");
}

ASKED(exits)
{
	UNUSED;
	_exit(7);
}

static void survives_an_exit(void **state)
{
	refuses(*state, exits, -EIO, "the process that reads it failed (7)");
}

ASKED(loops)
{
	UNUSED;
	for (volatile unsigned int i = 0;; i++)
		;
	return 0;
}

/* Two seconds for what nobody named. */
static void ends_a_loop(void **state)
{
	struct readers *readers = *state;

	readers->file->is_found = true;
	refuses(readers, loops, -ETIMEDOUT, "took longer than 2.0 s");
}

ASKED(allocates)
{
	UNUSED;
	for (int i = 0; i < 64; i++)
		if (!malloc(256UL << 20))
			return -ENOMEM;
	return 0;
}

static void refuses_more_than(struct readers *readers, const char *most)
{
	struct bpfhost_error err = { 0 };

	assert_int_equal(bpfhost_file_ask(readers->file, allocates, NULL, NULL, NULL, &err),
			 -EFBIG);
	if (!strstr(err.text, "the process that reads it needed more than ") ||
	    !strstr(err.text, most))
		fail_msg("%s in place of %s", err.text, most);
}

/* Its own limit, and where the host has set a smaller one that. */
static void bounds_its_memory(void **state)
{
	struct readers *readers = *state;
	struct rlimit before, smaller;

#ifdef CONFINE_SANITIZED
	print_message("no limit on memory: the sanitizer reserves terabytes\n");
	skip();
#endif
	refuses_more_than(readers, " 4096 MiB");
	assert_int_equal(getrlimit(RLIMIT_DATA, &before), 0);
	smaller = (struct rlimit){ 1UL << 30, before.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_DATA, &smaller), 0);
	bpfhost_reader_stop(readers->files.reader);
	refuses_more_than(readers, " 1024 MiB");
	assert_int_equal(setrlimit(RLIMIT_DATA, &before), 0);
}

/* ---- what it says --------------------------------------------------------------------------------- */

/* The socket is the one descriptor that was kept; of all that follow it is the lowest. */
static int socket_there(void)
{
	int fd = 3;

	while (send(fd, "", 0, MSG_NOSIGNAL) < 0 && fd < 64)
		fd++;
	return fd;
}

static void says(uint32_t kind, int32_t status, uint64_t size)
{
	const struct reader_reply reply = { kind, status, size };

	if (write(socket_there(), &reply, sizeof(reply)) != (ssize_t)sizeof(reply))
		_exit(9);
}

ASKED(says_another_kind)
{
	UNUSED;
	says(77, 0, 0);
	return 0;
}

ASKED(says_too_much)
{
	UNUSED;
	says(READER_PART, 0, UINT64_MAX);
	return 0;
}

ASKED(says_a_good_error)
{
	UNUSED;
	says(READER_DONE, 1, sizeof(struct reader_done));
	return 0;
}

ASKED(wants_another_folder)
{
	struct debug_wanted wanted = { .link = "../etc/shadow" };

	UNUSED;
	says(READER_WANT, 0, sizeof(wanted));
	if (write(socket_there(), &wanted, sizeof(wanted)) < 0)
		_exit(9);
	return 0;
}

ASKED(answers_short)
{
	(void)read;
	(void)question;
	(void)err;
	bpfhost_pack_bytes(answer, "abc", 3);
	return 0;
}

static void takes_no_nonsense(void **state)
{
	static const bpfhost_reader_fn all[] = { says_another_kind, says_too_much,
						 says_a_good_error, wants_another_folder,
						 answers_short };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		refuses(*state, all[i], -EBADMSG, "answered nonsense");
		put(state);
		get(state);
	}
}

ASKED(says_nothing_forever)
{
	UNUSED;
	for (;;)
		says(READER_PART, 0, 0);
	return 0;
}

/* Each part is small enough, but what is kept of them is not. */
static void bounds_the_answer(void **state)
{
	struct readers *readers = *state;
	const uint64_t parts = MANY * sizeof(uint64_t);
	uint64_t next = 0;

	readers->files.reader->answer = parts + parts / 1000;
	assert_int_equal(bpfhost_file_ask(readers->file, counts, NULL, take_counted, &next, NULL),
			 0);
	readers->files.reader->answer = parts - 1;
	refuses(readers, counts, -EBADMSG, "answered nonsense");
	put(state);
	get(state);
	readers = *state;
	readers->files.reader->answer = parts;
	refuses(readers, says_nothing_forever, -EBADMSG, "answered nonsense");
}

/* It ends in the middle of a word. */
ASKED(ends_early)
{
	UNUSED;
	says(READER_PART, 0, 100);
	_exit(0);
}

static void takes_no_half_answer(void **state)
{
	refuses(*state, ends_early, -EIO, "the process that reads it ended");
}

/* ---- what it may do ------------------------------------------------------------------------------- */

static bool is_refused(long result)
{
	return result < 0 && errno == EPERM;
}

/* Every one of these has to be refused; the first that is not is told by its number. */
ASKED(tries_everything)
{
	char *const none[] = { NULL };
	char page[64];
	void *code;

	(void)read;
	(void)question;
	(void)err;
	const bool refused[] = {
		is_refused(syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY)),
		is_refused(syscall(SYS_open, "/etc/passwd", O_RDONLY)),
		is_refused(syscall(SYS_openat2, AT_FDCWD, "/etc/passwd", NULL, 0)),
		is_refused(syscall(SYS_newfstatat, AT_FDCWD, "/etc/passwd", page, 0)),
		is_refused(syscall(SYS_readlink, "/proc/self/exe", page, sizeof(page))),
		is_refused(syscall(SYS_execve, "/bin/true", none, none)),
		is_refused(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0)),
		is_refused(syscall(SYS_fork)),
		is_refused(syscall(SYS_socket, AF_INET, SOCK_STREAM, 0)),
		is_refused(syscall(SYS_socket, AF_UNIX, SOCK_STREAM, 0)),
		is_refused(syscall(SYS_ptrace, PTRACE_TRACEME, 0, 0, 0)),
		is_refused(syscall(SYS_process_vm_readv, getpid(), NULL, 0, NULL, 0, 0)),
		is_refused(syscall(SYS_kill, 1, 0)),
		is_refused(syscall(SYS_tgkill, 1, 1, 0)),
		is_refused(syscall(SYS_bpf, 0, NULL, 0)),
		is_refused(syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0)),
		is_refused(syscall(SYS_memfd_create, "x", 0)),
		is_refused(syscall(SYS_unlink, "/no/such/file")),
		is_refused(syscall(SYS_setuid, 0)),
		is_refused(syscall(SYS_prctl, 15, "other", 0, 0, 0)),
		is_refused(syscall(SYS_unshare, 0)),
		is_refused(syscall(SYS_mount, NULL, NULL, NULL, 0, NULL)),
		is_refused(syscall(SYS_io_uring_setup, 1, NULL)),
		is_refused(write(socket_there() + 1, "x", 1)),
		is_refused(syscall(SYS_fcntl, 3, F_SETFL, O_APPEND)),
	};

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		if (!refused[i]) {
			bpfhost_pack_number(answer, i + 1);
			return 0;
		}
	}
	code = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	bpfhost_pack_number(answer, code != MAP_FAILED || errno != EPERM ? 99 : 0);
	return 0;
}

static void may_do_nothing_else(void **state)
{
	struct readers *readers = *state;
	uint64_t allowed = 1;

	assert_int_equal(bpfhost_file_ask(readers->file, tries_everything, NULL, take_number,
					  &allowed, NULL),
			 0);
	assert_int_equal(allowed, 0);
	assert_int_equal(add_one(readers->file, NULL), 0);
}

/* Which descriptors are open, as a sum of bits. */
ASKED(lists_descriptors)
{
	uint64_t open = 0;

	(void)read;
	(void)question;
	(void)err;
	for (int fd = 0; fd < 64; fd++)
		if (lseek(fd, 0, SEEK_CUR) >= 0 || errno != EBADF)
			open |= 1ULL << fd;
	bpfhost_pack_number(answer, open);
	return 0;
}

/* Whatever was open here, it has the socket, the file and what it made of that. */
static void has_no_other_descriptor(void **state)
{
	struct readers readers = { 0 };
	uint64_t open = 0;
	int mine[8];

	(void)state;
	for (int i = 0; i < 8; i++)
		mine[i] = memfd_create("mine", 0);
	begin(&readers, "/proc/self/exe");
	assert_int_equal(bpfhost_file_ask(readers.file, lists_descriptors, NULL, take_number, &open,
					  NULL),
			 0);
	assert_int_equal(open & 7, 7);
	assert_int_equal(__builtin_popcountll(open), 3 + 3);
	for (int i = 0; i < 8; i++)
		close(mine[i]);
	bpfhost_files_free(&readers.files);
}

/* With closed, of 0 to 2, a sum of bits: what it has open of them, and 8 where it answered. */
static uint64_t open_without(int closed)
{
	struct readers readers = { 0 };
	uint64_t open = 0;
	uint32_t pid;
	int kept[3];

	for (int fd = 0; fd < 3; fd++) {
		kept[fd] = fcntl(fd, F_DUPFD_CLOEXEC, 10);
		if (closed & 1 << fd)
			close(fd);
	}
	if (!bpfhost_files_get(&readers.files, "/proc/self/exe", 0, &readers.file, &pid, NULL) &&
	    !bpfhost_file_ask(readers.file, lists_descriptors, NULL, take_number, &open, NULL))
		open = 8 | (open & 7);
	bpfhost_files_free(&readers.files);
	for (int fd = 0; fd < 3; fd++) {
		dup2(kept[fd], fd);
		close(kept[fd]);
	}
	return open;
}

/* The place of one that is closed is the first that is given out. */
static void starts_without_any_descriptor(void **state)
{
	(void)state;
	for (int closed = 1; closed < 8; closed++)
		assert_int_equal(open_without(closed), 8 | 7);
}

static volatile int *shared;

ASKED(writes_shared)
{
	UNUSED;
	*shared = 1;
	return 0;
}

/* What a worker shares with others, as rings, is not there. */
static void shares_no_memory(void **state)
{
	struct readers readers = { 0 };

	(void)state;
	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(shared, MAP_FAILED);
	begin(&readers, "/proc/self/exe");
	assert_int_equal(bpfhost_file_ask(readers.file, writes_shared, NULL, NULL, NULL, NULL),
			 -EIO);
	assert_int_equal(*shared, 0);
	munmap((void *)shared, 4096);
	bpfhost_files_free(&readers.files);
}

/* ---- and here ------------------------------------------------------------------------------------- */

/* Ended between two questions, whoever did it: nobody's file is blamed. */
static void starts_again(void **state)
{
	struct readers *readers = *state;
	struct bpfhost_reader *reader = readers->files.reader;
	pid_t first = reader->pid;
	siginfo_t about;

	assert_int_equal(kill(first, SIGKILL), 0);
	assert_int_equal(waitid(P_PID, (id_t)first, &about, WEXITED | WNOWAIT), 0);
	assert_int_equal(add_one(readers->file, NULL), 0);
	assert_int_not_equal(reader->pid, first);
	bpfhost_reader_stop(reader);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(add_one(readers->file, NULL), 0);
}

/* A child's child: none of ours, so nobody here is told that it ended but by its pipe. */
static pid_t start_stranger(int *ret_pipe)
{
	int pipes[2];
	pid_t child, stranger = 0;

	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	child = fork();
	if (!child) {
		stranger = fork();
		if (stranger)
			_exit(write(pipes[1], &stranger, sizeof(stranger)) < 0);
		alarm(20);
		for (;;)
			pause();
	}
	close(pipes[1]);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(read(pipes[0], &stranger, sizeof(stranger)), sizeof(stranger));
	*ret_pipe = pipes[0];
	return stranger;
}

/* A plugin waits for any child, and the number of the reader goes to somebody else. */
static void kills_no_stranger(void **state)
{
	struct readers *readers = *state;
	struct bpfhost_reader *reader = readers->files.reader;
	struct pollfd stranger = { .events = POLLIN };
	pid_t first = reader->pid, pid;

	pid = start_stranger(&stranger.fd);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(kill(reader->pid, SIGKILL), 0);
		assert_int_equal(waitpid(-1, NULL, 0), reader->pid);
		reader->pid = pid;
		if (i)
			bpfhost_reader_stop(reader);
		assert_int_equal(add_one(readers->file, NULL), 0);
		assert_int_not_equal(reader->pid, first);
		assert_int_not_equal(reader->pid, pid);
		assert_int_equal(poll(&stranger, 1, 100), 0);
	}
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(poll(&stranger, 1, 20000), 1);
	close(stranger.fd);
}

/* Ctrl-C is for the host: it ends its workers, and they this. */
static void is_not_interrupted(void **state)
{
	struct readers *readers = *state;
	pid_t pid = readers->files.reader->pid;

	assert_int_equal(add_one(readers->file, NULL), 0);
	assert_int_equal(kill(pid, SIGINT), 0);
	assert_int_equal(kill(pid, SIGTERM), 0);
	assert_int_equal(add_one(readers->file, NULL), 0);
	assert_int_equal(readers->files.reader->pid, pid);
}

/* ---- whose files share one ------------------------------------------------------------------------- */

/* Files of the test's own, as those of the system are not all root's everywhere. */
static const char *own_program(char *path, uid_t user, mode_t mode)
{
	int in = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), out;
	struct stat about;

	strcpy(path, "/tmp/bpfhost-reader-XXXXXX");
	out = mkstemp(path);
	assert_true(in >= 0 && out >= 0 && !fstat(in, &about));
	for (off_t done = 0; done < about.st_size;)
		assert_true(sendfile(out, in, &done, (size_t)(about.st_size - done)) > 0);
	assert_int_equal(fchown(out, user, (gid_t)-1), 0);
	assert_int_equal(fchmod(out, mode), 0);
	close(in);
	close(out);
	return path;
}

/* Two files, asked in turn: whether one process answers for both, however often. */
static bool share(uid_t user, mode_t mode, uid_t other_user, mode_t other_mode)
{
	struct readers one = { 0 };
	struct bpfhost_file *file;
	char path[32], other[32];
	bool does_share;
	pid_t pid;

	begin(&one, own_program(path, user, mode));
	file = one.file;
	pid = one.files.reader->pid;
	begin(&one, own_program(other, other_user, other_mode));
	does_share = one.files.reader->pid == pid;
	for (int i = 0; i < 4; i++) {
		pid = one.files.reader->pid;
		assert_int_equal(add_one(i % 2 ? one.file : file, NULL), 0);
		assert_int_equal(one.files.reader->pid == pid, does_share);
	}
	assert_int_equal(add_one(one.file, NULL), 0);
	pid = one.files.reader->pid;
	assert_int_equal(add_one(one.file, NULL), 0);
	assert_int_equal(one.files.reader->pid, pid);
	bpfhost_files_free(&one.files);
	unlink(path);
	unlink(other);
	return does_share;
}

/* One that its file has taken over may answer what it likes for the others that it has. */
static void separates_files_of_strangers(void **state)
{
	(void)state;
	assert_false(share(geteuid(), 0666, geteuid(), 0666));
	assert_false(share(geteuid(), 0620, geteuid(), 0602));
	if (geteuid()) {
		print_message("no files of two users: not root\n");
		assert_false(share(geteuid(), 0600, geteuid(), 0600));
		return;
	}
	assert_true(share(0, 0755, 0, 0600));
	assert_false(share(0, 0755, CONFINE_NOBODY, 0755));
	assert_false(share(CONFINE_NOBODY, 0755, 0, 0755));
	assert_false(share(CONFINE_NOBODY, 0755, CONFINE_NOBODY, 0755));
	assert_false(share(0, 0755, 0, 0775));
}

/* One that hangs where it is handed over, as in the headers of a file: it is waited for once. */
static void refuses_what_cannot_be_opened(void **state)
{
	struct readers one = { 0 };
	struct bpfhost_error err = { 0 };
	struct bpfhost_reader *reader;
	struct bpfhost_file *file = NULL;
	char path[32];
	uint32_t pid;

	(void)state;
	one.files.are_found = true;
	own_program(path, geteuid(), 0755);
	assert_int_equal(bpfhost_reader_new(NULL, &one.files.reader), 0);
	reader = one.files.reader;
	assert_int_equal(reader_start(reader, &err), 0);
	assert_int_equal(kill(reader->pid, SIGSTOP), 0);
	for (int i = 0; i < 3; i++) {
		err.text[0] = '\0';
		assert_int_equal(bpfhost_files_get(&one.files, path, 0, &file, &pid, &err),
				 -ETIMEDOUT);
		assert_non_null(strstr(err.text, "took longer than 2.0 s"));
		assert_null(file);
		assert_int_equal(reader->pid, 0);
		assert_int_equal(one.files.count, 1);
	}
	begin(&one, "/bin/sh");
	assert_int_equal(add_one(one.file, NULL), 0);
	bpfhost_files_free(&one.files);
	unlink(path);
}

static void leaves_nothing(void **state)
{
	struct readers readers = { 0 };
	int before = open("/dev/null", O_RDONLY), after;

	(void)state;
	for (int i = 0; i < 20; i++) {
		begin(&readers, "/proc/self/exe");
		begin(&readers, "/bin/sh");
		assert_int_equal(add_one(readers.file, NULL), 0);
		bpfhost_file_rest(readers.file);
		assert_int_equal(add_one(readers.file, NULL), 0);
		bpfhost_files_free(&readers.files);
	}
	close(before);
	after = open("/dev/null", O_RDONLY);
	assert_int_equal(before, after);
	close(after);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, get, put)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(answers),
		TEST(tells_errors),
		TEST(answers_in_parts),
		TEST(ends_the_taking),
		TEST(survives_a_crash),
		TEST(survives_an_abort),
		TEST(survives_an_exit),
		TEST(ends_a_loop),
		TEST(bounds_its_memory),
		TEST(takes_no_nonsense),
		TEST(bounds_the_answer),
		TEST(takes_no_half_answer),
		TEST(may_do_nothing_else),
		cmocka_unit_test(has_no_other_descriptor),
		cmocka_unit_test(starts_without_any_descriptor),
		cmocka_unit_test(shares_no_memory),
		TEST(starts_again),
		TEST(kills_no_stranger),
		TEST(is_not_interrupted),
		cmocka_unit_test(separates_files_of_strangers),
		cmocka_unit_test(refuses_what_cannot_be_opened),
		cmocka_unit_test(leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
