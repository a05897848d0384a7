/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The plugin on a fake host, in a dry run, on functions of this very program. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <bpfhost/fakehost.h>

#include "preset.h"
#include "unfollowed.h"
#include "use.h"

extern const struct bpfhost_plugin bpfhost_plugin;

/* What is probed. Not static, so that the name stays whatever the compiler does. */
int uprobe_test_one(int fd, const char *path, long big);
int uprobe_test_two(int fd);

__attribute__((noinline)) int uprobe_test_one(int fd, const char *path, long big)
{
	return fd + path[0] + (int)big;
}

__attribute__((noinline)) int uprobe_test_two(int fd)
{
	return fd;
}

/* Two names of 152 bytes that begin and end alike, as C++ has many. */
#define LONG_50  "_123456789_123456789_123456789_123456789_123456789"
#define LONG_150 LONG_50 LONG_50 LONG_50

int uprobe_test_long_one(int fd) __asm__("l1" LONG_150);
int uprobe_test_long_two(int fd) __asm__("l2" LONG_150);

__attribute__((noinline)) int uprobe_test_long_one(int fd)
{
	return fd + 1;
}

__attribute__((noinline)) int uprobe_test_long_two(int fd)
{
	return fd + 2;
}

/* Its instructions begin at 0, 1, 4, 7 and 8. */
int uprobe_in_steps(int number);
__asm__(".pushsection .text\n"
	".globl uprobe_in_steps\n"
	".type uprobe_in_steps,@function\n"
	"uprobe_in_steps: push %rbp; mov %rsp,%rbp; lea 1(%rdi),%eax; pop %rbp; ret\n"
	".size uprobe_in_steps,.-uprobe_in_steps\n"
	/* The byte that is jumped over is the first of a call; those of data2 are none of an instruction. */
	".globl uprobe_in_data1\n"
	".type uprobe_in_data1,@function\n"
	"uprobe_in_data1: .byte 0xeb,1,0xe8; nop; nop; nop; nop; ret\n"
	".size uprobe_in_data1,.-uprobe_in_data1\n"
	".globl uprobe_in_data2\n"
	".type uprobe_in_data2,@function\n"
	"uprobe_in_data2: .byte 0xeb,2,0x06,0xe8; nop; nop; nop; nop; ret\n"
	".size uprobe_in_data2,.-uprobe_in_data2\n"
	/* Nobody says how long it is. */
	".globl uprobe_in_endless\n"
	".type uprobe_in_endless,@function\n"
	"uprobe_in_endless: nop; mov %rsp,%rax; ret\n"
	".popsection");

static int setup(void **state)
{
	*state = fakehost_new(&bpfhost_plugin);
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	int err = fakehost_detach(*state);

	fakehost_free(*state);
	return err;
}

static void start(struct fakehost *host, const char *probe)
{
	assert_int_equal(fakehost_set(host, "probes", probe), 0);
	if (fakehost_load(host) || fakehost_attach(host))
		fail_msg("%s", fakehost_error(host));
}

static void assert_refused(struct fakehost *host, const char *probe, const char *sentence)
{
	const char *error;

	assert_int_equal(fakehost_set(host, "probes", probe), 0);
	assert_int_equal(fakehost_load(host), -EINVAL);
	error = fakehost_error(host);
	if (!strstr(error, sentence))
		fail_msg("%s", error);
}

/* The only schema, and its field of a name. */
static const struct bpfhost_schema_field *field(const struct fakehost *host, const char *name)
{
	const struct bpfhost_schema *schema = fakehost_bytes(host, FAKEHOST_SCHEMA, 0, NULL);
	const struct bpfhost_schema_field *fields;

	assert_non_null(schema);
	fields = bpfhost_schema_fields(schema);
	for (uint32_t i = 0; i < schema->nfields; i++)
		if (!strcmp(bpfhost_schema_string(schema, fields[i].name), name))
			return &fields[i];
	return NULL;
}

