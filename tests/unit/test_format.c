/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format.h"
#include "format_internal.h"
#include "format_type.h"

/* Texts of a 6.18 kernel, called CATEGORY.NAME; "made" ones are by hand. */
static const char *const data_files[] = {
	"sched.sched_process_exec",
	"sched.sched_process_exit",
	"sched.sched_switch",
	"syscalls.sys_enter_connect",
	"syscalls.sys_exit_connect",
	"syscalls.sys_enter_openat",
	"tcp.tcp_probe",
	"sock.inet_sock_set_state",
	"kmem.kmalloc",
	"raw_syscalls.sys_enter",
	"dma.dma_map_sg",
	"ipi.ipi_send_cpumask",
	"bridge.br_mdb_full",
	"btrfs.add_delayed_data_ref",
	"neigh.neigh_update",
	"ras.non_standard_event",
	"iomap.iomap_dio_complete",
	"made.rel_loc",
	"made.oddities",
};

#define DATA_FILES (sizeof(data_files) / sizeof(data_files[0]))

static char *read_data(const char *name, size_t *ret_len)
{
	char path[4096], *text = malloc(65536);
	FILE *file;

	snprintf(path, sizeof(path), "%s/format/%s", TEST_DATA, name);
	file = fopen(path, "r");
	assert_non_null(text);
	assert_non_null(file);
	*ret_len = fread(text, 1, 65536, file);
	assert_in_range(*ret_len, 100, 65535);
	fclose(file);
	return text;
}

static struct format *parse_data(const char *name)
{
	struct format_error error = { 0 };
	struct format *format = NULL;
	char category[64];
	size_t len;
	char *text = read_data(name, &len);

	snprintf(category, sizeof(category), "%.*s", (int)strcspn(name, "."), name);
	if (format_parse(category, text, len, &format, &error))
		fail_msg("%s, line %u: %s", name, error.line, error.cause);
	assert_string_equal(format->name, strchr(name, '.') + 1);
	free(text);
	return format;
}

static const struct format_field *field_of(const struct format *format, const char *name)
{
	const struct format_field *field = format_find(format, name);

	if (!field)
		fail_msg("%s has no field %s", format->name, name);
	return field;
}

static void expect_reading(const struct format *format, const char *name, enum format_class class,
			   uint32_t offset, uint32_t size, bool is_signed)
{
	const struct format_field *field = field_of(format, name);

	assert_int_equal(field->class, class);
	assert_int_equal(field->value_offset, offset);
	assert_int_equal(field->value_size, size);
	assert_int_equal(field->value_signed, is_signed);
}

static void expect_label(const struct format *format, const char *name, size_t index,
			 uint64_t value, const char *text)
{
	const struct format_labels *labels = &field_of(format, name)->labels;

	assert_in_range(index + 1, 1, labels->count);
	assert_true(labels->items[index].value == value);
	assert_string_equal(labels->items[index].text, text);
}

static void expect_plain(const struct format *format, const char *name)
{
	const struct format_labels *labels = &field_of(format, name)->labels;

	assert_int_equal(labels->kind, FORMAT_NO_LABELS);
	assert_null(labels->items);
}

static void test_exec(void **state)
{
	struct format *format = parse_data("sched.sched_process_exec");
	const struct format_field *filename = field_of(format, "filename");

	(void)state;
	assert_int_equal(format->field_count, 7);
	assert_true(format->id > 0);
	assert_int_equal(filename->location, FORMAT_DATA_LOC);
	assert_int_equal(filename->class, FORMAT_STR);
	assert_string_equal(filename->type, "char");
	assert_int_equal(filename->offset, 8);
	assert_int_equal(filename->size, 4);
	assert_int_equal(filename->count, 0);
	assert_true(filename->is_array);
	expect_reading(format, "pid", FORMAT_INT, 12, 4, true);
	assert_true(field_of(format, "common_pid")->is_common);
	assert_false(field_of(format, "pid")->is_common);
	assert_null(format_find(format, "none"));
	format_free(format);
}

