/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The xdp plugin's program in the kernel, over the corpus of tests/unit/test_xdp_packet.c, by
 * BPF_PROG_TEST_RUN: no interface and no traffic. It must read each packet, whole, cut and with bits turned
 * over, as the same source does in this program, which the unit test compares with tshark. And its
 * conditions, its log, and what it costs.
 */
#include <dlfcn.h>
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <bpfhost/fakehost.h>
#include <bpfhost/sdk.h>

#include "xdp_native.h"

#include "xdp_corpus.h"

#define ETHERNET 14   /* the kernel runs no packet that is shorter */
#define LONGEST  1600 /* ... and here, no longer one: it would be in several pieces */

struct test {
	struct corpus *corpus;
	const struct bpfhost_plugin *plugin;
	struct fakehost *host;
	int program;
	int scratch; /* the map */
	int cpus;
	struct xdp_scratch
		*scratches; /* one a CPU; the kernel's values are padded to eight bytes */
};

static void pin(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static int setup(void **state)
{
	struct test *test = calloc(1, sizeof(*test));
	void *library = dlopen(PLUGIN, RTLD_NOW);

	if (!test || !library)
		return -1;
	pin();
	test->corpus = corpus_load(CORPUS);
	test->plugin = dlsym(library, "bpfhost_plugin");
	test->cpus = libbpf_num_possible_cpus();
	test->scratches = calloc((size_t)test->cpus, sizeof(*test->scratches));
	*state = test;
	return test->plugin && test->scratches ? 0 : -1;
}

static int teardown(void **state)
{
	struct test *test = *state;

	corpus_free(test->corpus);
	free(test->scratches);
	free(test);
	return 0;
}

/* ---- one use of the plugin --------------------------------------------------------------------- */

static void begin(struct test *test)
{
	test->host = fakehost_new(test->plugin);
	assert_non_null(test->host);
	fakehost_live(test->host);
	assert_int_equal(fakehost_set(test->host, "iface", "lo"), 0); /* of which test runs are */
}

/* The end of it is why the verifier refuses a program. */
static void print_log(const struct test *test)
{
	uint32_t count = fakehost_count(test->host, FAKEHOST_LOG);

	for (uint32_t i = count > 40 ? count - 40 : 0; i < count; i++)
		print_message("%s\n", fakehost_text(test->host, FAKEHOST_LOG, i));
}

/* As attaching to lo would. */
static void name_interface(const struct bpf_object *object)
{
	const struct xdp_interface lo = { .name = "lo" };
	uint32_t ifindex = 1;
	int map = bpf_object__find_map_fd_by_name(object, "xdp_interfaces");

	assert_int_equal(bpf_map_update_elem(map, &ifindex, &lo, BPF_ANY), 0);
}

static void load(struct test *test)
{
	struct bpf_object *object;
	int err = fakehost_load(test->host);

	if (err)
		print_log(test);
	if (err)
		fail_msg("load: %s", fakehost_error(test->host));
	object = bpfhost_object(fakehost_instance(test->host));
	test->program = bpf_program__fd(bpf_object__find_program_by_name(object, "xdp_program"));
	test->scratch = bpf_object__find_map_fd_by_name(object, "xdp_scratch");
	name_interface(object);
}

static void end(void **state)
{
	struct test *test = *state;

	assert_int_equal(fakehost_count(test->host, FAKEHOST_BREACH), 0);
	fakehost_detach(test->host);
	fakehost_free(test->host);
	test->host = NULL;
}

/* What the program returned. */
static uint32_t run(const struct test *test, const uint8_t *bytes, uint32_t size, uint32_t repeat,
		    uint32_t *ret_ns)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = bytes, .data_size_in = size,
		    .repeat = (int)repeat);

	assert_int_equal(bpf_prog_test_run_opts(test->program, &opts), 0);
	if (ret_ns)
		*ret_ns = opts.duration;
	return opts.retval;
}

static const struct packet_event *run_once(const struct test *test, const uint8_t *bytes,
					   uint32_t size)
{
	uint32_t zero = 0;

	assert_int_equal(run(test, bytes, size, 1, NULL), XDP_VERDICT_PASS);
	assert_int_equal(bpf_map_lookup_elem(test->scratch, &zero, test->scratches), 0);
	return &test->scratches[0].packet;
}

