/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The child in the sandbox writes records, kind and size before each; the parent takes only records
 * whose size is right for their kind, ends their texts itself, and checks schemas as it does those
 * of a worker.
 */
#include "command/object.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/config.h"
#include "loader/sandbox.h"
#include "sdk/schema/btf.h"

#define OBJECT_TIMEOUT_NS 5000000000ULL
#define OBJECT_ITEMS_MAX  4096

enum object_kind {
	OBJECT_PROGRAM = 1,
	OBJECT_MAP = 2,
	OBJECT_SCHEMA = 3,
	OBJECT_FAILURE = 4,
};

struct object_record {
	uint32_t kind;
	uint32_t size;
};

struct object_bytes {
	const char *name;
	const void *bytes;
	size_t size;
};

struct object_events {
	const struct btf *btf;
	FILE *out;
};

static void object_write(FILE *out, enum object_kind kind, const void *bytes, uint32_t size)
{
	const struct object_record record = { .kind = kind, .size = size };

	fwrite(&record, sizeof(record), 1, out);
	fwrite(bytes, size, 1, out);
}

static void object_fail(FILE *out, const char *text)
{
	char failure[256] = "";

	snprintf(failure, sizeof(failure), "%.255s", text);
	object_write(out, OBJECT_FAILURE, failure, sizeof(failure));
}

static void object_write_program(FILE *out, const struct bpf_program *program)
{
	struct object_program item = {
		.instructions = bpf_program__insn_cnt(program),
		.type_number = bpf_program__type(program),
		.optional = !bpf_program__autoload(program),
	};
	const char *type = libbpf_bpf_prog_type_str(bpf_program__type(program));

	snprintf(item.name, sizeof(item.name), "%s", bpf_program__name(program));
	snprintf(item.section, sizeof(item.section), "%s", bpf_program__section_name(program));
	snprintf(item.type, sizeof(item.type), "%s", type ? type : "?");
	object_write(out, OBJECT_PROGRAM, &item, sizeof(item));
}

static uint64_t object_padded(uint32_t size)
{
	return ((uint64_t)size + 7) & ~7ULL;
}

/* About what kernel/bpf/arraymap.c, hashtab.c and ringbuf.c allocate. */
static uint64_t object_memory(enum bpf_map_type type, const struct object_map *map)
{
	uint64_t cpus = libbpf_num_possible_cpus() > 0 ? libbpf_num_possible_cpus() : 1;
	uint64_t key = object_padded(map->key_size), value = object_padded(map->value_size);
	uint64_t count = map->max_entries;

	switch (type) {
	case BPF_MAP_TYPE_RINGBUF:
		return count + 3 * 4096; /* and a header and two pages of positions */
	case BPF_MAP_TYPE_ARRAY:
		return count * value;
	case BPF_MAP_TYPE_PERCPU_ARRAY:
		return count * value * cpus;
	case BPF_MAP_TYPE_PERCPU_HASH:
	case BPF_MAP_TYPE_LRU_PERCPU_HASH:
		return count * (48 + key + value * cpus);
	default:
		return count * (48 + key + value);
	}
}

static void object_write_map(FILE *out, const struct bpf_map *map)
{
	struct object_map item = {
		.type_number = bpf_map__type(map),
		.key_size = bpf_map__key_size(map),
		.value_size = bpf_map__value_size(map),
		.max_entries = bpf_map__max_entries(map),
		.flags = bpf_map__map_flags(map),
	};
	const char *type = libbpf_bpf_map_type_str(bpf_map__type(map));

	/* Sized when the object is opened for a run; what stands in the file is a placeholder. */
	if (!strcmp(bpf_map__name(map), "bpfhost_ring"))
		item.max_entries = CONFIG_DEFAULT_RING_SIZE;
	if (!strcmp(bpf_map__name(map), "bpfhost_counters"))
		item.max_entries = (uint32_t)libbpf_num_possible_cpus();
	snprintf(item.name, sizeof(item.name), "%s", bpf_map__name(map));
	snprintf(item.type, sizeof(item.type), "%s", type ? type : "?");
	item.memory = object_memory(bpf_map__type(map), &item);
	object_write(out, OBJECT_MAP, &item, sizeof(item));
}

static int object_write_event(void *ctx, const char *variable, uint32_t struct_id, uint32_t offset)
{
	struct object_events *events = ctx;
	struct bpfhost_error err = { .text = "" };
	struct bpfhost_schema *schema = NULL;

	(void)offset;
	if (schema_from_btf(events->btf, struct_id, &schema, &err))
		object_fail(events->out, err.text[0] ? err.text : variable);
	else
		object_write(events->out, OBJECT_SCHEMA, schema, schema->size);
	free(schema);
	return 0;
}

/*
 * Why libbpf refuses an object it tells to a callback without a context. In the sandbox stderr is
 * free to be a pipe, from which the end of what was told is read when something failed.
 */
__attribute__((format(printf, 2, 0))) static int object_message(enum libbpf_print_level level,
								const char *format, va_list args)
{
	(void)level;
	return vfprintf(stderr, format, args);
}

/* The end to read from, or -1. */
static int object_catch_messages(void)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK))
		return -1;
	fcntl(fds[1], F_SETPIPE_SZ, 1 << 20);
	dup2(fds[1], STDERR_FILENO);
	close(fds[1]);
	libbpf_set_print(object_message);
	return fds[0];
}

