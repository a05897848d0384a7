/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a packet costs with so many rules of the xdp plugin's `drop`, by BPF_PROG_TEST_RUN, one line each:
 *
 *	xdp_drop OBJECT PREFIXES... (for example 10 100000)
 *
 * Half of the prefixes are of IPv4, half of IPv6; each source of the packets is another, half of them lie in a
 * prefix. "bare" is the making of the packet alone, which all have in common, and is to be subtracted.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "drop_rules.h"
#include "drop_table.h"
#include "xdp_drop.h"

#define BENCH_REPEAT 200000
#define BENCH_ROUNDS 9

static uint64_t seed = 88172645463325252ULL;

static uint64_t draw(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void die(const char *what, int err)
{
	fprintf(stderr, "xdp_drop: %s: %s\n", what, strerror(-err));
	exit(1);
}

/* ---- rules and packets ------------------------------------------------------------------------------ */

static uint64_t mask(unsigned int bits)
{
	return bits >= 64 ? UINT64_MAX : bits ? ~(UINT64_MAX >> bits) : 0;
}

static void add_prefix(struct xdp_rules *rules, uint32_t rule)
{
	static const uint8_t ipv4[] = { 32, 32, 32, 32, 32, 32, 24, 24, 24, 16 };
	static const uint8_t ipv6[] = { 128, 128, 64, 64, 64, 48, 48, 48, 48, 32 };
	struct xdp_prefix prefix = { .is_ipv4 = rule & 1, .rule = rule };
	struct bpfhost_error err = { 0 };
	char text[XDP_PREFIX_TEXT];

	prefix.bits = prefix.is_ipv4 ? ipv4[draw() % 10] : ipv6[draw() % 10];
	prefix.high = draw();
	prefix.low = prefix.is_ipv4 ? 0 : draw();
	if (!prefix.is_ipv4)
		prefix.high = (prefix.high >> 3) | 1ULL << 61;
	prefix.high &= mask(prefix.bits);
	prefix.low &= prefix.bits > 64 ? mask(prefix.bits - 64U) : 0;
	xdp_prefix_text(&prefix, text, sizeof(text));
	if (xdp_rules_add(rules, text, strlen(text), rule, &err))
		die(err.text, -EINVAL);
}

static void store(uint64_t value, uint8_t *bytes, int count)
{
	for (int i = 0; i < count; i++)
		bytes[i] = (uint8_t)(value >> (56 - 8 * i));
}

/* A UDP packet's first headers. */
static void make_source(const struct xdp_rules *rules, bool hit, struct bench_source *source)
{
	const struct xdp_prefix *prefix = &rules->prefixes[draw() % rules->prefix_count];
	uint64_t high = draw(), low = draw();

	memset(source, 0, sizeof(*source));
	source->is_ipv4 = hit ? prefix->is_ipv4 : draw() & 1;
	if (hit) {
		high = prefix->high | (high & ~mask(prefix->bits));
		low = prefix->low | (low & ~(prefix->bits > 64 ? mask(prefix->bits - 64U) : 0));
	} else if (!source->is_ipv4) {
		high = high >> 3 | 1ULL << 61;
	}
	if (source->is_ipv4) {
		static const uint8_t head[] = { 8, 0, 0x45, 0, 0, 50, 0, 0, 0, 0, 64, 17 };

		memcpy(source->packet + 12, head, sizeof(head));
		store(high, source->packet + 26, 4);
	} else {
		static const uint8_t head[] = { 0x86, 0xdd, 0x60, 0, 0, 0, 0, 10, 17, 64 };

		memcpy(source->packet + 12, head, sizeof(head));
		store(high, source->packet + 22, 8);
		store(low, source->packet + 30, 8);
	}
}

static void fill_sources(struct bpf_object *object, const struct xdp_rules *rules)
{
	int map = bpf_object__find_map_fd_by_name(object, "bench_sources");
	struct bench_source source;

	for (uint32_t i = 0; i < BENCH_SOURCES; i++) {
		make_source(rules, draw() & 1, &source);
		if (bpf_map_update_elem(map, &i, &source, BPF_ANY))
			die("bench_sources", -errno);
	}
}

static void fill_table(struct bpf_object *object, const struct xdp_rules *rules)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_MMAPABLE | BPF_F_INNER_MAP);
	int tables = bpf_object__find_map_fd_by_name(object, "xdp_drop_tables"), fd;
	struct xdp_drop_table table;
	uint32_t zero = 0;
	size_t size;
	void *cells;
	double begin = now_ms();

	if (xdp_drop_table_build(rules, &table))
		die("xdp_drop_table_build", -ENOMEM);
	size = (size_t)table.count * sizeof(*table.cells);
	fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "table", 4, sizeof(*table.cells), table.count,
			    &opts);
	cells = fd < 0 ? MAP_FAILED : mmap(NULL, size, PROT_WRITE, MAP_SHARED, fd, 0);
	if (cells == MAP_FAILED)
		die("table", -errno);
	memcpy(cells, table.cells, size);
	munmap(cells, size);
	if (bpf_map_update_elem(tables, &zero, &fd, BPF_ANY))
		die("xdp_drop_tables", -errno);
	printf("%8u prefixes: table %zu KiB in %.1f ms\n", rules->prefix_count, size / 1024,
	       now_ms() - begin);
	xdp_drop_table_free(&table);
}