/* ---- the parser -------------------------------------------------------------------------------- */

static void check(const struct test *test, const struct corpus_packet *packet, const uint8_t *bytes,
		  uint32_t size)
{
	char kernels[CORPUS_LINE], own[CORPUS_LINE];
	struct xdp_scratch scratch;
	const struct packet_event *event = run_once(test, bytes, size);

	memset(&scratch, 0x55, sizeof(scratch));
	assert_int_equal(xdp_native_parse(bytes, size, size, &scratch), 0);
	corpus_describe(event, kernels);
	corpus_describe(&scratch.packet, own);
	if (strcmp(kernels, own))
		fail_msg("%s, %u bytes:\nkernel%s\nhere  %s", packet->name, size, kernels, own);
	assert_string_equal(corpus_error(event), corpus_error(&scratch.packet));
}

static void test_reads_the_same_in_the_kernel(void **state)
{
	struct test *test = *state;
	const struct corpus *corpus = test->corpus;
	uint32_t runs = 0;

	begin(test);
	assert_int_equal(fakehost_set(test->host, "show", "drops"), 0);
	load(test);
	for (uint32_t i = 0; i < corpus->count; i++) {
		const struct corpus_packet *packet = &corpus->packets[i];

		check(test, packet, packet->bytes, packet->size);
		for (uint32_t size = ETHERNET; size < packet->size && size < 300; size++, runs++)
			check(test, packet, packet->bytes, size);
	}
	print_message("%u packets, %u prefixes\n", corpus->count, runs);
	end(state);
}