/* With the last line that libbpf wrote. */
static void object_fail_open(FILE *out, int cause, int messages)
{
	char text[4096] = "", line[160] = "", failure[256];
	ssize_t size;

	/* Each read leaves the last whole line of what it got, as far as it is one. */
	while (messages >= 0 && (size = read(messages, text, sizeof(text) - 1)) > 0) {
		char *last;

		size -= text[size - 1] == '\n';
		text[size] = '\0';
		last = strrchr(text, '\n');
		snprintf(line, sizeof(line), "%.150s", last ? last + 1 : text);
	}
	snprintf(failure, sizeof(failure), "failed to open the BPF object: %s%s%s", strerror(cause),
		 line[0] ? ": " : "", line);
	object_fail(out, failure);
}

/* In the sandbox; what it allocates ends with it. */
static int object_describe(void *ctx, FILE *out)
{
	const struct object_bytes *object = ctx;
	/* Maps of sections carry its first letters; unset, it would be an address. */
	LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = object->name);
	struct object_events events = { .out = out };
	struct bpfhost_error err = { .text = "" };
	struct bpf_object *opened;
	struct bpf_program *program;
	struct bpf_map *map;

	int messages = object_catch_messages();

	opened = bpf_object__open_mem(object->bytes, object->size, &options);
	if (!opened) {
		object_fail_open(out, errno, messages);
		return 0;
	}
	bpf_object__for_each_program(program, opened)
		object_write_program(out, program);
	bpf_object__for_each_map(map, opened)
		object_write_map(out, map);
	events.btf = bpf_object__btf(opened);
	if (events.btf && schema_btf_events(events.btf, object_write_event, &events, &err))
		object_fail(out, err.text);
	return 0;
}

/* Room for one more item of that size. */
static void *object_more(void **items, size_t *count, size_t size)
{
	void *more = *count < OBJECT_ITEMS_MAX ? realloc(*items, (*count + 1) * size) : NULL;

	if (!more)
		return NULL;
	*items = more;
	return (char *)more + (*count)++ * size;
}

static int object_take_schema(struct object_report *report, const char *bytes, uint32_t size)
{
	struct bpfhost_schema **place, *schema = malloc(size ? size : 1);

	if (!schema)
		return -ENOMEM;
	memcpy(schema, bytes, size);
	if (bpfhost_schema_check(schema, size)) {
		free(schema);
		return -EPROTO;
	}
	place = object_more((void **)&report->schemas, &report->schema_count, sizeof(*place));
	if (!place) {
		free(schema);
		return -ENOMEM;
	}
	*place = schema;
	return 0;
}

static int object_take(struct object_report *report, uint32_t kind, const char *bytes,
		       uint32_t size)
{
	struct object_program *program;
	struct object_map *map;

	if (kind == OBJECT_SCHEMA)
		return object_take_schema(report, bytes, size);
	if (kind == OBJECT_FAILURE && size == sizeof(report->failure)) {
		memcpy(report->failure, bytes, size - 1);
		return 0;
	}
	if (kind == OBJECT_PROGRAM && size == sizeof(*program)) {
		program = object_more((void **)&report->programs, &report->program_count, size);
		if (!program)
			return -ENOMEM;
		memcpy(program, bytes, size);
		program->name[sizeof(program->name) - 1] = '\0';
		program->section[sizeof(program->section) - 1] = '\0';
		program->type[sizeof(program->type) - 1] = '\0';
		return 0;
	}
	if (kind != OBJECT_MAP || size != sizeof(*map))
		return -EPROTO;
	map = object_more((void **)&report->maps, &report->map_count, size);
	if (!map)
		return -ENOMEM;
	memcpy(map, bytes, size);
	map->name[sizeof(map->name) - 1] = '\0';
	map->type[sizeof(map->type) - 1] = '\0';
	return 0;
}

static int object_parse(struct object_report *report, const char *bytes, size_t size)
{
	struct object_record record;
	int e = 0;

	while (!e && size) {
		if (size < sizeof(record))
			return -EPROTO;
		memcpy(&record, bytes, sizeof(record));
		if (record.size > size - sizeof(record))
			return -EPROTO;
		e = object_take(report, record.kind, bytes + sizeof(record), record.size);
		bytes += sizeof(record) + record.size;
		size -= sizeof(record) + record.size;
	}
	return e;
}

int object_read(const char *name, const void *bytes, size_t size, struct object_report *ret_report,
		struct bpfhost_error *err)
{
	struct object_bytes object = { .name = name, .bytes = bytes, .size = size };
	struct object_report report = { 0 };
	char *told = NULL;
	size_t told_size = 0;
	int e;

	/* Which libbpf keeps; the sandbox opens no file. */
	libbpf_num_possible_cpus();
	e = sandbox_run(object_describe, &object, -1, OBJECT_TIMEOUT_NS, &told, &told_size, err);
	if (e == -EPROTO || e == -ETIMEDOUT) {
		snprintf(report.failure, sizeof(report.failure), "%.255s", err->text);
		*ret_report = report;
		return 0;
	}
	if (e)
		return e;
	e = object_parse(&report, told, told_size);
	free(told);
	if (e) {
		object_free(&report);
		bpfhost_error_set(err, 0, "failed to read what the sandbox said: %s", strerror(-e));
		return e;
	}
	*ret_report = report;
	return 0;
}

void object_free(struct object_report *report)
{
	for (size_t i = 0; i < report->schema_count; i++)
		free(report->schemas[i]);
	free(report->schemas);
	free(report->programs);
	free(report->maps);
	*report = (struct object_report){ 0 };
}