static void assert_field(const struct fakehost *host, const char *name, enum bpfhost_kind kind,
			 uint32_t offset, uint32_t size)
{
	const struct bpfhost_schema_field *found = field(host, name);

	assert_non_null(found);
	assert_int_equal(found->kind, kind);
	assert_int_equal(found->offset, offset);
	assert_int_equal(found->size, size);
}

static void lays_out_an_entry(void **state)
{
	const uint32_t values = sizeof(struct bpfhost_event);

	start(*state, "/proc/self/exe:uprobe_test_one(fd: i32, path: str[32], big: x64)");
	assert_field(*state, "fd", BPFHOST_INT, values, 4);
	assert_field(*state, "path", BPFHOST_STRING, values + 24, 32);
	assert_field(*state, "big", BPFHOST_HEX, values + 16, 8);
	assert_null(field(*state, "ret"));
	assert_null(field(*state, "function"));
	assert_int_equal(fakehost_count(*state, FAKEHOST_PLAN), 1);
	assert_non_null(strstr(fakehost_text(*state, FAKEHOST_PLAN, 0), "uprobe_test_one"));
	assert_int_equal(fakehost_sums(*state).rings, 0);
}

static void lays_out_a_call(void **state)
{
	const uint32_t values = sizeof(struct bpfhost_event);

	start(*state,
	      "/proc/self/exe:uprobe_test_one(fd: i32) -> i32 if ret < 0 || latency_ns > 1000");
	assert_field(*state, "fd", BPFHOST_INT, values, 4);
	assert_field(*state, "ret", BPFHOST_INT, values + 8, 4);
	assert_field(*state, "latency_ns", BPFHOST_NS, values + 16, 8);
}

/* What is kept is enough to tell. */
static void compares_copies(void **state)
{
	start(*state, "/proc/self/exe:uprobe_test_one(fd, path: str[4]) -> i32 "
		      "if ret == 1 && (path == \"bet\" || path ~ \"beta*\")");
}

static void leaves_out_what_is_void(void **state)
{
	start(*state, "/proc/self/exe:uprobe_test_one() -> void");
	assert_null(field(*state, "ret"));
	assert_non_null(field(*state, "latency_ns"));
}

static void names_the_functions_of_a_glob(void **state)
{
	const struct bpfhost_schema_field *function;

	start(*state, "/proc/self/exe:uprobe_test_*(fd: i32)");
	assert_int_equal(fakehost_count(*state, FAKEHOST_SCHEMA), 1);
	function = field(*state, "function");
	assert_non_null(function);
	assert_int_equal(function->kind, BPFHOST_ENUM);
	assert_int_equal(function->nnames, 2);
	assert_int_equal(fakehost_count(*state, FAKEHOST_PLAN), 2);
}

static void shortens_long_names(void **state)
{
	const struct bpfhost_schema *schema;
	const struct bpfhost_schema_name *names;
	char probe[512] = "/proc/self/";

	for (int i = 0; i < 70; i++)
		strcat(probe, "./");
	strcat(probe, "exe:l?_123456789*(fd: i32)");
	start(*state, probe);
	schema = fakehost_bytes(*state, FAKEHOST_SCHEMA, 0, NULL);
	names = bpfhost_schema_names(schema);
	assert_int_equal(schema->nnames, 2);
	for (uint32_t i = 0; i < 2; i++) {
		const char *name = bpfhost_schema_string(schema, names[i].name);

		assert_int_equal(strlen(name), BPFHOST_SCHEMA_NAME_MAX);
		assert_memory_equal(name, i ? "l2_" : "l1_", 3);
	}
	assert_non_null(strstr(bpfhost_schema_string(schema, schema->name), "./exe:l?_"));
}

static void bounds_the_memory_of_calls(void **state)
{
	assert_int_equal(fakehost_set(*state, "calls", "1048576"), 0);
	assert_refused(*state, "/proc/self/exe:uprobe_test_one(a: str[4096]) -> i32",
		       "lower \"calls\" to 6");
}

static void follows_offsets(void **state)
{
	start(*state, "/proc/self/exe:uprobe_test_one(query->8->0: str[16], fd: i32)");
	assert_field(*state, "query", BPFHOST_STRING, sizeof(struct bpfhost_event) + 16, 16);
}