/* xorshift32, George Marsaglia. */
static uint32_t next_random(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

/* One of the corpus with up to eight bits turned; NULL: it drew one that is too long. */
static const struct corpus_packet *turned_packet(const struct corpus *corpus, uint32_t *seed,
						 uint8_t bytes[LONGEST])
{
	const struct corpus_packet *packet = &corpus->packets[next_random(seed) % corpus->count];
	uint32_t flips = 1 + next_random(seed) % 8;

	if (packet->size > LONGEST)
		return NULL;
	memcpy(bytes, packet->bytes, packet->size);
	while (flips--)
		bytes[next_random(seed) % packet->size] ^= (uint8_t)(1 << next_random(seed) % 8);
	return packet;
}

static void test_turned_bits(void **state)
{
	struct test *test = *state;
	uint8_t bytes[LONGEST];
	uint32_t seed = 42;

	begin(test);
	assert_int_equal(fakehost_set(test->host, "show", "drops"), 0);
	load(test);
	for (int i = 0; i < 10000; i++) {
		const struct corpus_packet *packet = turned_packet(test->corpus, &seed, bytes);

		if (packet)
			check(test, packet, bytes, packet->size);
	}
	end(state);
}

/* ---- whose packets are, where nothing else is asked --------------------------------------------- */

#define UNPARSED 0xffffffffU

/* Whether plain.bpf.h read it, whose word is held against the parser's. */
static bool check_whose(const struct test *test, const struct corpus_packet *packet,
			const uint8_t *bytes, uint32_t size)
{
	const uint32_t both =
		XDP_HAS_ADDRESSES | XDP_HAS_PORTS | XDP_HAS_TCP | XDP_HAS_VLAN | XDP_HAS_ERROR;
	const struct xdp_scratch *found = &test->scratches[0];
	uint32_t zero = 0, has;
	struct xdp_scratch own;

	memset(test->scratches, 0x55, (size_t)test->cpus * sizeof(*test->scratches));
	test->scratches[0].head_length = UNPARSED;
	assert_int_equal(bpf_map_update_elem(test->scratch, &zero, test->scratches, BPF_ANY), 0);
	run_once(test, bytes, size);
	memset(&own, 0x55, sizeof(own));
	assert_int_equal(xdp_native_parse(bytes, size, size, &own), 0);
	has = own.packet.present & both;
	if (has != (found->packet.present & both) ||
	    memcmp(&own.tuples[0], &found->tuples[0], sizeof(own.tuples[0])) ||
	    (has & XDP_HAS_TCP && own.packet.tcp_flags != found->packet.tcp_flags))
		fail_msg("%s, %u bytes: %#x, not %#x", packet->name, size,
			 found->packet.present & both, has);
	return found->head_length == UNPARSED;
}

static void test_plain_packets_are_the_parsers(void **state)
{
	struct test *test = *state;
	const struct corpus *corpus = test->corpus;
	uint32_t runs = 0, plain = 0;

	begin(test);
	assert_int_equal(fakehost_set(test->host, "show", "counters"), 0);
	load(test);
	for (uint32_t i = 0; i < corpus->count; i++) {
		const struct corpus_packet *packet = &corpus->packets[i];

		for (uint32_t size = ETHERNET; size <= packet->size && size < 300; size++, runs++)
			plain += check_whose(test, packet, packet->bytes, size);
	}
	print_message("%u of %u prefixes are plain\n", plain, runs);
	assert_in_range(plain, 1, runs - 1);
	end(state);
}

static void test_plain_packets_with_turned_bits(void **state)
{
	struct test *test = *state;
	uint8_t bytes[LONGEST];
	uint32_t seed = 43, plain = 0;

	begin(test);
	assert_int_equal(fakehost_set(test->host, "show", "counters"), 0);
	load(test);
	for (int i = 0; i < 20000; i++) {
		const struct corpus_packet *packet = turned_packet(test->corpus, &seed, bytes);

		if (packet)
			plain += check_whose(test, packet, bytes, packet->size);
	}
	print_message("%u of 20000 are plain\n", plain);
	assert_in_range(plain, 1, 19999);
	end(state);
}

/* Several pages: the kernel makes pieces of it. */
static void test_pieces(void **state)
{
	struct test *test = *state;
	const struct corpus_packet *packet = NULL;
	uint8_t *bytes = calloc(1, 12000);

	assert_non_null(bytes);
	begin(test);
	assert_int_equal(fakehost_set(test->host, "show", "drops"), 0);
	load(test);
	for (uint32_t i = 0; i < test->corpus->count; i += 7) {
		packet = &test->corpus->packets[i];
		memcpy(bytes, packet->bytes, packet->size);
		check(test, packet, bytes, 12000);
	}
	free(bytes);
	end(state);
}

/* ---- conditions -------------------------------------------------------------------------------- */

struct condition {
	const char *text;
	const char *packets[8]; /* of made.pcap and damaged.pcap, those that it is asked for */
	const char *expected;   /* which of these hold: 1 or 0 */
};

#define CONDITION(text, expected, ...)                                                             \
	{                                                                                          \
		text, { __VA_ARGS__ }, expected                                                    \
	}

static const struct condition conditions[] = {
	/* Names of values, in quotes and without. */
	CONDITION("proto == \"tcp\"", "100", "made.pcap 9", "made.pcap 1", "made.pcap 6"),
	CONDITION("proto == tcp", "100", "made.pcap 9", "made.pcap 1", "made.pcap 6"),
	CONDITION("proto == arp || proto == stp", "0011", "made.pcap 9", "made.pcap 1",
		  "made.pcap 6", "made.pcap 46"),
	CONDITION("proto == 6", "10", "made.pcap 9", "made.pcap 1"),
	CONDITION("ethertype == ipv6", "10", "made.pcap 2", "made.pcap 1"),
	CONDITION("ethertype == 0x86dd", "10", "made.pcap 2", "made.pcap 1"),
	/* Addresses of both families. */
	CONDITION("saddr == 10.9.0.1", "10", "made.pcap 9", "made.pcap 2"),
	CONDITION("saddr in 10.9.0.0/24", "100", "made.pcap 9", "made.pcap 2", "made.pcap 47"),
	CONDITION("saddr in 0.0.0.0/0", "1001", "made.pcap 9", "made.pcap 2", "made.pcap 46",
		  "made.pcap 6"),
	CONDITION("daddr in fd00:9::/64", "010", "made.pcap 9", "made.pcap 2", "made.pcap 46"),
	CONDITION("saddr in ::/0", "010", "made.pcap 9", "made.pcap 2", "made.pcap 46"),
	CONDITION("daddr == fd00:9::2", "01", "made.pcap 9", "made.pcap 2"),
	CONDITION("inner_saddr in 2001:db8::/32", "010", "made.pcap 31", "made.pcap 32",
		  "made.pcap 2"),
	CONDITION("smac == \"02:00:00:00:00:01\"", "1", "made.pcap 9"),
	CONDITION("dmac != \"02:00:00:00:00:02\"", "0", "made.pcap 9"),
	/* What a packet lacks makes its comparison false. */
	CONDITION("dport != 443", "010", "made.pcap 9", "made.pcap 11", "made.pcap 1"),
	CONDITION("!(dport == 443)", "011", "made.pcap 9", "made.pcap 11", "made.pcap 1"),
	CONDITION("dport == 443", "100", "made.pcap 9", "made.pcap 11", "made.pcap 1"),
	CONDITION("vlan == 5", "100", "made.pcap 1", "made.pcap 2", "made.pcap 9"),
	CONDITION("vlan != 5", "010", "made.pcap 1", "made.pcap 2", "made.pcap 9"),
	CONDITION("vlan >= 0", "1101", "made.pcap 1", "made.pcap 2", "made.pcap 9", "made.pcap 5"),
	CONDITION("inner_vlan == 7", "010", "made.pcap 1", "made.pcap 2", "made.pcap 9"),
	CONDITION("vlan_priority > 2", "100", "made.pcap 1", "made.pcap 2", "made.pcap 9"),
	/* Flags. */
	CONDITION("tcp_flags & syn", "1100", "made.pcap 7", "made.pcap 8", "made.pcap 9",
		  "made.pcap 11"),
	CONDITION("tcp_flags & syn && !(tcp_flags & ack)", "1000", "made.pcap 7", "made.pcap 8",
		  "made.pcap 9", "made.pcap 11"),
	CONDITION("tcp_flags == syn", "1000", "made.pcap 7", "made.pcap 8", "made.pcap 9",
		  "made.pcap 11"),
	CONDITION("tcp_flags & 0x12 == 0x12", "0100", "made.pcap 7", "made.pcap 8", "made.pcap 9",
		  "made.pcap 11"),
	CONDITION("extensions & hop_by_hop", "10", "made.pcap 27", "made.pcap 28"),
	CONDITION("extensions & options", "10", "made.pcap 11", "made.pcap 9"),
	/* Numbers. */
	CONDITION("tcp_mss < 1460", "000", "made.pcap 7", "made.pcap 8", "made.pcap 9"),
	CONDITION("tcp_mss <= 1460", "100", "made.pcap 7", "made.pcap 8", "made.pcap 9"),
	CONDITION("payload > 0", "10", "made.pcap 9", "made.pcap 10"),
	CONDITION("dscp == 46 && ecn != ce", "10", "made.pcap 9", "made.pcap 11"),
	CONDITION("ecn == ce", "01", "made.pcap 9", "made.pcap 11"),
	CONDITION("icmp_type == 3 && icmp_code == 4 && icmp_mtu < 1500", "10", "made.pcap 19",
		  "made.pcap 1"),
	CONDITION("dont_fragment == 1", "100", "made.pcap 9", "made.pcap 21", "made.pcap 2"),
	CONDITION("more_fragments || fragment_offset > 0", "0111", "made.pcap 9", "made.pcap 21",
		  "made.pcap 22", "made.pcap 23"),
	CONDITION("length > 300", "01", "made.pcap 9", "made.pcap 11"),
	/* Tunnels. */
	CONDITION("tunnel == vxlan && vni == 42", "100", "made.pcap 31", "made.pcap 32",
		  "made.pcap 40"),
	CONDITION("tunnel == \"gre\" && gre_key == 0xdeadbeef", "10", "made.pcap 36",
		  "made.pcap 35"),
	CONDITION("inner_proto == tcp && inner_dport == 443", "101", "made.pcap 31", "made.pcap 32",
		  "made.pcap 40"),
	CONDITION("tunnel == ipip", "01111", "made.pcap 35", "made.pcap 40", "made.pcap 41",
		  "made.pcap 42", "made.pcap 43"),
	CONDITION("tcp_ack > tcp_seq", "100", "made.pcap 9", "made.pcap 11", "real.pcap 4"),
	/* What is wrong. */
	CONDITION("error == \"bad_ipv4_length\"", "010", "damaged.pcap 1", "damaged.pcap 3",
		  "made.pcap 1"),
	CONDITION("error == truncated_tcp", "010", "damaged.pcap 1", "damaged.pcap 8",
		  "made.pcap 1"),
	CONDITION("error", "110", "damaged.pcap 1", "damaged.pcap 8", "made.pcap 1"),
	CONDITION("!error", "001", "damaged.pcap 1", "damaged.pcap 8", "made.pcap 1"),
};

static const struct corpus_packet *packet_named(const struct corpus *corpus, const char *name)
{
	for (uint32_t i = 0; i < corpus->count; i++)
		if (!strcmp(corpus->packets[i].name, name))
			return &corpus->packets[i];
	fail_msg("there is no packet %s", name);
	return NULL;
}

static void check_condition(struct test *test, const struct condition *condition)
{
	char found[16] = "";

	for (size_t i = 0; condition->packets[i]; i++) {
		const struct corpus_packet *packet =
			packet_named(test->corpus, condition->packets[i]);
		uint32_t before = fakehost_count(test->host, FAKEHOST_RECORD);

		run(test, packet->bytes, packet->size, 1, NULL);
		assert_true(fakehost_poll(test->host, 16) >= 0);
		found[i] = fakehost_count(test->host, FAKEHOST_RECORD) > before ? '1' : '0';
	}
	if (strcmp(found, condition->expected))
		fail_msg("match=%s: %s in place of %s", condition->text, found,
			 condition->expected);
}

static void test_conditions(void **state)
{
	struct test *test = *state;

	for (size_t i = 0; i < sizeof(conditions) / sizeof(conditions[0]); i++) {
		begin(test);
		assert_int_equal(fakehost_set(test->host, "show", "packets"), 0);
		assert_int_equal(fakehost_set(test->host, "match", conditions[i].text), 0);
		load(test);
		check_condition(test, &conditions[i]);
		end(state);
	}
}

/* What is refused, and by which words. */
static void test_mistakes(void **state)
{
	static const char *const mistakes[][2] = {
		{ "tcp_flags & \"syn\"", "'&' takes one field and whole numbers" },
		{ "tcp_flags & SYN", "did you mean \"syn\"?" },
		{ "proto == \"tpc\"", "did you mean \"tcp\"?" },
		{ "port == 443", "unknown name \"port\"" },
		{ "saddr == 10.9.0.0/24", "an address is not equal to a prefix" },
		{ "error == \"bad_ipv4\"", "\"error\" has no value \"bad_ipv4\"" },
	};
	struct test *test = *state;

	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		begin(test);
		assert_int_equal(fakehost_set(test->host, "match", mistakes[i][0]), 0);
		if (fakehost_load(test->host) != -EINVAL)
			fail_msg("match=%s is taken", mistakes[i][0]);
		if (!strstr(fakehost_error(test->host), mistakes[i][1]))
			fail_msg("match=%s: %s", mistakes[i][0], fakehost_error(test->host));
		end(state);
	}
}