static void test_switch(void **state)
{
	struct format *format = parse_data("sched.sched_switch");
	const struct format_field *comm = field_of(format, "prev_comm");

	(void)state;
	assert_int_equal(comm->class, FORMAT_STR);
	assert_int_equal(comm->count, 16);
	assert_int_equal(comm->size, 16);
	assert_int_equal(comm->location, FORMAT_FIXED);
	expect_reading(format, "prev_state", FORMAT_INT, 32, 8, true);
	expect_plain(format, "prev_state");
	format_free(format);
}

static void test_exit(void **state)
{
	struct format *format = parse_data("sched.sched_process_exit");

	(void)state;
	expect_reading(format, "comm", FORMAT_STR, 8, 1, false);
	expect_reading(format, "pid", FORMAT_INT, 24, 4, true);
	expect_reading(format, "group_dead", FORMAT_BOOL, 32, 1, false);
	format_free(format);
}

/* "int fd" is 8 unsigned bytes in the file, and its low 4, signed, are the value. */
static void test_syscall_arguments(void **state)
{
	struct format *connect = parse_data("syscalls.sys_enter_connect");
	struct format *openat = parse_data("syscalls.sys_enter_openat");
	struct format *leave = parse_data("syscalls.sys_exit_connect");

	(void)state;
	assert_int_equal(field_of(connect, "fd")->size, 8);
	assert_false(field_of(connect, "fd")->is_signed);
	expect_reading(connect, "fd", FORMAT_INT, 16, 4, true);
	expect_reading(connect, "uservaddr", FORMAT_USER_SOCKADDR, 24, 8, false);
	expect_reading(connect, "addrlen", FORMAT_INT, 32, 4, true);
	expect_reading(connect, "__syscall_nr", FORMAT_INT, 8, 4, true);
	expect_reading(openat, "dfd", FORMAT_INT, 16, 4, true);
	expect_reading(openat, "filename", FORMAT_USER_STR, 24, 8, false);
	assert_string_equal(field_of(openat, "filename")->type, "const char *");
	expect_reading(openat, "mode", FORMAT_INT, 40, 2, false);
	expect_reading(leave, "ret", FORMAT_INT, 16, 8, true);
	format_free(connect);
	format_free(openat);
	format_free(leave);
}

/* Outside of the syscalls a const char * is a kernel address, and no width is narrowed. */
static void test_category_matters(void **state)
{
	struct format *format = NULL;
	size_t len;
	char *text = read_data("syscalls.sys_enter_openat", &len);

	(void)state;
	assert_int_equal(format_parse("other", text, len, &format, NULL), 0);
	expect_reading(format, "filename", FORMAT_PTR, 24, 8, false);
	expect_reading(format, "dfd", FORMAT_INT, 16, 8, false);
	format_free(format);
	free(text);
}

static void test_addresses(void **state)
{
	struct format *probe = parse_data("tcp.tcp_probe");
	struct format *sock = parse_data("sock.inet_sock_set_state");
	struct format *bridge = parse_data("bridge.br_mdb_full");
	struct format *btrfs = parse_data("btrfs.add_delayed_data_ref");

	(void)state;
	expect_reading(probe, "saddr", FORMAT_SOCKADDR, 8, 28, false);
	expect_reading(probe, "daddr", FORMAT_SOCKADDR, 36, 28, false);
	assert_int_equal(field_of(probe, "saddr")->count, 1);
	expect_reading(probe, "skaddr", FORMAT_PTR, 128, 8, false);
	expect_reading(sock, "saddr", FORMAT_IPV4, 32, 4, false);
	expect_reading(sock, "daddr_v6", FORMAT_IPV6, 56, 16, false);
	assert_int_equal(field_of(bridge, "src")->class, FORMAT_IPV6);
	assert_int_equal(field_of(bridge, "grp")->class, FORMAT_IPV6);
	assert_int_equal(field_of(bridge, "grpmac")->class, FORMAT_MAC);
	assert_int_equal(field_of(btrfs, "fsid")->class, FORMAT_UUID);
	format_free(probe);
	format_free(sock);
	format_free(bridge);
	format_free(btrfs);
}