static void names_the_nearest_function(void **state)
{
	assert_refused(*state, "/proc/self/exe:uprobe_tst_one", "did you mean \"uprobe_test_one\"");
}

/* What else a file says of itself is of use all the same. */
static void leaves_out_damaged_symbols(void **state)
{
	static const char copy[] = "cd /var/tmp && echo noise >uprobe_test.noise && "
				   "objcopy --add-section .gnu_debugdata=uprobe_test.noise "
				   "/proc/$PPID/exe uprobe_test.copy 2>/dev/null";
	uint32_t told = 0;

	if (system(copy)) {
		print_message("skipped: no objcopy\n");
		skip();
	}
	start(*state, "/var/tmp/uprobe_test.copy:uprobe_test_two(fd: i32)");
	for (uint32_t i = 0; i < fakehost_count(*state, FAKEHOST_LOG); i++)
		told += strstr(fakehost_text(*state, FAKEHOST_LOG, i),
			       ".gnu_debugdata are damaged") != NULL;
	unlink("/var/tmp/uprobe_test.copy");
	unlink("/var/tmp/uprobe_test.noise");
	assert_int_equal(told, 1);
}

static void refuses_mistakes(void **state)
{
	static const struct {
		const char *probe;
		const char *sentence;
	} mistakes[] = {
		{ "libc", "target:function" },
		{ "/proc/self/exe:a:b", "target:function" },
		{ "/opt/a:b/app:main", "so is a path that holds ':', as in \"/opt/a:b\":main" },
		{ "\"/opt/my app\":main", "there is no file \"/opt/my app\"" },
		{ "/nonexistent/x:f", "/nonexistent/x" },
		{ "/etc/passwd:f", "/etc/passwd" },
		{ "/proc/self/exe:@0x", "is no offset" },
		{ "/proc/self/exe:@0x0", "is no code" },
		{ "/proc/self/exe:&0xffffffffffff", "is not part of" },
		{ "/proc/self/exe:uprobe_test_one+0x100000", "bytes only" },
		{ "/proc/self/exe:uprobe_test_one(a: f64)", "floating-point" },
		{ "/proc/self/exe:uprobe_test_one -> f64", "floating-point" },
		{ "/proc/self/exe:uprobe_test_one(a: i32, a: i32)", "named twice" },
		{ "/proc/self/exe:uprobe_test_one(ret: i32) -> i32", "field \"ret\" already" },
		{ "/proc/self/exe:uprobe_test_one(latency_ns: u64) -> void",
		  "\"latency_ns\" already" },
		{ "/proc/self/exe:uprobe_test_*(function: i32)", "field \"function\" already" },
		{ "/proc/self/exe:uprobe_test_one(a: i32) if b == 1", "unknown name \"b\"" },
		{ "/proc/self/exe:uprobe_test_*(fd: i32) if function == 1", "--filter does" },
		{ "/proc/self/exe:uprobe_test_one(fd, path: str[4]) -> i32 "
		  "if ret == 1 && path == \"beta\"",
		  "write path: str[5]" },
		{ "/proc/self/exe:uprobe_test_one(fd, path: str[4]) -> i32 "
		  "if ret == 1 && path ~ \"*alpha*\"",
		  "write path: str[5]" },
		{ "/proc/self/exe:uprobe_in_steps+0x1 -> i32", "from the begin of its function" },
	};

	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		struct fakehost *host = fakehost_new(&bpfhost_plugin);

		assert_non_null(host);
		assert_refused(host, mistakes[i].probe, mistakes[i].sentence);
		assert_int_equal(fakehost_detach(host), 0);
		fakehost_free(host);
	}
	(void)state;
}

/* ---- inside of a function ----------------------------------------------------------------------------- */

#define SELF "/proc/self/exe:"

static uint32_t count_told(const struct fakehost *host, const char *words)
{
	uint32_t told = 0;

	for (uint32_t i = 0; i < fakehost_count(host, FAKEHOST_LOG); i++)
		told += strstr(fakehost_text(host, FAKEHOST_LOG, i), words) != NULL;
	return told;
}