/* Else an expression without quotes would mean the field. */
static void test_no_value_is_called_like_a_field(void **state)
{
	struct test *test = *state;
	const struct bpfhost_schema_field *fields;
	const struct bpfhost_schema_name *names;
	const struct bpfhost_schema *schema;

	begin(test);
	load(test);
	schema = fakehost_schema(test->host, "packet");
	fields = bpfhost_schema_fields(schema);
	names = bpfhost_schema_names(schema);
	for (uint32_t i = 0; i < schema->nfields; i++)
		for (uint32_t j = 0; j < fields[i].nnames; j++)
			for (uint32_t k = 0; k < schema->nfields; k++)
				assert_string_not_equal(
					bpfhost_schema_string(schema,
							      names[fields[i].names + j].name),
					bpfhost_schema_string(schema, fields[k].name));
	end(state);
}

/* ---- the log ----------------------------------------------------------------------------------- */

/* How many lines of the log end so. */
static uint32_t lines(const struct test *test, const char *end)
{
	uint32_t count = fakehost_count(test->host, FAKEHOST_LOG), found = 0;

	for (uint32_t i = 0; i < count; i++) {
		const char *line = fakehost_text(test->host, FAKEHOST_LOG, i);
		size_t size = strlen(line);

		found += size >= strlen(end) && !strcmp(line + size - strlen(end), end);
	}
	return found;
}