static void test_symbols(void **state)
{
	struct format *format = parse_data("sock.inet_sock_set_state");

	(void)state;
	assert_int_equal(field_of(format, "oldstate")->labels.kind, FORMAT_SYMBOLIC);
	assert_int_equal(field_of(format, "oldstate")->labels.count, 12);
	expect_label(format, "oldstate", 0, 1, "TCP_ESTABLISHED");
	expect_label(format, "newstate", 11, 12, "TCP_NEW_SYN_RECV");
	expect_label(format, "family", 1, 10, "AF_INET6");
	expect_label(format, "protocol", 2, 262, "IPPROTO_MPTCP");
	expect_plain(format, "sport");
	format_free(format);
}

/* A table in one arm of ?: is not what print fmt always shows. */
static void test_ternary_stays_plain(void **state)
{
	struct format *format = parse_data("kmem.kmalloc");

	(void)state;
	expect_plain(format, "gfp_flags");
	expect_reading(format, "bytes_req", FORMAT_INT, 24, 8, false);
	format_free(format);
}

/* The text of GFP_TRANSHUGE_LIGHT and others, straight from a kernel, and its known values. */
static void test_gfp_values(void **state)
{
	size_t len;
	char *text = read_data("kmem.kmalloc", &len);
	const char *at = memmem(text, len, "\"|\", ", 5);
	struct format_span list, entry, value_text;
	uint64_t value, all = 0;
	unsigned int count = 0, others = 0;

	(void)state;
	assert_non_null(at);
	list = (struct format_span){ at + 5, memmem(at, len - (size_t)(at - text), " ) :", 4) };
	while (format_next_argument(&list, &entry)) {
		assert_true(format_eat(&entry, "{"));
		assert_true(format_next_argument(&entry, &value_text));
		assert_int_equal(format_evaluate(value_text, &value), 0);
		if (format_eat_token(&entry, "\"GFP_TRANSHUGE\""))
			assert_int_equal(value, 0x1c24ca);
		else if (format_eat_token(&entry, "\"GFP_KERNEL\""))
			assert_int_equal(value, 0xcc0);
		else if (format_eat_token(&entry, "\"__GFP_IO\""))
			assert_int_equal(value, 0x40);
		else
			others++;
		all |= value;
		count++;
	}
	assert_int_equal(count - others, 3);
	assert_true(all <= UINT32_MAX);
	free(text);
}

static void test_arrays(void **state)
{
	struct format *dma = parse_data("dma.dma_map_sg");
	struct format *ipi = parse_data("ipi.ipi_send_cpumask");
	struct format *enter = parse_data("raw_syscalls.sys_enter");
	struct format *ras = parse_data("ras.non_standard_event");

	(void)state;
	assert_int_equal(field_of(dma, "phys_addrs")->location, FORMAT_DATA_LOC);
	assert_string_equal(field_of(dma, "phys_addrs")->type, "u64");
	assert_int_equal(field_of(dma, "phys_addrs")->class, FORMAT_INT);
	assert_int_equal(field_of(dma, "phys_addrs")->value_size, 8);
	assert_int_equal(field_of(dma, "lengths")->value_size, 4);
	assert_int_equal(field_of(ipi, "cpumask")->class, FORMAT_BYTES);
	assert_string_equal(field_of(ipi, "cpumask")->type, "cpumask_t");
	assert_int_equal(field_of(enter, "args")->class, FORMAT_INT);
	assert_int_equal(field_of(enter, "args")->count, 6);
	assert_int_equal(field_of(enter, "args")->value_size, 8);
	assert_int_equal(field_of(ras, "buf")->class, FORMAT_BYTES);
	assert_int_equal(field_of(ras, "fru_text")->class, FORMAT_STR);
	format_free(dma);
	format_free(ipi);
	format_free(enter);
	format_free(ras);
}