/* Attached, with so many words of doubt. */
static void assert_taken(const char *probe, bool force, uint32_t places, const char *words,
			 uint32_t told)
{
	struct fakehost *host = fakehost_new(&bpfhost_plugin);

	assert_non_null(host);
	if (force)
		assert_int_equal(fakehost_set(host, "force", "true"), 0);
	start(host, probe);
	assert_int_equal(fakehost_count(host, FAKEHOST_PLAN), places);
	assert_int_equal(count_told(host, words), told);
	assert_int_equal(fakehost_detach(host), 0);
	fakehost_free(host);
}

static void assert_not_taken(const char *probe, const char *sentence)
{
	struct fakehost *host = fakehost_new(&bpfhost_plugin);

	assert_non_null(host);
	assert_refused(host, probe, sentence);
	assert_int_equal(fakehost_detach(host), 0);
	fakehost_free(host);
}

static void takes_begins_of_instructions(void **state)
{
	static const struct {
		const char *place;
		const char *refused; /* NULL: taken */
	} places[] = {
		{ "+0", NULL },
		{ "+1", NULL },
		{ "+2", "+2\" lies inside of the instruction at uprobe_in_steps+1, of 3 bytes; "
			"instructions begin at uprobe_in_steps+1 and uprobe_in_steps+4" },
		{ "+0x3",
		  "+0x3\" lies inside of the instruction at uprobe_in_steps+0x1, of 3 bytes; "
		  "instructions begin at uprobe_in_steps+0x1 and uprobe_in_steps+0x4" },
		{ "+4", NULL },
		{ "+0x5", "begin at uprobe_in_steps+0x4 and uprobe_in_steps+0x7" },
		{ "+6", "begin at uprobe_in_steps+4 and uprobe_in_steps+7" },
		{ "+7", NULL },
		{ "+8", NULL },
		{ "+9", "9 bytes only" },
	};
	char probe[128];

	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		snprintf(probe, sizeof(probe), SELF "uprobe_in_steps%s", places[i].place);
		if (places[i].refused)
			assert_not_taken(probe, places[i].refused);
		else
			assert_taken(probe, false, 1, "instruction", 0);
	}
	assert_not_taken(SELF "uprobe_in_data2+1",
			 "the instruction at uprobe_in_data2, of 2 bytes; instructions begin at "
			 "uprobe_in_data2 and uprobe_in_data2+2");
}

static void knows_what_lies_at_numbers(void **state)
{
	extern const char __executable_start[];
	uint64_t address = (uint64_t)((const char *)uprobe_in_steps - __executable_start);
	char probe[128], words[256];

	(void)state;
	snprintf(probe, sizeof(probe), SELF "&0x%lx", (unsigned long)address + 4);
	assert_taken(probe, false, 1, "instruction", 0);
	snprintf(probe, sizeof(probe), SELF "&0x%lx", (unsigned long)address + 5);
	snprintf(words, sizeof(words),
		 "\"&0x%lx\" lies inside of the instruction at &0x%lx, of 3 bytes; instructions "
		 "begin at &0x%lx and &0x%lx",
		 (unsigned long)address + 5, (unsigned long)address + 4, (unsigned long)address + 4,
		 (unsigned long)address + 7);
	assert_not_taken(probe, words);
	assert_taken(probe, true, 1, words, 1);
}

static void tells_what_it_cannot_know(void **state)
{
	static const char data[] =
		"is not known, as there is more than instructions in its function";
	static const char unknown[] = "is not known, as no function is known that holds it";

	(void)state;
	assert_taken(SELF "uprobe_in_data1+4", false, 1, data, 1);
	assert_taken(SELF "uprobe_in_data2+4", false, 1, data, 1);
	assert_taken(SELF "uprobe_in_endless+2", false, 1, unknown, 1);
}

