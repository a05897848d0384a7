/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Loading the opened object, and handing its ring and counters over. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "../kernel/kernel.h"
#include "capability.h"
#include "session.h"

/* So many descriptors are looked for at most, where some were wanting. */
#define LOAD_DESCRIPTORS_LOOK 64

static int load_fd(const struct session *session, const char *map)
{
	return bpf_object__find_map_fd_by_name(session->object, map);
}

static int load_map_counters(struct bpfhost_instance *self, struct session *session, int fd)
{
	size_t size = session->ncpus * sizeof(*session->counters);
	void *counters = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);

	if (counters == MAP_FAILED)
		return bpfhost_fail(self, -errno, "failed to map the counters: %s",
				    strerror(errno));
	session->counters = counters;
	return 0;
}

static int load_hand_over(struct bpfhost_instance *self, struct session *session)
{
	struct bpfhost_ring_fds fds = {
		.size = sizeof(fds),
		.ring = load_fd(session, "bpfhost_ring"),
		.counters = load_fd(session, "bpfhost_counters"),
		.reader = load_fd(session, ".data.bpfhost"),
		.ncpus = session->ncpus,
		.ring_size = (uint32_t)self->host->ring_size,
	};
	int err;

	if (fds.ring < 0 || fds.counters < 0)
		return 0; /* an object without events of its own */
	err = ring_map(&session->ring, fds.ring, fds.ring_size);
	if (err)
		return bpfhost_fail(self, err, "failed to map the ring: %s", strerror(-err));
	err = load_map_counters(self, session, fds.counters);
	if (err)
		return err;
	err = self->host->ring(self->host, &fds);
	return err ? bpfhost_fail(self, err, "failed to hand the ring to the host: %s",
				  strerror(-err))
		   : 0;
}

/* What the kernel means by its answer depends on who asked. */
static const char *load_hint(int err)
{
	bool root = geteuid() == 0;

	if (err == -EPERM || (err == -EACCES && !root))
		return session_permission_hint();
	if (err == -EACCES || err == -EINVAL)
		return " (this kernel refuses it)";
	if (err == -E2BIG)
		return " (a program is too complex for this kernel, or a map too large: --ring-size)";
	if (err == -ENOMEM)
		return " (a smaller --ring-size takes less)";
	if (err == -EMFILE)
		return " (ulimit -n or LimitNOFILE= sets how many)";
	return "";
}

static uint32_t load_count_descriptors(struct bpf_object *object)
{
	struct bpf_program *program;
	struct bpf_map *map;
	uint32_t count = 0;

	bpf_object__for_each_map(map, object)
		count++;
	bpf_object__for_each_program(program, object)
		count++;
	return count;
}

/*
 * libbpf finds out what the kernel can, and takes a want of descriptors for a no: it leaves maps out, and the kernel
 * then refuses the programs that use them.
 */
static bool load_lacks_descriptors(struct bpf_object *object)
{
	int fds[LOAD_DESCRIPTORS_LOOK];
	uint32_t wanted = load_count_descriptors(object), got = 0;
	bool lacks;

	if (wanted > LOAD_DESCRIPTORS_LOOK)
		wanted = LOAD_DESCRIPTORS_LOOK;
	while (got < wanted && (fds[got] = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0)) >= 0)
		got++;
	lacks = got < wanted && errno == EMFILE;
	while (got)
		close(fds[--got]);
	return lacks;
}

/* A program that the verifier accepted can still get no memory or descriptor; it has a log then too. */
static bool load_was_judged(int err)
{
	return err != -EMFILE && err != -ENFILE && err != -ENOMEM && err != -EAGAIN &&
	       err != -EINTR;
}

/* -EINVAL from here would say that the configuration is wrong. */
static int load_failed(struct bpfhost_instance *self, const struct session *session, int err)
{
	const char *verdict = load_was_judged(err) ? session->verdict : NULL;
	int told = err == -EINVAL ? -ENOEXEC : err;
	char missing[CAPABILITY_TEXT_MAX];

	capability_missing(session->object, missing);
	if (missing[0])
		return bpfhost_fail(self, told, "failed to load the BPF object: %s (%s missing)",
				    strerror(-err), missing);
	if (verdict)
		return bpfhost_fail(self, told, "failed to load the BPF object: %s (%s)",
				    strerror(-err), verdict);
	return bpfhost_fail(self, told, "failed to load the BPF object: %s%s", strerror(-err),
			    load_hint(err));
}

int bpfhost_load(struct bpfhost_instance *self)
{
	struct session *session = session_get(self);
	int err;

	if (!session || !session->object)
		return bpfhost_fail(self, -EINVAL, "failed to load the BPF object: it is not open");
	if (session_is_dry(self))
		return 0;
	err = kernel_error(bpf_object__load(session->object));
	if (err == -EINVAL && load_lacks_descriptors(session->object))
		err = -EMFILE;
	return err ? load_failed(self, session, err) : load_hand_over(self, session);
}