static void test_rel_loc(void **state)
{
	struct format *format = parse_data("made.rel_loc");

	(void)state;
	assert_int_equal(format->id, 4711);
	assert_int_equal(field_of(format, "path")->location, FORMAT_REL_LOC);
	assert_int_equal(field_of(format, "path")->class, FORMAT_STR);
	assert_int_equal(field_of(format, "numbers")->location, FORMAT_REL_LOC);
	assert_int_equal(field_of(format, "numbers")->class, FORMAT_INT);
	assert_int_equal(field_of(format, "numbers")->value_size, 4);
	format_free(format);
}

static void test_odd_declarations(void **state)
{
	struct format *format = parse_data("made.oddities");

	(void)state;
	assert_int_equal(field_of(format, "inner")->class, FORMAT_OPAQUE);
	assert_int_equal(field_of(format, "inner")->offset, 8);
	assert_string_equal(field_of(format, "inner")->type, "struct { int a; offset:1; }");
	expect_reading(format, "y", FORMAT_PTR, 24, 8, false);
	assert_int_equal(field_of(format, "name")->class, FORMAT_STR);
	assert_int_equal(field_of(format, "name")->count, 16);
	assert_int_equal(field_of(format, "bits")->class, FORMAT_OPAQUE);
	expect_reading(format, "yes", FORMAT_BOOL, 52, 1, false);
	expect_reading(format, "e", FORMAT_INT, 56, 4, false);
	assert_int_equal(field_of(format, "foo")->class, FORMAT_BYTES);
	assert_int_equal(field_of(format, "buf")->class, FORMAT_BYTES);
	assert_int_equal(field_of(format, "matrix")->count, 6);
	assert_int_equal(field_of(format, "matrix")->value_size, 4);
	assert_int_equal(field_of(format, "array")->class, FORMAT_OPAQUE);
	expect_reading(format, "glued", FORMAT_PTR, 112, 8, false);
	assert_int_equal(field_of(format, "inos")->class, FORMAT_INT);
	assert_int_equal(field_of(format, "inos")->count, 2);
	assert_null(format_find(format, "callback"));
	assert_int_equal(field_of(format, "text")->class, FORMAT_STR);
	assert_int_equal(field_of(format, "host")->class, FORMAT_IPV4);
	assert_int_equal(field_of(format, "tail")->count, 0);
	format_free(format);
}

static void test_odd_tables(void **state)
{
	struct format *format = parse_data("made.oddities");

	(void)state;
	assert_int_equal(field_of(format, "flags")->labels.kind, FORMAT_FLAGS);
	assert_string_equal(field_of(format, "flags")->labels.delimiter, "|");
	assert_int_equal(field_of(format, "flags")->labels.count, 4);
	expect_label(format, "flags", 0, 8, "EIGHT");
	expect_label(format, "flags", 1, 128, "BIT7");
	expect_label(format, "flags", 2, 0xf0, "f0");
	expect_label(format, "flags", 3, 0x18, "a,\"}");
	assert_int_equal(field_of(format, "level")->labels.count, 2);
	expect_label(format, "level", 0, UINT64_MAX, "low");
	expect_label(format, "level", 1, 8, "high");
	assert_string_equal(field_of(format, "mask")->labels.delimiter, "");
	expect_plain(format, "nested");
	expect_plain(format, "unknown");
	expect_plain(format, "either");
	format_free(format);
}