/* At 1 data2 has none, at 2 none of them; what data1 and data2 have behind their data is not known. */
static void leaves_out_what_lies_inside(void **state)
{
	(void)state;
	assert_taken(SELF "uprobe_in_?????+1", false, 2, "is not known", 1);
	assert_taken(SELF "uprobe_in_?????+4", false, 3, "is not known", 1);
	assert_not_taken(SELF "uprobe_in_step?+2", "none of the 1 functions");
}

static void forces_what_lies_inside(void **state)
{
	(void)state;
	assert_taken(SELF "uprobe_in_steps+2", true, 1,
		     "lies inside of the instruction at uprobe_in_steps+1", 1);
	assert_taken(SELF "uprobe_in_steps+1", true, 1, "instruction", 0);
}

static void adds_a_stack(void **state)
{
	const uint32_t values = sizeof(struct bpfhost_event);

	assert_int_equal(fakehost_set(*state, "stack", "user"), 0);
	start(*state, "/proc/self/exe:uprobe_test_one(fd: i32, path: str[16]) -> i32");
	assert_field(*state, "path", BPFHOST_STRING, values + 4 * 8, 16);
	assert_field(*state, "stack", BPFHOST_STRING, values + 4 * 8 + 16, 4096);
}

static void has_one_stack_only(void **state)
{
	assert_int_equal(fakehost_set(*state, "stack", "both"), 0);
	assert_refused(*state, "/proc/self/exe:uprobe_test_one(stack: i32)",
		       "a parameter is named \"stack\"");
}

static void has_no_stack_unless_asked(void **state)
{
	start(*state, "/proc/self/exe:uprobe_test_one(stack: i32)");
	assert_field(*state, "stack", BPFHOST_INT, sizeof(struct bpfhost_event), 4);
}

static void knows_presets(void **state)
{
	assert_int_equal(fakehost_set(*state, "preset", "mysq"), 0);
	assert_int_equal(fakehost_load(*state), -EINVAL);
	assert_non_null(strstr(fakehost_error(*state), "did you mean \"mysql\""));
}

/* ---- presets -------------------------------------------------------------------------------------- */

#define SELF_ONE "/proc/self/exe:uprobe_test_one"

struct preset_folder {
	char first[32], second[40];
};

static int make_folder(void **state)
{
	struct preset_folder *folder = calloc(1, sizeof(*folder));

	if (!folder)
		return -1;
	strcpy(folder->first, "/var/tmp/uprobe_test.XXXXXX");
	if (!mkdtemp(folder->first))
		return -1;
	snprintf(folder->second, sizeof(folder->second), "%s/more", folder->first);
	*state = folder;
	return mkdir(folder->second, 0700);
}

static int remove_folder(void **state)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -r %s", ((struct preset_folder *)*state)->first);
	free(*state);
	return system(command);
}

static void write_file(const char *folder, const char *name, const char *text, size_t length)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, length, file), length);
	fclose(file);
}

/* Adds preset "mine", or the built-in one, and expects so many events and this sentence. */
static void add_preset(const struct preset_folder *folder, const char *name, int wanted,
		       uint32_t events, const char *words)
{
	const char *const folders[] = { folder->first, folder->second, NULL };
	const struct uprobe_settings settings = { .string_size = 64 };
	struct uprobe_uses uses = { 0 };
	struct bpfhost_error why = { 0 };
	int ret = uprobe_preset_add(&uses, name, folders, &settings, &why);

	if (ret != wanted || !strstr(why.text, words))
		fail_msg("%d, %s in place of %s", ret, why.text, words);
	assert_int_equal(uses.nlayouts, events);
	assert_true(events || !uses.count);
	uprobe_uses_free(&uses);
}