static void run_odd(struct test *test, const char *name, uint32_t repeat)
{
	const struct corpus_packet *packet = packet_named(test->corpus, name);

	run(test, packet->bytes, packet->size, repeat, NULL);
	assert_true(fakehost_poll(test->host, 64) >= 0);
}

static void test_tells_of_odd_packets(void **state)
{
	struct test *test = *state;
	const char *line = "lo: truncated_tcp, 60 bytes from 02:00:00:00:00:01, 10.9.0.1 to "
			   "10.9.0.2";

	begin(test);
	load(test);
	run_odd(test, "made.pcap 9", 5);
	assert_int_equal(lines(test, "lo: first packet, on queue 0"), 1);
	run_odd(test, "damaged.pcap 8", 50);
	assert_int_equal(lines(test, line), 10);
	sleep(1);
	run_odd(test, "damaged.pcap 18", 1);
	assert_int_equal(lines(test, "40 packets with errors were not told of"), 1);
	assert_int_equal(lines(test, "lo: bad_ipv6_length, 74 bytes from 02:00:00:00:00:01, "
				     "fd00:9::1 to fd00:9::2"),
			 1);
	run_odd(test, "damaged.pcap 26", 1);
	assert_int_equal(lines(test, "lo: truncated_vlan, 17 bytes from 02:00:00:00:00:01"), 1);
	run_odd(test, "damaged.pcap 8", 30);
	assert_int_equal(lines(test, line), 18);
	fakehost_detach(test->host);
	assert_int_equal(lines(test, "22 packets with errors were not told of"), 1);
	end(state);
}