static void test_expressions(void **state)
{
	static const struct {
		const char *text;
		uint64_t value;
	} good[] = {
		{ "0", 0 },
		{ "010", 8 },
		{ "0x1F", 31 },
		{ "0b101", 5 },
		{ "42u", 42 },
		{ "1 << 3", 8 },
		{ "(1 << 3)", 8 },
		{ "((__force gfp_t)(1u << 7))", 128 },
		{ "-1", UINT64_MAX },
		{ "-1u", UINT32_MAX },
		{ "~0", UINT64_MAX },
		{ "~0u", UINT32_MAX },
		{ "~(gfp_t)1", 0xfffffffe },
		{ "~1UL", ~UINT64_C(1) },
		{ "-9ULL", (uint64_t)-9 },
		{ "(u8)0x1ff", 255 },
		{ "(s8)255", UINT64_MAX },
		{ "(unsigned int)-1 + 1", 0 },
		{ "2 + 3 * 4", 14 },
		{ "(2 + 3) * 4", 20 },
		{ "1 | 2 ^ 3 & 6", 1 },
		{ "7 - 2 - 1", 4 },
		{ "-7 / 2", (uint64_t)-3 },
		{ "-7 % 2", UINT64_MAX },
		{ "-8 >> 1", (uint64_t)-4 },
		{ "1 < 2 == 1", 1 },
		{ "-1 < 1u", 0 },
		{ "1 && 0 || 1", 1 },
		{ "!5", 0 },
		{ "4294967295", UINT32_MAX },
		{ "0x80000000", 0x80000000 },
		{ "18446744073709551615ULL", UINT64_MAX },
		{ "1UL << 63", UINT64_C(1) << 63 },
		{ " ( enum x ) 3 ", 3 },
		{ "(int)(( __kernel_rwf_t)0x00000010)", 16 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct format_span span = { good[i].text, good[i].text + strlen(good[i].text) };
		uint64_t value = 12345;

		if (format_evaluate(span, &value) || value != good[i].value)
			fail_msg("%s is %#llx", good[i].text, (unsigned long long)value);
	}
}

static void test_no_expressions(void **state)
{
	static const char *const bad[] = {
		"",          " ",           "x",
		"SOME_ENUM", "1 +",         "(1",
		"1)",        "1 2",         "1 << 64",
		"1 << 32",   "1 << -1",     "1 / 0",
		"1 % 0",     "sizeof(int)", "(void *)0",
		"(xyz_t)1",  "\"a\"",       "08",
		"1x",        "0x",          "18446744073709551616",
		"1 ? 2 : 3", "f(1)",        "1, 2",
		"REC->x",    "'",
	};
	char deep[4096];
	uint64_t value = 7;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (!format_evaluate((struct format_span){ bad[i], bad[i] + strlen(bad[i]) },
				     &value))
			fail_msg("%s is %#llx", bad[i], (unsigned long long)value);
	memset(deep, '(', sizeof(deep));
	assert_int_equal(format_evaluate((struct format_span){ deep, deep + sizeof(deep) }, &value),
			 -EINVAL);
	memset(deep, '-', sizeof(deep));
	deep[sizeof(deep) - 1] = '1';
	assert_int_equal(format_evaluate((struct format_span){ deep, deep + sizeof(deep) }, &value),
			 -EINVAL);
	assert_int_equal(value, 7);
}

static void test_types(void **state)
{
	static const struct {
		const char *text;
		struct format_type type;
	} types[] = {
		{ "int", { FORMAT_TYPE_INT, 4, true } },
		{ "unsigned", { FORMAT_TYPE_INT, 4, false } },
		{ "long unsigned int", { FORMAT_TYPE_INT, sizeof(long), false } },
		{ "unsigned long long", { FORMAT_TYPE_INT, 8, false } },
		{ "const volatile __u32", { FORMAT_TYPE_INT, 4, false } },
		{ "umode_t", { FORMAT_TYPE_INT, 2, false } },
		{ "pid_t", { FORMAT_TYPE_INT, 4, true } },
		{ "size_t", { FORMAT_TYPE_INT, sizeof(long), false } },
		{ "signed char", { FORMAT_TYPE_INT, 1, true } },
		{ "bool", { FORMAT_TYPE_BOOL, 1, false } },
		{ "enum zone_type", { FORMAT_TYPE_INT, 4, false } },
		{ "struct foo", { FORMAT_TYPE_AGGREGATE, 0, false } },
		{ "xfs_ino_t", { FORMAT_TYPE_UNKNOWN, 0, false } },
		{ "const char *", { FORMAT_TYPE_STR_PTR, sizeof(void *), false } },
		{ "char const *", { FORMAT_TYPE_STR_PTR, sizeof(void *), false } },
		{ "const char __user *const", { FORMAT_TYPE_STR_PTR, sizeof(void *), false } },
		{ "char *", { FORMAT_TYPE_PTR, sizeof(void *), false } },
		{ "char *const", { FORMAT_TYPE_PTR, sizeof(void *), false } },
		{ "const char *const *", { FORMAT_TYPE_PTR, sizeof(void *), false } },
		{ "struct sockaddr *", { FORMAT_TYPE_SOCKADDR_PTR, sizeof(void *), false } },
		{ "const struct sockaddr *", { FORMAT_TYPE_SOCKADDR_PTR, sizeof(void *), false } },
		{ "struct sockaddr_in *", { FORMAT_TYPE_PTR, sizeof(void *), false } },
		{ "", { FORMAT_TYPE_UNKNOWN, 0, false } },
		{ "int[3]", { FORMAT_TYPE_UNKNOWN, 0, false } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct format_span span = { types[i].text, types[i].text + strlen(types[i].text) };
		struct format_type type = format_type_of(span);

		if (type.kind != types[i].type.kind || type.size != types[i].type.size ||
		    type.is_signed != types[i].type.is_signed)
			fail_msg("%s: kind %d size %u sign %d", types[i].text, type.kind, type.size,
				 type.is_signed);
	}
}

#define HEAD  "name: x\nID: 1\nformat:\n"
#define FIELD "\tfield:int a;\toffset:0;\tsize:4;\tsigned:1;\n"
#define TAIL  "print fmt: \"\"\n"

static void expect_error(const char *text, unsigned int line, const char *cause)
{
	struct format_error error = { 0 };
	struct format *format = NULL;

	assert_int_equal(format_parse("x", text, strlen(text), &format, &error), -EBADMSG);
	assert_null(format);
	assert_int_equal(error.line, line);
	assert_non_null(strstr(error.cause, cause));
}

static void test_errors(void **state)
{
	(void)state;
	expect_error("", 0, "ends before print fmt");
	expect_error(HEAD FIELD, 4, "ends before print fmt");
	expect_error("ID: 1\n" FIELD TAIL, 3, "no name");
	expect_error("name: x\n" FIELD TAIL, 3, "no ID");
	expect_error(HEAD TAIL, 4, "no field");
	expect_error("name: \n", 1, "name is empty");
	expect_error("name: x\nname: y\n", 2, "second name");
	expect_error("name: x\nID: 1x\n", 2, "ID is no number");
	expect_error("name: x\nID: 4294967296\n", 2, "ID is no number");
	expect_error(HEAD "hello\n", 4, "neither");
	expect_error(HEAD "\tfield:int a;\tsize:4;\n", 4, "without offset");
	expect_error(HEAD "\tfield:int a\toffset:4;\n", 4, "without ';'");
	expect_error(HEAD "\tfield:int a;\toffset:65536;\tsize:4;\n", 4, "offset is no number");
	expect_error(HEAD "\tfield:int a;\toffset:-1;\tsize:4;\n", 4, "offset is no number");
	expect_error(HEAD "\tfield:int a;\toffset:65535;\tsize:1;\n", 4, "size is no number");
	expect_error(HEAD "\tfield:int a;\toffset:0;\tsize:;\n", 4, "size is no number");
	expect_error(HEAD "\tfield:int a;\toffset:0;\tsize:4;\tsigned:2;\n", 4, "sign is neither");
}

/* Texts of kernels that wrote no sign, and hints that do not agree with the sizes. */
static void test_accepted(void **state)
{
	static const char old[] = HEAD "\tfield:int a;\toffset:0;\tsize:4;\n" TAIL;
	static const char wrong[] =
		HEAD "\tfield:u8 a[5];\toffset:0;\tsize:5;\tsigned:0;\n"
		     "print fmt: \"%pI4 %pM %pI6c %pISpc\", REC->a, REC->a, REC->a, REC->a\n";
	struct format *format = NULL;

	(void)state;
	assert_int_equal(format_parse("x", old, sizeof(old) - 1, &format, NULL), 0);
	format_free(format);
	assert_int_equal(format_parse("x", wrong, sizeof(wrong) - 1, &format, NULL), 0);
	assert_int_equal(format_find(format, "a")->class, FORMAT_BYTES);
	format_free(format);
	format_free(NULL);
}

static void test_limits(void **state)
{
	struct format_error error = { 0 };
	struct format *format = NULL;
	char *text = malloc(FORMAT_TEXT_MAX + 1);
	size_t len;

	(void)state;
	assert_non_null(text);
	memset(text, '\n', FORMAT_TEXT_MAX + 1);
	assert_int_equal(format_parse("x", text, FORMAT_TEXT_MAX + 1, &format, &error), -E2BIG);
	assert_int_equal(format_parse("x", text, FORMAT_TEXT_MAX, &format, &error), -EBADMSG);
	len = (size_t)sprintf(text, HEAD);
	for (int i = 0; i <= FORMAT_FIELDS_MAX; i++)
		len += (size_t)sprintf(text + len, FIELD);
	assert_int_equal(format_parse("x", text, len, &format, &error), -E2BIG);
	assert_int_equal(error.line, 3 + FORMAT_FIELDS_MAX + 1);
	len = (size_t)sprintf(text, HEAD FIELD TAIL);
	text[len - 2] = '\0';
	assert_int_equal(format_parse("x", text, len, &format, &error), -EBADMSG);
	assert_null(format);
	free(text);
}

static void parse_exact(const char *text, size_t len)
{
	char *exact = malloc(len ? len : 1);
	struct format *format = NULL;

	assert_non_null(exact);
	memcpy(exact, text, len);
	if (!format_parse("syscalls", exact, len, &format, NULL))
		assert_non_null(format);
	else
		assert_null(format);
	format_free(format);
	free(exact);
}

/* A text cut anywhere before print fmt is an error: it would have lost fields in silence. */
static void test_truncated(void **state)
{
	(void)state;
	for (size_t i = 0; i < DATA_FILES; i++) {
		struct format_error error;
		struct format *format = NULL;
		size_t len;
		char *text = read_data(data_files[i], &len);
		size_t head = (size_t)((char *)memmem(text, len, "print fmt:", 10) - text) + 10;

		for (size_t cut = 0; cut < head; cut++)
			assert_int_equal(format_parse("x", text, cut, &format, &error), -EBADMSG);
		for (size_t cut = 0; cut < len; cut++)
			parse_exact(text, cut);
		free(text);
	}
}

static void test_flipped(void **state)
{
	static const char replacements[] = "\xff\n\"(){};,:9[] -";

	(void)state;
	for (size_t i = 0; i < DATA_FILES; i++) {
		size_t len;
		char *text = read_data(data_files[i], &len);

		for (size_t at = 0; at < len; at++) {
			char old = text[at];

			text[at] = replacements[at % (sizeof(replacements) - 1)];
			parse_exact(text, len);
			text[at] = old ^ (char)(1 << at % 8);
			parse_exact(text, len);
			text[at] = old;
		}
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exec),
		cmocka_unit_test(test_switch),
		cmocka_unit_test(test_exit),
		cmocka_unit_test(test_syscall_arguments),
		cmocka_unit_test(test_category_matters),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_symbols),
		cmocka_unit_test(test_ternary_stays_plain),
		cmocka_unit_test(test_gfp_values),
		cmocka_unit_test(test_arrays),
		cmocka_unit_test(test_rel_loc),
		cmocka_unit_test(test_odd_declarations),
		cmocka_unit_test(test_odd_tables),
		cmocka_unit_test(test_expressions),
		cmocka_unit_test(test_no_expressions),
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_accepted),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_flipped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
