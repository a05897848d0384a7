/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The yardstick: the least that writes the lines that bpfhost writes for one tracepoint of one process.
 * One process, no wake-ups, a look at the ring every few milliseconds (as often as bpfhost looks), an
 * encoder that knows the one kind of line, no check of what it reads.
 *
 *	minimal OBJECT PID [FILE]    stops at SIGINT or SIGTERM and tells on stderr what was lost
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <bpfhost/event.h>

#include "minimal.h"

#define OUT_SIZE      (256 << 10)
#define LINE_MAX_SIZE 512
#define PAUSE_NS      4000000L

struct minimal {
	uint64_t *consumer;
	const uint64_t *producer;
	const uint8_t *data;
	uint64_t offset; /* from the monotonic clock to UTC */
	uint64_t second; /* whose text this is */
	char date[32];
	int out;
	size_t used;
	char buffer[OUT_SIZE];
};

static char *put(char *p, const char *text, size_t size)
{
	memcpy(p, text, size);
	return p + size;
}

#define PUT(p, literal) put(p, literal, sizeof(literal) - 1)

static char *put_padded(char *p, uint32_t value, int digits)
{
	for (int i = digits; i--; value /= 10)
		p[i] = (char)('0' + value % 10);
	return p + digits;
}

static char *put_u32(char *p, uint32_t value)
{
	int digits = 1;

	for (uint32_t rest = value; rest >= 10; rest /= 10)
		digits++;
	return put_padded(p, value, digits);
}

static char *put_comm(char *p, const char *comm)
{
	for (int i = 0; i < BPFHOST_COMM_LEN && comm[i]; i++) {
		if (comm[i] == '"' || comm[i] == '\\')
			*p++ = '\\';
		*p++ = comm[i];
	}
	return p;
}

static char *put_time(struct minimal *m, char *p, uint64_t time_ns)
{
	uint64_t wall = time_ns + m->offset;

	if (wall / 1000000000 != m->second) {
		time_t second = (time_t)(wall / 1000000000);
		struct tm tm;

		m->second = wall / 1000000000;
		strftime(m->date, sizeof(m->date), "%Y-%m-%dT%H:%M:%S.", gmtime_r(&second, &tm));
	}
	p = PUT(p, "{\"time\":\"");
	p = put(p, m->date, 20);
	return put_padded(p, (uint32_t)(wall - m->second * 1000000000), 9);
}

static void flush(struct minimal *m)
{
	size_t done = 0;

	while (done < m->used) {
		ssize_t n = write(m->out, m->buffer + done, m->used - done);

		if (n < 0 && errno != EINTR)
			exit(1);
		done += n > 0 ? (size_t)n : 0;
	}
	m->used = 0;
}

static void write_line(struct minimal *m, const struct bpfhost_event *event)
{
	char *p = m->buffer + m->used;

	p = put_time(m, p, event->time_ns);
	p = PUT(p, "Z\",\"kind\":\"event\",\"instance\":\"tracepoint\",\"plugin\":\"tracepoint\","
		   "\"event\":\"syscalls:sys_enter_getppid\",\"cpu\":");
	p = put_u32(p, event->cpu);
	p = PUT(p, ",\"pid\":");
	p = put_u32(p, event->pid);
	p = PUT(p, ",\"tid\":");
	p = put_u32(p, event->tid);
	p = PUT(p, ",\"uid\":");
	p = put_u32(p, event->uid);
	p = PUT(p, ",\"comm\":\"");
	p = put_comm(p, event->comm);
	p = PUT(p, "\",\"data\":{}}\n");
	m->used = (size_t)(p - m->buffer);
	if (m->used > OUT_SIZE - LINE_MAX_SIZE)
		flush(m);
}

static void drain(struct minimal *m)
{
	uint64_t end = __atomic_load_n(m->producer, __ATOMIC_ACQUIRE), at = *m->consumer;

	while (at < end) {
		const uint8_t *head = m->data + (at & (MINIMAL_RING_SIZE - 1));
		uint32_t size = __atomic_load_n((const uint32_t *)head, __ATOMIC_ACQUIRE);

		if (size & BPF_RINGBUF_BUSY_BIT)
			break;
		write_line(m, (const void *)(head + BPF_RINGBUF_HDR_SZ));
		at += (size + BPF_RINGBUF_HDR_SZ + 7) & ~7U;
	}
	__atomic_store_n(m->consumer, at, __ATOMIC_RELEASE);
	if (m->used)
		flush(m);
}

static int map_ring(struct minimal *m, int fd)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *consumer = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	void *producer =
		mmap(NULL, page + 2 * MINIMAL_RING_SIZE, PROT_READ, MAP_SHARED, fd, (off_t)page);

	if (consumer == MAP_FAILED || producer == MAP_FAILED)
		return -errno;
	m->consumer = consumer;
	m->producer = producer;
	m->data = (const uint8_t *)producer + page;
	return 0;
}

static uint64_t clock_offset(void)
{
	struct timespec wall, monotonic;

	clock_gettime(CLOCK_REALTIME, &wall);
	clock_gettime(CLOCK_MONOTONIC, &monotonic);
	return (uint64_t)((wall.tv_sec - monotonic.tv_sec) * 1000000000LL + wall.tv_nsec -
			  monotonic.tv_nsec);
}

static struct bpf_object *load(const char *path, uint32_t pid)
{
	struct bpf_object *object = bpf_object__open_file(path, NULL);
	struct bpf_map *rodata;

	if (!object)
		return NULL;
	rodata = bpf_object__find_map_by_name(object, ".rodata");
	if (!rodata || bpf_map__set_initial_value(rodata, &pid, sizeof(pid)) ||
	    bpf_object__load(object) ||
	    !bpf_program__attach(bpf_object__find_program_by_name(object, "minimal")))
		return NULL;
	return object;
}

static uint64_t lost(const struct bpf_object *object)
{
	uint64_t value = 0;
	uint32_t key = 0;

	bpf_map_lookup_elem(bpf_object__find_map_fd_by_name(object, ".bss"), &key, &value);
	return value;
}

/* The signals stay blocked: waiting for them is also the pause between two looks. */
static void run(struct minimal *m, const sigset_t *signals)
{
	const struct timespec pause = { 0, PAUSE_NS };

	do
		drain(m);
	while (sigtimedwait(signals, NULL, &pause) < 0);
	drain(m);
}

int main(int argc, char **argv)
{
	static struct minimal m = { .out = STDOUT_FILENO };
	struct bpf_object *object;
	sigset_t signals;

	if (argc < 3)
		return 2;
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	if (argc > 3)
		m.out = open(argv[3], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	m.offset = clock_offset();
	object = m.out < 0 ? NULL : load(argv[1], (uint32_t)strtoul(argv[2], NULL, 10));
	if (!object || map_ring(&m, bpf_object__find_map_fd_by_name(object, "minimal_ring"))) {
		fprintf(stderr, "minimal: failed to load %s\n", argv[1]);
		return 1;
	}
	run(&m, &signals);
	fprintf(stderr, "lost %llu\n", (unsigned long long)lost(object));
	bpf_object__close(object);
	return 0;
}