static void fill_trie(struct bpf_object *object, const struct xdp_rules *rules)
{
	int map = bpf_object__find_map_fd_by_name(object, "bench_lpm");
	double begin = now_ms();

	for (uint32_t i = 0; i < rules->prefix_count; i++) {
		const struct xdp_prefix *prefix = &rules->prefixes[i];
		struct bench_prefix key = { .bits = prefix->bits };

		if (prefix->is_ipv4) {
			key.bits += 96;
			key.address[10] = key.address[11] = 0xff;
			store(prefix->high, key.address + 12, 4);
		} else {
			store(prefix->high, key.address, 8);
			store(prefix->low, key.address + 8, 8);
		}
		if (bpf_map_update_elem(map, &key, &prefix->rule, BPF_ANY))
			die("bench_lpm", -errno);
	}
	printf("%8u prefixes: trie in %.1f ms\n", rules->prefix_count, now_ms() - begin);
}

/* ---- loading and running ------------------------------------------------------------------------------ */

static void set_constant(struct bpf_object *object, const char *name, bool value)
{
	struct bpf_map *map = bpf_object__find_map_by_name(object, ".rodata");
	const struct btf *btf = bpf_object__btf(object);
	const struct btf_type *section =
		btf__type_by_id(btf, (uint32_t)btf__find_by_name(btf, ".rodata"));
	const struct btf_var_secinfo *var = btf_var_secinfos(section);
	size_t size;
	char *bytes = (char *)bpf_map__initial_value(map, &size); /* const in older libbpf */

	for (int i = 0; i < btf_vlen(section); i++, var++)
		if (!strcmp(btf__name_by_offset(btf, btf__type_by_id(btf, var->type)->name_off),
			    name))
			memcpy(bytes + var->offset, &value, sizeof(value));
}

static struct bpf_object *load(const char *path, bool flows)
{
	struct bpf_object *object = bpf_object__open_file(path, NULL);
	struct bpf_map *map;
	int err;

	if (!object)
		die(path, -errno);
	set_constant(object, "xdp_has_drop", true);
	set_constant(object, "xdp_show_flows", flows);
	bpf_object__for_each_map(map, object) {
		if (bpf_map__type(map) == BPF_MAP_TYPE_RINGBUF)
			bpf_map__set_max_entries(map, 1 << 20);
		else if (!bpf_map__max_entries(map))
			bpf_map__set_max_entries(map, (uint32_t)libbpf_num_possible_cpus());
	}
	err = bpf_object__load(object);
	if (err)
		die("load", err);
	return object;
}

/* The least of some rounds, in ns a packet. */
static uint32_t run(struct bpf_object *object, const char *name)
{
	struct bpf_program *program = bpf_object__find_program_by_name(object, name);
	uint8_t packet[64] = { 0 };
	uint32_t least = UINT32_MAX;

	for (int i = 0; i < BENCH_ROUNDS; i++) {
		LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = packet,
			    .data_size_in = sizeof(packet), .repeat = BENCH_REPEAT);
		int err = bpf_prog_test_run_opts(bpf_program__fd(program), &opts);

		if (err)
			die(name, err);
		if (opts.duration < least)
			least = opts.duration;
	}
	return least;
}

static void measure(const char *path, const struct xdp_rules *rules, bool flows)
{
	struct bpf_object *object = load(path, flows);
	uint32_t bare, nothing, table, trie;

	fill_sources(object, rules);
	fill_table(object, rules);
	fill_trie(object, rules);
	bare = run(object, "bench_bare");
	nothing = run(object, "bench_nothing") - bare;
	table = run(object, "bench_table") - bare;
	trie = run(object, "bench_trie") - bare;
	printf("%8u prefixes%s: packet made in %u; program without drop %u, with table %u, with "
	       "trie %u ns a packet\n",
	       rules->prefix_count, flows ? ", flows" : "", bare, nothing, table, trie);
	bpf_object__close(object);
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = 2; i < argc; i++) {
		uint32_t count = (uint32_t)strtoul(argv[i], NULL, 10);
		struct xdp_rules rules = { 0 };
		struct xdp_duplicates duplicates;
		struct bpfhost_error err;

		for (uint32_t rule = 1; rule <= count; rule++)
			add_prefix(&rules, rule);
		if (!count || xdp_rules_settle(&rules, &duplicates, &err))
			return 1;
		measure(argv[1], &rules, false);
		measure(argv[1], &rules, true);
		xdp_rules_free(&rules);
	}
	return argc > 2 ? 0 : 2;
}