/* ---- what it costs ----------------------------------------------------------------------------- */

static void measure(struct test *test, const char *show, const char *match)
{
	const struct corpus_packet *packet = packet_named(test->corpus, "made.pcap 9");
	struct bpf_prog_info info = { 0 };
	uint32_t size = sizeof(info), ns = 0, best = UINT32_MAX;

	begin(test);
	assert_int_equal(fakehost_set(test->host, "show", show), 0);
	if (match)
		assert_int_equal(fakehost_set(test->host, "match", match), 0);
	load(test);
	assert_int_equal(bpf_obj_get_info_by_fd(test->program, &info, &size), 0);
	for (int i = 0; i < 5; i++) {
		run(test, packet->bytes, packet->size, 50000, &ns);
		best = ns < best ? ns : best;
	}
	print_message("%-8s %-12s %5u instructions, %6u verified, %4u ns a packet\n", show,
		      match ? match : "", info.xlated_prog_len / 8, info.verified_insns, best);
	assert_in_range(info.verified_insns, 0, 500000);
}

/* Numbers for people; only the verifier's work has a bound here, which is no matter of the machine. */
static void test_costs(void **state)
{
	static const char *const shows[] = { "counters", "flows", "packets", "drops" };

	for (size_t i = 0; i < sizeof(shows) / sizeof(shows[0]); i++) {
		measure(*state, shows[i], NULL);
		end(state);
	}
	measure(*state, "packets", "dport == 80");
	end(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_costs),
		cmocka_unit_test(test_reads_the_same_in_the_kernel),
		cmocka_unit_test(test_turned_bits),
		cmocka_unit_test(test_plain_packets_are_the_parsers),
		cmocka_unit_test(test_plain_packets_with_turned_bits),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_conditions),
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_no_value_is_called_like_a_field),
		cmocka_unit_test(test_tells_of_odd_packets),
	};

	if (geteuid() != 0) {
		print_message("skipped: root is needed\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, setup, teardown);
}