static void explains_bad_presets(void **state)
{
	static const struct {
		const char *text;
		int err;
		const char *words;
	} bad[] = {
		{ "", -ENOENT, "mine.preset holds no probe" },
		{ "# only\n\n  # remarks", -ENOENT, "holds no probe" },
		{ "query", -EINVAL, "line 1: a line is written \"event = probe\"" },
		{ "\nquery: " SELF_ONE, -EINVAL, "line 2: a line is written" },
		{ "= " SELF_ONE, -EINVAL, "line 1: a line is written" },
		{ "a b = " SELF_ONE, -EINVAL, "line 1: a line is written" },
		{ "query =", -EINVAL, "mine.preset, line 1: " },
		{ "query = a:b(x: u7)", -EINVAL, "mine.preset, line 1: " },
		{ "a = " SELF_ONE "\nb = /nonexistent/x:f\nb = /nonexistent/y:f", -ENOENT,
		  "event b: no probe of it fits this machine; the first: there is no file "
		  "\"/nonexistent/x\"" },
	};
	const struct preset_folder *folder = *state;
	char large[65537];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		write_file(folder->first, "mine.preset", bad[i].text, strlen(bad[i].text));
		add_preset(folder, "mine", bad[i].err, 0, bad[i].words);
	}
	write_file(folder->first, "mine.preset", "a = b:c\0", 8);
	add_preset(folder, "mine", -EINVAL, 0, "line 1: this is no text");
	memset(large, '#', sizeof(large));
	write_file(folder->first, "mine.preset", large, sizeof(large));
	add_preset(folder, "mine", -EINVAL, 0, "a preset has 64 KiB at most");
	write_file(folder->first, "mine.preset", large, sizeof(large) - 1);
	add_preset(folder, "mine", -E2BIG, 0, "line 1: it is too long");
}

static void explains_unreadable_presets(void **state)
{
	const struct preset_folder *folder = *state;
	char path[128];

	snprintf(path, sizeof(path), "%s/mine.preset", folder->first);
	assert_int_equal(mkfifo(path, 0600), 0);
	add_preset(folder, "mine", -EINVAL, 0, "failed to read ");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("mine.preset", path), 0);
	add_preset(folder, "mine", -EINVAL, 0, "failed to read ");
	add_preset(folder, "", -EINVAL, 0, "no name of a preset");
	add_preset(folder, "../x", -EINVAL, 0, "no name of a preset");
	add_preset(folder, "mie", -ENOENT, 0, "nor as a file ");
}

static void takes_the_alternative_that_fits(void **state)
{
	const struct preset_folder *folder = *state;
	static const char script[] = "#!/bin/sh\nexec something that is no program of its own\n";
	char text[512];

	write_file(folder->first, "script", script, sizeof(script) - 1);
	snprintf(text, sizeof(text),
		 "one = %s/script:f\none = %s/script:g\none = " SELF_ONE "\none = " SELF_ONE "\n"
		 "two=" SELF_ONE "(a: i32) if a == 1\r\n",
		 folder->first, folder->first);
	write_file(folder->second, "mine.preset", text, strlen(text));
	add_preset(folder, "mine", 0, 2, "");
	/* The first folder holds, and both hold against what is built in. */
	write_file(folder->first, "mine.preset", "a = " SELF_ONE, strlen("a = " SELF_ONE));
	add_preset(folder, "mine", 0, 1, "");
	write_file(folder->second, "mysql.preset", "a = " SELF_ONE, strlen("a = " SELF_ONE));
	add_preset(folder, "mysql", 0, 1, "");
}

/* ---- functions that are not followed to their return -------------------------------------------------- */

static void knows_what_is_not_followed(void **state)
{
	static const char *const not_followed[] = {
		"setjmp",
		"_setjmp",
		"__sigsetjmp",
		"getcontext",
		"__getcontext",
		"__GI___sigsetjmp",
		"_Ux86_64_getcontext",
		"swapcontext",
		"dlsym",
		"___dlopen",
		"_start",
		"__restore_rt",
		"_dl_runtime_resolve_xsavec",
		"_Unwind_Backtrace",
		"uw_init_context_1",
	};
	static const char *const followed[] = {
		"start",         "longjmp",     "siglongjmp", "makecontext",
		"dlclose",       "dlopen_hook", "my_setjmp",  "vfork",
		"pthread_exit",  "_init",       "",           "____",
		"Unwind_Resume", "set_context",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(not_followed) / sizeof(not_followed[0]); i++)
		if (!uprobe_unfollowed_why(not_followed[i]))
			fail_msg("%s is followed", not_followed[i]);
	for (size_t i = 0; i < sizeof(followed) / sizeof(followed[0]); i++)
		if (uprobe_unfollowed_why(followed[i]))
			fail_msg("%s is not followed", followed[i]);
}

