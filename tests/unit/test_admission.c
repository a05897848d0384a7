/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "loader_fixture.h"

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

#include "loader/admission.h"

/* A place that nobody else can write, and one that is anybody's. */
struct place {
	char *own;
	char *shared;
};

static int place_setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));
	const char *base = geteuid() ? getenv("HOME") : "/run";

	if (base && access(base, W_OK) == 0)
		place->own = fixture_folder(base);
	place->shared = fixture_folder("/tmp");
	*state = place;
	return 0;
}

static int place_teardown(void **state)
{
	struct place *place = *state;

	fixture_remove(place->own);
	fixture_remove(place->shared);
	free(place);
	return 0;
}

/* The folder of our own, where the machine has one that passes. */
static const char *place_own(struct place *place)
{
	struct admission *admission = NULL;
	struct bpfhost_error err = { .text = "" };
	const char *file;

	if (!place->own)
		skip();
	file = fixture_path(place->own, "probe.so");
	fixture_write(file, "x", 1, 0644);
	if (admission_open(file, NULL, &admission, &err)) {
		print_message("no folder that is only ours: %s\n", err.text);
		skip();
	}
	admission_free(admission);
	return place->own;
}

static void assert_refused(const char *path, const struct admission_trust *trust, int code,
			   const char *words)
{
	struct admission *admission = NULL;
	struct bpfhost_error err = { .text = "" };

	assert_int_equal(admission_open(path, trust, &admission, &err), code);
	assert_null(admission);
	if (!strstr(err.text, words))
		fail_msg("\"%s\" says nothing of \"%s\"", err.text, words);
}

