/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The yardstick: the least that writes the lines that bpfhost writes for one probe of one process. One
 * process, no wake-ups, a look at the ring every few milliseconds (as often as bpfhost looks), an encoder
 * that knows the one kind of line, no check of what it reads.
 *
 *	minimal OBJECT KIND PID PLUGIN EVENT PLACE [OUTPUT]
 *
 * stops at SIGINT or SIGTERM and tells on stderr what was lost. KIND is a program of minimal.bpf.c, EVENT
 * the name of the event, PLACE a program's file and an address in it, as FILE:0x1234; a tracepoint has
 * none, and the word is not read.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
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
#include "place/place.h"

#define OUT_SIZE      (256 << 10)
#define LINE_MAX_SIZE (1024 + 6 * MINIMAL_TEXT_SIZE + HEAD_SIZE)
#define HEAD_SIZE     (PATH_MAX + 256)
#define PAUSE_NS      4000000L

typedef char *(*put_data)(char *p, const struct bpfhost_event *event);

struct minimal {
	put_data put_data;
	char head[HEAD_SIZE]; /* what stands in each line behind the time */
	size_t head_size;
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

static char *put_u64(char *p, uint64_t value)
{
	char digits[20];
	int n = 0;

	do
		digits[n++] = (char)('0' + value % 10);
	while (value /= 10);
	while (n)
		*p++ = digits[--n];
	return p;
}

static char *put_s64(char *p, int64_t value)
{
	if (value < 0)
		*p++ = '-';
	return put_u64(p, value < 0 ? -(uint64_t)value : (uint64_t)value);
}

static char *put_text(char *p, const char *text, int size)
{
	for (int i = 0; i < size && text[i]; i++) {
		if (text[i] == '"' || text[i] == '\\')
			*p++ = '\\';
		*p++ = text[i];
	}
	return p;
}

static char *put_event_data(char *p, const struct bpfhost_event *event)
{
	(void)event;
	return p;
}

static char *put_value_data(char *p, const struct bpfhost_event *event)
{
	p = PUT(p, "\"value\":");
	return put_s64(p, ((const struct minimal_value *)event)->value);
}

static char *put_call_data(char *p, const struct bpfhost_event *event)
{
	const struct minimal_call *call = (const void *)event;

	p = put_value_data(p, event);
	p = PUT(p, ",\"ret\":");
	p = put_s64(p, call->ret);
	p = PUT(p, ",\"latency_ns\":");
	return put_u64(p, call->latency_ns);
}

static char *put_text_data(char *p, const struct bpfhost_event *event)
{
	const struct minimal_text *text = (const void *)event;

	p = PUT(p, "\"number\":");
	p = put_s64(p, text->number);
	p = PUT(p, ",\"text\":\"");
	p = put_text(p, text->text, sizeof(text->text));
	return PUT(p, "\"");
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
	p = put(p, m->head, m->head_size);
	p = put_u32(p, event->cpu);
	p = PUT(p, ",\"pid\":");
	p = put_u32(p, event->pid);
	p = PUT(p, ",\"tid\":");
	p = put_u32(p, event->tid);
	p = PUT(p, ",\"uid\":");
	p = put_u32(p, event->uid);
	p = PUT(p, ",\"comm\":\"");
	p = put_text(p, event->comm, sizeof(event->comm));
	p = PUT(p, "\",\"data\":{");
	p = m->put_data(p, event);
	p = PUT(p, "}}\n");
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

/* ---- attaching ----------------------------------------------------------------------------------- */

static struct bpf_program *find(const struct bpf_object *object, const char *kind,
				const char *suffix)
{
	char name[64];

	snprintf(name, sizeof(name), "minimal_%s%s", kind, suffix);
	return bpf_object__find_program_by_name(object, name);
}

/* Only what is wanted is loaded. */
static int choose(struct bpf_object *object, const struct bpf_program *entry,
		  const struct bpf_program *returning)
{
	struct bpf_program *program = NULL;
	int ret = 0;

	while (!ret && (program = bpf_object__next_program(object, program))) {
		ret = bpf_program__set_autoload(program, program == entry || program == returning);
		if (!strcmp(bpf_program__section_name(program), "uprobe"))
			bpf_program__set_expected_attach_type(program, PLACE_ATTACH_TYPE);
	}
	return ret;
}

static int attach_to_place(const struct bpf_program *entry, const struct bpf_program *returning,
			   const char *place, uint32_t pid)
{
	const char *colon = strrchr(place, ':');
	char file[PATH_MAX];
	uint64_t offset;

	if (!colon)
		return -1;
	snprintf(file, sizeof(file), "%.*s", (int)(colon - place), place);
	if (place_offset(file, strtoull(colon + 1, NULL, 16), &offset))
		return -1;
	if (returning && place_attach(bpf_program__fd(returning), file, offset, pid, true) < 0)
		return -1;
	return place_attach(bpf_program__fd(entry), file, offset, pid, false) < 0 ? -1 : 0;
}

static int attach(const struct bpf_program *entry, const struct bpf_program *returning,
		  const char *place, uint32_t pid)
{
	if (strcmp(bpf_program__section_name(entry), "uprobe") != 0)
		return bpf_program__attach(entry) ? 0 : -1;
	return attach_to_place(entry, returning, place, pid);
}

static struct bpf_object *load(const char *path, const char *kind, uint32_t pid, const char *place)
{
	struct bpf_object *object = bpf_object__open_file(path, NULL);
	const struct bpf_program *entry, *returning;
	struct bpf_map *rodata;

	if (!object)
		return NULL;
	rodata = bpf_object__find_map_by_name(object, ".rodata");
	entry = find(object, kind, "");
	returning = find(object, kind, "_return");
	if (!entry || !rodata || bpf_map__set_initial_value(rodata, &pid, sizeof(pid)) ||
	    choose(object, entry, returning) || bpf_object__load(object) ||
	    attach(entry, returning, place, pid))
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

static put_data data_of(const char *kind)
{
	if (!strcmp(kind, "value"))
		return put_value_data;
	if (!strcmp(kind, "call"))
		return put_call_data;
	return strcmp(kind, "text") ? put_event_data : put_text_data;
}

static void set_head(struct minimal *m, const char *plugin, const char *event)
{
	m->head_size = (size_t)snprintf(m->head, sizeof(m->head),
					"Z\",\"kind\":\"event\",\"instance\":\"%s\","
					"\"plugin\":\"%s\",\"event\":\"%s\",\"cpu\":",
					plugin, plugin, event);
	if (m->head_size >= sizeof(m->head))
		exit(2);
}

static void block_signals(sigset_t *ret_signals)
{
	sigemptyset(ret_signals);
	sigaddset(ret_signals, SIGINT);
	sigaddset(ret_signals, SIGTERM);
	sigprocmask(SIG_BLOCK, ret_signals, NULL);
}

int main(int argc, char **argv)
{
	static struct minimal m = { .out = STDOUT_FILENO };
	struct bpf_object *object = NULL;
	sigset_t signals;

	if (argc < 7)
		return 2;
	block_signals(&signals);
	if (argc > 7)
		m.out = open(argv[7], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	m.offset = clock_offset();
	m.put_data = data_of(argv[2]);
	set_head(&m, argv[4], argv[5]);
	if (m.out >= 0)
		object = load(argv[1], argv[2], (uint32_t)strtoul(argv[3], NULL, 10), argv[6]);
	if (!object || map_ring(&m, bpf_object__find_map_fd_by_name(object, "minimal_ring"))) {
		fprintf(stderr, "minimal: failed to load %s\n", argv[1]);
		return 1;
	}
	run(&m, &signals);
	fprintf(stderr, "lost %llu\n", (unsigned long long)lost(object));
	bpf_object__close(object);
	return 0;
}