static int add_all(struct uprobe_uses *uses, const char *probe, bool is_forced,
		   struct bpfhost_error *why)
{
	struct uprobe_settings settings = { .string_size = 64, .force = is_forced };

	memset(why, 0, sizeof(*why));
	uses->guard = (struct uprobe_guard){ .asked = true };
	return uprobe_uses_add(uses, probe, NULL, &settings, why);
}

static bool has_start(const struct uprobe_uses *uses)
{
	const struct uprobe_places *places = uses->places[0];

	for (uint32_t i = 0; i < places->count; i++)
		if (places->items[i].name && !strcmp(places->items[i].name, "_start"))
			return true;
	return false;
}

/* Of a program's functions one is entered with no return address on the stack. */
static void leaves_out_what_is_not_followed(void **state)
{
	struct uprobe_uses uses = { 0 };
	struct bpfhost_error why;

	(void)state;
	assert_int_equal(add_all(&uses, "/proc/self/exe:* -> void", false, &why), 0);
	assert_true(uses.places[0]->unfollowed > 0);
	assert_false(has_start(&uses));
	uprobe_uses_free(&uses);
	assert_int_equal(add_all(&uses, "/proc/self/exe:* -> void", true, &why), 0);
	assert_int_equal(uses.places[0]->unfollowed, 0);
	assert_true(has_start(&uses));
	uprobe_uses_free(&uses);
	assert_int_equal(add_all(&uses, "/proc/self/exe:*", false, &why), 0);
	assert_true(has_start(&uses));
	uprobe_uses_free(&uses);
}

static void refuses_what_is_not_followed(void **state)
{
	struct uprobe_uses uses = { 0 };
	struct bpfhost_error why;

	(void)state;
	assert_int_equal(add_all(&uses, "/proc/self/exe:_start -> void", false, &why), -ENOTSUP);
	assert_non_null(strstr(why.text, "_start cannot be followed to its return, for it is not "
					 "entered by a call"));
	assert_int_equal(add_all(&uses, "/proc/self/exe:_star? -> void", false, &why), -ENOTSUP);
	assert_int_equal(uses.count, 0);
	assert_int_equal(add_all(&uses, "/proc/self/exe:_start -> void", true, &why), 0);
	assert_int_equal(add_all(&uses, "/proc/self/exe:_start", false, &why), 0);
	uprobe_uses_free(&uses);
}

/* ---- the guard ------------------------------------------------------------------------------------ */

static void *be_filtered(void *ctx)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog filter = { 1, &allow };
	char ok = !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) &&
		  !prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);

	if (write(*(int *)ctx, &ok, 1) == 1)
		pause();
	return NULL;
}

static void *be_plain(void *ctx)
{
	char ok = 1;

	if (write(*(int *)ctx, &ok, 1) == 1)
		pause();
	return NULL;
}

/* A process whose second thread does this; it ends with the test. */
static pid_t start_process(void *(*second)(void *))
{
	int tell[2];
	char ok = 0;
	pid_t pid;

	assert_int_equal(pipe(tell), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		pthread_t thread;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		alarm(50);
		if (!pthread_create(&thread, NULL, second, &tell[1]))
			pthread_join(thread, NULL);
		_exit(1);
	}
	close(tell[1]);
	assert_int_equal(read(tell[0], &ok, 1), 1);
	assert_int_equal(ok, 1);
	close(tell[0]);
	return pid;
}