static void test_admits_and_seals(void **state)
{
	const char *own = place_own(*state), *path = fixture_path(own, "good.so");
	struct admission *admission = NULL;
	struct bpfhost_error err = { .text = "" };
	char bytes[16] = "";

	fixture_write(path, "hello", 5, 0644);
	assert_int_equal(admission_open(path, NULL, &admission, &err), 0);
	assert_int_equal(admission->size, 5);
	assert_string_equal(admission->path, path);
	assert_null(admission->trusted_by);
	assert_int_equal(pread(admission->fd, bytes, sizeof(bytes), 0), 5);
	assert_string_equal(bytes, "hello");
	assert_int_equal(fcntl(admission->fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	assert_int_equal(pwrite(admission->fd, "x", 1, 0), -1);
	assert_int_equal(ftruncate(admission->fd, 0), -1);
	assert_ptr_equal(mmap(NULL, 5, PROT_WRITE, MAP_SHARED, admission->fd, 0), MAP_FAILED);
	fixture_write(path, "other", 5, 0644);
	assert_int_equal(pread(admission->fd, bytes, sizeof(bytes), 0), 5);
	assert_string_equal(bytes, "hello");
	admission_free(admission);
}

static void make_socket(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(strlen(path) < sizeof(address.sun_path));
	strcpy(address.sun_path, path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	close(fd);
}

static void test_kinds(void **state)
{
	struct place *place = *state;
	const char *folder = place->shared;
	const struct admission_trust trust = { &folder, 1 };

	assert_int_equal(mkfifo(fixture_path(folder, "fifo.so"), 0600), 0);
	assert_refused(fixture_path(folder, "fifo.so"), &trust, -EINVAL, "a FIFO");
	assert_int_equal(mkdir(fixture_path(folder, "dir.so"), 0700), 0);
	assert_refused(fixture_path(folder, "dir.so"), &trust, -EINVAL, "a folder");
	assert_refused("/dev/zero", NULL, -EINVAL, "a device");
	assert_int_equal(symlink("/dev/zero", fixture_path(folder, "zero.so")), 0);
	assert_refused(fixture_path(folder, "zero.so"), &trust, -EINVAL, "a device");
	make_socket(fixture_path(folder, "socket.so"));
	assert_refused(fixture_path(folder, "socket.so"), &trust, -EINVAL, "a socket");
	assert_refused(fixture_path(folder, "none.so"), &trust, -ENOENT, "none.so");
	assert_refused("", &trust, -ENOENT, "empty");
	fixture_write(fixture_path(folder, "file.so"), "x", 1, 0600);
	assert_refused(fixture_path(folder, "file.so/"), &trust, -ENOTDIR, "no folder");
	assert_refused(fixture_path(folder, "file.so/x.so"), &trust, -ENOTDIR, "no folder");
}

static void test_sizes(void **state)
{
	struct place *place = *state;
	const char *folder = place->shared, *path = fixture_path(folder, "size.so");
	const struct admission_trust trust = { &folder, 1 };
	struct admission *admission = NULL;
	struct bpfhost_error err;

	fixture_write(path, "", 0, 0600);
	assert_refused(path, &trust, -ENODATA, "empty");
	assert_int_equal(truncate(path, ADMISSION_SIZE_MAX + 1), 0);
	assert_refused(path, &trust, -EFBIG, "larger than 32 MiB");
	assert_int_equal(truncate(path, ADMISSION_SIZE_MAX), 0);
	assert_int_equal(admission_open(path, &trust, &admission, &err), 0);
	assert_int_equal(admission->size, ADMISSION_SIZE_MAX);
	admission_free(admission);
}

/* Where the file system holds it: nothing of it is read. */
static void test_sparse(void **state)
{
	struct place *place = *state;
	const char *folder = place->shared, *path = fixture_path(folder, "sparse.so");
	const struct admission_trust trust = { &folder, 1 };
	clock_t begin;

	fixture_write(path, "", 0, 0600);
	if (truncate(path, 5LL << 30))
		skip();
	begin = clock();
	assert_refused(path, &trust, -EFBIG, "larger than 32 MiB");
	assert_true(clock() - begin < CLOCKS_PER_SEC / 10);
	assert_int_equal(unlink(path), 0);
}

static void test_shared_parent(void **state)
{
	struct place *place = *state;
	const char *folder = place->shared, *path = fixture_path(folder, "x.so");
	const struct admission_trust trust = { &folder, 1 };
	struct admission *admission = NULL;
	struct bpfhost_error err;
	char folder_hint[PATH_MAX + 64];

	snprintf(folder_hint, sizeof(folder_hint),
		 " and chmod go-w it; or let it in with --trust %s)", folder);
	fixture_write(path, "x", 1, 0600);
	assert_refused(path, NULL, -EPERM, "folder /tmp can be written by others");
	assert_refused(path, NULL, -EPERM, folder_hint);
	assert_int_equal(admission_open(path, &trust, &admission, &err), 0);
	assert_string_equal(admission->trusted_by, folder);
	admission_free(admission);
}

static void test_modes(void **state)
{
	const char *own = place_own(*state), *path = fixture_path(own, "mode.so");

	fixture_write(path, "x", 1, 0664);
	assert_refused(path, NULL, -EPERM, "mode.so can be written by others");
	fixture_write(path, "x", 1, 0646);
	assert_refused(path, NULL, -EPERM, "(mode 0646)");
	fixture_write(path, "x", 1, 0644);
	assert_int_equal(chmod(own, 0775), 0);
	assert_refused(path, NULL, -EPERM, "can be written by others");
	assert_int_equal(chmod(own, 0700), 0);
}

static void test_owner(void **state)
{
	const char *own = place_own(*state), *path = fixture_path(own, "owner.so");

	fixture_write(path, "x", 1, 0644);
	if (geteuid()) {
		print_message("giving a file away needs CAP_CHOWN\n");
		skip();
	}
	assert_int_equal(chown(path, 1234, 0), 0);
	assert_refused(path, NULL, -EPERM, "belongs to user 1234");
	assert_int_equal(chown(path, 0, 0), 0);
	assert_int_equal(chown(own, 1234, 0), 0);
	assert_refused(path, NULL, -EPERM, "belongs to user 1234");
	assert_int_equal(chown(own, 0, 0), 0);
}

/* Four folders deep: each in turn is somebody else's, or open to others. */
static void test_each_parent(void **state)
{
	const char *own = place_own(*state), *words = "can be written by others";
	char path[PATH_MAX], folders[4][PATH_MAX];
	struct admission *admission = NULL;
	struct bpfhost_error err;

	snprintf(path, sizeof(path), "%s", own);
	for (int i = 0; i < 4; i++) {
		strcat(path, "/d");
		assert_int_equal(mkdir(path, 0755), 0);
		strcpy(folders[i], path);
	}
	strcat(path, "/deep.so");
	fixture_write(path, "x", 1, 0644);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(chmod(folders[i], 0775), 0);
		assert_refused(path, NULL, -EPERM, words);
		assert_int_equal(chmod(folders[i], 01777), 0);
		assert_refused(path, NULL, -EPERM, words);
		assert_int_equal(chmod(folders[i], 0755), 0);
		if (geteuid())
			continue;
		assert_int_equal(chown(folders[i], 1234, 0), 0);
		assert_refused(path, NULL, -EPERM, "belongs to user 1234");
		assert_int_equal(chown(folders[i], 0, 0), 0);
	}
	assert_int_equal(admission_open(path, NULL, &admission, &err), 0);
	admission_free(admission);
}

/* Links lead on where they stand in order, and to nothing that is not. */
static void test_links(void **state)
{
	struct place *place = *state;
	const char *own = place_own(place);
	struct admission *admission = NULL;
	struct bpfhost_error err;

	fixture_write(fixture_path(own, "real.so.1"), "real", 4, 0644);
	fixture_write(fixture_path(place->shared, "evil.so"), "evil", 4, 0644);
	assert_int_equal(symlink("real.so.1", fixture_path(own, "real.so")), 0);
	assert_int_equal(admission_open(fixture_path(own, "real.so"), NULL, &admission, &err), 0);
	assert_int_equal(admission->size, 4);
	admission_free(admission);
	assert_int_equal(symlink(fixture_path(place->shared, "evil.so"),
				 fixture_path(own, "evil.so")),
			 0);
	assert_refused(fixture_path(own, "evil.so"), NULL, -EPERM, "folder /tmp");
	assert_int_equal(symlink("loop.so", fixture_path(own, "loop.so")), 0);
	assert_refused(fixture_path(own, "loop.so"), NULL, -ELOOP, "too many");
	assert_int_equal(symlink(fixture_path(own, "real.so.1"),
				 fixture_path(place->shared, "in.so")),
			 0);
	assert_refused(fixture_path(place->shared, "in.so"), NULL, -EPERM, "folder /tmp");
}

/* Trust ends where a link or ".." leads out of the folder. */
static void test_trust_is_left(void **state)
{
	struct place *place = *state;
	const char *inner = fixture_path(place->shared, "inner");
	const struct admission_trust trust = { &inner, 1 };
	struct admission *admission = NULL;
	struct bpfhost_error err;

	assert_int_equal(mkdir(inner, 0777), 0);
	fixture_write(fixture_path(place->shared, "out.so"), "x", 1, 0600);
	fixture_write(fixture_path(inner, "in.so"), "x", 1, 0666);
	assert_int_equal(symlink("../out.so", fixture_path(inner, "link.so")), 0);
	assert_refused(fixture_path(inner, "link.so"), &trust, -EPERM, "/tmp");
	assert_refused(fixture_path(inner, "../out.so"), &trust, -EPERM, "/tmp");
	assert_int_equal(admission_open(fixture_path(inner, "../inner/./in.so"), &trust, &admission,
					&err),
			 0);
	assert_string_equal(admission->trusted_by, inner);
	admission_free(admission);
}

static void test_relative_and_long(void **state)
{
	struct place *place = *state;
	const char *folder = place->shared;
	const struct admission_trust trust = { &folder, 1 };
	struct admission *admission = NULL;
	struct bpfhost_error err;
	char here[PATH_MAX], path[PATH_MAX + 10];

	assert_non_null(getcwd(here, sizeof(here)));
	fixture_write(fixture_path(folder, "rel.so"), "x", 1, 0600);
	assert_int_equal(chdir(folder), 0);
	assert_int_equal(admission_open("./rel.so", &trust, &admission, &err), 0);
	assert_int_equal(admission->path[0], '/');
	admission_free(admission);
	assert_int_equal(chdir(here), 0);
	memset(path, '/', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	assert_refused(path, &trust, -ENAMETOOLONG, "longer");
	memset(path + 1, 'a', 300);
	path[301] = '\0';
	assert_refused(path, &trust, -ENAMETOOLONG, "longer");
	for (int i = 0; i < 100; i++)
		memcpy(path + 2 * i, "/.", 3);
	assert_refused(path, &trust, -EINVAL, "a folder");
}

static void test_check_folder(void **state)
{
	struct place *place = *state;
	struct bpfhost_error err = { .text = "" };

	assert_int_equal(admission_check_folder("/usr/lib", &err), 0);
	assert_int_equal(admission_check_folder(place->shared, &err), -EPERM);
	assert_int_equal(admission_check_folder("/tmp/not/there", &err), -EPERM);
	assert_int_equal(admission_check_folder("/usr/lib/not/there", &err), -ENOENT);
	assert_int_equal(admission_check_folder("/etc/passwd", &err), -ENOTDIR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_admits_and_seals),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_sparse),
		cmocka_unit_test(test_shared_parent),
		cmocka_unit_test(test_modes),
		cmocka_unit_test(test_owner),
		cmocka_unit_test(test_each_parent),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_trust_is_left),
		cmocka_unit_test(test_relative_and_long),
		cmocka_unit_test(test_check_folder),
	};

	return cmocka_run_group_tests(tests, place_setup, place_teardown) ? 1 : 0;
}