static void end_process(pid_t pid)
{
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* A call in these processes, on a kernel that kills whoever is under a filter. */
static void check_guard(const uint32_t *pids, uint32_t npids, int wanted, const char *words)
{
	struct uprobe_settings settings = { .pids = pids, .npids = npids, .string_size = 64 };
	struct uprobe_uses uses = { .guard = { .asked = true, .kills = true } };
	struct bpfhost_error why = { 0 };
	int ret = uprobe_uses_add(&uses, "/proc/self/exe:uprobe_test_one -> i32", NULL, &settings,
				  &why);

	if (ret != wanted || !strstr(why.text, words))
		fail_msg("%d: %s", ret, why.text);
	assert_int_equal(uses.count, ret ? 0 : npids);
	memset(&why, 0, sizeof(why));
	assert_int_equal(uprobe_uses_add(&uses, "/proc/self/exe:uprobe_test_one", NULL, &settings,
					 &why),
			 0);
	uprobe_uses_free(&uses);
}

/* A filter is each thread's own, unless it asks for the others. */
static void guards_every_thread(void **state)
{
	pid_t plain, too, filtered;
	char words[64];

	(void)state;
	if (prctl(PR_GET_SECCOMP)) {
		print_message("skipped: everything here is under a filter\n");
		skip();
	}
	plain = start_process(be_plain);
	too = start_process(be_plain);
	filtered = start_process(be_filtered);
	snprintf(words, sizeof(words), "process %d is under a seccomp filter", filtered);
	check_guard((uint32_t[]){ plain }, 1, 0, "");
	check_guard((uint32_t[]){ plain, too }, 2, 0, "");
	check_guard((uint32_t[]){ filtered }, 1, -ENOTSUP, words);
	check_guard((uint32_t[]){ filtered, plain }, 2, -ENOTSUP, words);
	check_guard((uint32_t[]){ plain, too, filtered }, 3, -ENOTSUP, words);
	check_guard(NULL, 0, -ENOTSUP, "give the --pid");
	end_process(plain);
	end_process(too);
	end_process(filtered);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(lays_out_an_entry, setup, teardown),
		cmocka_unit_test_setup_teardown(lays_out_a_call, setup, teardown),
		cmocka_unit_test_setup_teardown(compares_copies, setup, teardown),
		cmocka_unit_test_setup_teardown(leaves_out_what_is_void, setup, teardown),
		cmocka_unit_test_setup_teardown(names_the_functions_of_a_glob, setup, teardown),
		cmocka_unit_test_setup_teardown(shortens_long_names, setup, teardown),
		cmocka_unit_test_setup_teardown(bounds_the_memory_of_calls, setup, teardown),
		cmocka_unit_test_setup_teardown(follows_offsets, setup, teardown),
		cmocka_unit_test_setup_teardown(names_the_nearest_function, setup, teardown),
		cmocka_unit_test_setup_teardown(leaves_out_damaged_symbols, setup, teardown),
		cmocka_unit_test_setup_teardown(refuses_mistakes, setup, teardown),
		cmocka_unit_test(takes_begins_of_instructions),
		cmocka_unit_test(knows_what_lies_at_numbers),
		cmocka_unit_test(tells_what_it_cannot_know),
		cmocka_unit_test(leaves_out_what_lies_inside),
		cmocka_unit_test(forces_what_lies_inside),
		cmocka_unit_test_setup_teardown(adds_a_stack, setup, teardown),
		cmocka_unit_test_setup_teardown(has_one_stack_only, setup, teardown),
		cmocka_unit_test_setup_teardown(has_no_stack_unless_asked, setup, teardown),
		cmocka_unit_test_setup_teardown(knows_presets, setup, teardown),
		cmocka_unit_test_setup_teardown(explains_bad_presets, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(explains_unreadable_presets, make_folder,
						remove_folder),
		cmocka_unit_test_setup_teardown(takes_the_alternative_that_fits, make_folder,
						remove_folder),
		cmocka_unit_test(knows_what_is_not_followed),
		cmocka_unit_test(leaves_out_what_is_not_followed),
		cmocka_unit_test(refuses_what_is_not_followed),
		cmocka_unit_test(guards_every_thread),
	};

	/* Called, so that they are there. */
	if (uprobe_test_one(1, "x", getpid()) == uprobe_test_two(0) || uprobe_in_steps(1) != 2 ||
	    uprobe_test_long_one(1) == uprobe_test_long_two(1))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
