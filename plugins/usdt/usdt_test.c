/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The plugin on a fake host. Its target is this very program, which has a few static probes, written out
 * as <sys/sdt.h> would write them. What must be loaded into the kernel is skipped without the privilege
 * for it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <dirent.h>
#include <elf.h>
#include <errno.h>

#include <bpfhost/argument.h>
#include <bpfhost/fakehost.h>

#include "catalogue.h"
#include "glob.h"
#include "places.h"
#include "use.h"

#define SELF "/proc/self/exe"

extern const struct bpfhost_plugin bpfhost_plugin;

#define SITE(provider, name, arguments) SITE_ON("nop", provider, name, arguments)
#define SITE_ON(instruction, provider, name, arguments)                                            \
	__asm__ volatile("990:	" instruction "\n"                                                 \
			 "	.pushsection .note.stapsdt,\"\",%note\n"                                \
			 "	.balign 4\n"                                                            \
			 "	.4byte 992f-991f, 994f-993f, 3\n"                                       \
			 "991:	.asciz \"stapsdt\"\n"                                               \
			 "992:	.balign 4\n"                                                        \
			 "993:	.8byte 990b, 0, 0\n"                                                \
			 "	.asciz \"" provider "\"\n"                                         \
			 "	.asciz \"" name "\"\n"                                             \
			 "	.asciz \"" arguments "\"\n"                                        \
			 "994:	.balign 4\n"                                                        \
			 "	.popsection\n")

#if defined(__x86_64__)
#define REGISTER_8 "8@%rdi"
#define REGISTER_4 "-4@%edi"
#else
#define REGISTER_8 "8@x0"
#define REGISTER_4 "-4@x0"
#endif

/* Kept as one, so that each site stands once in the file. */
static __attribute__((noinline)) void hit_all(void)
{
	SITE("tst", "plain", "-4@$-7 8@$9 1@$3");
	SITE("tst", "twice", "-4@$1");
	SITE("tst", "twice", "8@$2");
	SITE("tst", "odd", "8@$1 4@nonsense((");
	SITE("tst", "pointer", "8@%nowhere");
	SITE("other", "plain", "4@$1");
	SITE("python", "gc__start", "-4@$2");
	SITE("tst", "register", REGISTER_8 " " REGISTER_4);
}

/* Ten bytes that do nothing, with a prefix for which the kernel takes no breakpoint. Never called. */
#if defined(__x86_64__)
#define REFUSED_NOP ".byte 0x66, 0x2e, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0"

static __attribute__((noinline, used)) void hit_none(void)
{
	SITE_ON(REFUSED_NOP, "tst", "half", "-4@$1");
	SITE("tst", "half", "-4@$2");
	SITE_ON(REFUSED_NOP, "tst", "never", "");
}
#endif

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

static const struct bpfhost_schema *schema_of(struct fakehost *host, const char *event,
					      uint32_t nfields)
{
	const struct bpfhost_schema *schema = fakehost_schema(host, event);

	assert_non_null(schema);
	assert_int_equal(schema->nfields, nfields);
	return schema;
}

static void assert_field(const struct bpfhost_schema *schema, uint32_t index, const char *name,
			 enum bpfhost_kind kind, uint32_t size)
{
	const struct bpfhost_schema_field *field = &bpfhost_schema_fields(schema)[index];

	assert_string_equal(bpfhost_schema_string(schema, field->name), name);
	assert_int_equal(field->kind, kind);
	assert_int_equal(field->size, size);
}

/* ---- fields --------------------------------------------------------------------------------------- */

static void shows_numbers_by_default(void **state)
{
	const struct bpfhost_schema *schema;

	start(*state, SELF ":tst:plain");
	schema = schema_of(*state, "tst:plain", 3);
	assert_field(schema, 0, "arg0", BPFHOST_INT, 4);
	assert_field(schema, 1, "arg1", BPFHOST_UINT, 8);
	assert_field(schema, 2, "arg2", BPFHOST_UINT, 1);
	assert_int_equal(fakehost_count(*state, FAKEHOST_PLAN), 1);
	assert_non_null(strstr(fakehost_text(*state, FAKEHOST_PLAN, 0), "tst:plain (" SELF));
}

static void shows_text_behind_pointers(void **state)
{
	const struct bpfhost_schema *schema;

	start(*state, SELF ":register");
	schema = schema_of(*state, "tst:register", 3);
	assert_field(schema, 0, "arg0", BPFHOST_UINT, 8);
	assert_field(schema, 1, "arg0_text", BPFHOST_STRING, BPFHOST_ARGUMENT_TEXT_SIZE);
	assert_field(schema, 2, "arg1", BPFHOST_INT, 4);
}

static void takes_names_and_types(void **state)
{
	const struct bpfhost_schema *schema;

	start(*state, SELF ":tst:plain(a: x32, name: str[32])");
	schema = schema_of(*state, "tst:plain", 2);
	assert_field(schema, 0, "a", BPFHOST_HEX, 4);
	assert_field(schema, 1, "name", BPFHOST_STRING, 32);
}

static void takes_no_fields(void **state)
{
	start(*state, SELF ":tst:plain()");
	schema_of(*state, "tst:plain", 0);
}

static void takes_names_from_the_catalogue(void **state)
{
	start(*state, SELF ":python:gc__start");
	assert_field(schema_of(*state, "python:gc__start", 1), 0, "generation", BPFHOST_INT, 4);
}

/* One is 4 bytes with a sign, the other 8 without. */
static void widens_what_sites_do_not_agree_on(void **state)
{
	start(*state, SELF ":twice");
	assert_field(schema_of(*state, "tst:twice", 1), 0, "arg0", BPFHOST_INT, 8);
	assert_int_equal(fakehost_count(*state, FAKEHOST_PLAN), 2);
	assert_int_equal(fakehost_count(*state, FAKEHOST_SCHEMA), 1);
}

static void names_what_cannot_be_read(void **state)
{
	const struct bpfhost_schema *schema;
	const struct bpfhost_schema_field *field;

	start(*state, SELF ":odd");
	schema = schema_of(*state, "tst:odd", 2);
	assert_field(schema, 0, "arg0", BPFHOST_UINT, 8);
	assert_field(schema, 1, "arg1", BPFHOST_ENUM, 8);
	field = &bpfhost_schema_fields(schema)[1];
	assert_int_equal(field->nnames, 1);
	assert_string_equal(bpfhost_schema_string(schema,
						  bpfhost_schema_names(schema)[field->names].name),
			    "4@nonsense((");
}

#define MANY_TEXTS 20

/* Shown is never the text of another site. */
static void tells_texts_apart_while_there_is_room(void **state)
{
	static const struct bpfhost_usdt_site site = { .provider = "tst", .name = "texts" };
	struct bpfhost_usdt_argument arguments[BPFHOST_ARGUMENTS_MAX];
	struct usdt_places places;
	char text[24];

	(void)state;
	assert_int_equal(usdt_places_begin(&places, MANY_TEXTS), 0);
	for (int i = 0; i < MANY_TEXTS; i++) {
		snprintf(text, sizeof(text), "8@nonsense%d((", i);
		assert_int_equal(bpfhost_usdt_arguments(text, EM_X86_64, arguments), 1);
		usdt_places_add(&places, &site, arguments, 1);
	}
	usdt_places_settle(&places);
	for (uint32_t i = 0; i < MANY_TEXTS; i++) {
		const char *shown = places.columns[0].texts[places.rows[i].cells[0].label];

		snprintf(text, sizeof(text), "8@nonsense%u((", i);
		if (i < USDT_UNREADABLE_MAX - 1)
			assert_string_equal(shown, text);
		else
			assert_string_equal(shown, "(cannot be read)");
	}
	usdt_places_free(&places);
}

#if defined(__x86_64__)
static void leaves_out_sites_that_take_no_probe(void **state)
{
	uint32_t told = 0;

	start(*state, SELF ":half");
	assert_int_equal(fakehost_count(*state, FAKEHOST_PLAN), 1);
	for (uint32_t i = 0; i < fakehost_count(*state, FAKEHOST_LOG); i++)
		told += strstr(fakehost_text(*state, FAKEHOST_LOG, i), "at 1 of its 2 sites") !=
			NULL;
	assert_int_equal(told, 1);
}
#endif

/* ---- which probes --------------------------------------------------------------------------------- */

static void takes_globs(void **state)
{
	start(*state, SELF ":t*:p*");
	assert_int_equal(fakehost_count(*state, FAKEHOST_PLAN), 2);
	schema_of(*state, "tst:plain", 3);
	schema_of(*state, "tst:pointer", 1);
}

static void leaves_out_what_does_not_fit_a_glob(void **state)
{
	start(*state, SELF ":*:plain(a, b)");
	assert_int_equal(fakehost_count(*state, FAKEHOST_PLAN), 1);
	schema_of(*state, "tst:plain", 2);
}

static void matches_globs(void **state)
{
	(void)state;
	assert_true(usdt_glob_match("*", ""));
	assert_true(usdt_glob_match("a*b*c", "axxbxxbc"));
	assert_true(usdt_glob_match("?b*", "ab"));
	assert_false(usdt_glob_match("a*b", "abc"));
	assert_false(usdt_glob_match("?", ""));
	assert_false(usdt_glob_match("ab", "abc"));
}

static const struct {
	const char *probe;
	const char *words;
} mistakes[] = {
	{ SELF ":tst:plane", "did you mean \"tst:plain\"?" },
	{ SELF ":tst:pointr", "did you mean \"tst:pointer\"?" },
	{ SELF ":plain", "several providers" },
	{ SELF ":tst:plain(a, b, c, d)", "it has 3 arguments, and 4 are named" },
	{ SELF ":tst:plain -> i32", "leave out the \"->\"" },
	{ SELF ":tst:plain(a->b)", "no places and members" },
	{ SELF ":tst:plain(a, a)", "named twice" },
	{ SELF ":tst:plain(a: str)", "4 bytes" },
	{ SELF ":tst:plain if arg3 == 1", "arg" },
	{ SELF ":tst:register if arg0_text == \"x\"", "--filter does" },
	{ SELF, "target:provider:name" },
	{ SELF ":a:b:c", "target:provider:name" },
	{ "/opt/a:b/app:name", "a path that holds ':' is quoted, as in \"/opt/a:b\":name" },
	{ "\"/opt/my app\":provider:name", "there is no file \"/opt/my app\"" },
#if defined(__x86_64__)
	{ SELF ":never", "takes no probe at any site" },
#endif
	{ "/bin/sh:x", "has no static probes" },
	{ "/nonexistent/file:x", "/nonexistent/file" },
};

static void explains_mistakes(void **state)
{
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		struct fakehost *host = fakehost_new(&bpfhost_plugin);

		(void)state;
		assert_int_equal(fakehost_set(host, "probes", mistakes[i].probe), 0);
		assert_int_equal(fakehost_load(host), -EINVAL);
		if (!strstr(fakehost_error(host), mistakes[i].words))
			fail_msg("%s: %s", mistakes[i].probe, fakehost_error(host));
		fakehost_detach(host);
		fakehost_free(host);
	}
}

/* ---- catalogues ----------------------------------------------------------------------------------- */

static int read_text(const char *text, struct usdt_catalogue **ret_catalogue,
		     struct bpfhost_error *err)
{
	int ret = usdt_catalogue_new(ret_catalogue);

	assert_int_equal(ret, 0);
	ret = usdt_catalogue_text(*ret_catalogue, "x", text, strlen(text), err);
	usdt_catalogue_sort(*ret_catalogue);
	return ret;
}

static void later_lines_hold(void **state)
{
	const char *text = "# a remark\n\na:b(one)\nc:d()\r\n  a:b(two: str) \nnoisy  e:*f\na:a(x)";
	struct usdt_catalogue *catalogue;
	struct bpfhost_error why = { 0 };

	(void)state;
	if (read_text(text, &catalogue, &why))
		fail_msg("%s", why.text);
	assert_string_equal(usdt_catalogue_find(catalogue, "a", "b")->params[0].name, "two");
	assert_int_equal(usdt_catalogue_find(catalogue, "c", "d")->param_count, 0);
	assert_non_null(usdt_catalogue_find(catalogue, "a", "a"));
	assert_null(usdt_catalogue_find(catalogue, "a", "c"));
	assert_true(usdt_catalogue_is_noisy(catalogue, "e", "xf"));
	assert_false(usdt_catalogue_is_noisy(catalogue, "e", "fx"));
	usdt_catalogue_free(catalogue);
}

static void names_the_line_of_a_mistake(void **state)
{
	static const char *const wrong[] = {
		"a:b(x: u7)", "a:b(x) -> i32", "a:b(x) if x",  "a:b",     "b(x)",
		"t:a:b(x)",   "a:*(x)",        "noisy a:b(x)", "noisy a", "a:b(x@4)",
	};
	struct usdt_catalogue *catalogue;
	struct bpfhost_error why;
	char text[128];

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		snprintf(text, sizeof(text), "\n# \n%s\n", wrong[i]);
		memset(&why, 0, sizeof(why));
		assert_int_equal(read_text(text, &catalogue, &why), -EINVAL);
		if (strncmp(why.text, "x:3: ", 5) != 0)
			fail_msg("%s: %s", wrong[i], why.text);
		usdt_catalogue_free(catalogue);
	}
}

static const struct bpfhost_probe *find_first_of(const struct usdt_catalogue *shipped,
						 const char *path)
{
	char provider[64], name[64], line[512];
	const struct bpfhost_probe *found = NULL;
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	while (!found && fgets(line, sizeof(line), file))
		if (line[0] != '#' && sscanf(line, "%63[^:]:%63[^(]", provider, name) == 2)
			found = usdt_catalogue_find(shipped, provider, name);
	fclose(file);
	return found;
}

/* Every file of usdt.d is built in, too. */
static void ships_the_whole_folder(void **state)
{
	struct usdt_catalogue *shipped;
	struct bpfhost_error why = { 0 };
	struct dirent *entry;
	char path[512];
	int files = 0;
	DIR *folder = opendir("usdt.d");

	(void)state;
	assert_non_null(folder);
	assert_int_equal(usdt_catalogue_new(&shipped), 0);
	if (usdt_catalogue_shipped(shipped, &why))
		fail_msg("%s", why.text);
	usdt_catalogue_sort(shipped);
	while ((entry = readdir(folder))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "usdt.d/%.200s", entry->d_name);
		if (!find_first_of(shipped, path))
			fail_msg("%s is not built in", path);
		files++;
	}
	assert_true(files >= 6);
	closedir(folder);
	usdt_catalogue_free(shipped);
}

static void prefers_a_catalogue_that_was_given(void **state)
{
	char path[] = "/var/tmp/usdt_test.XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_true(dprintf(fd, "python:gc__start(gen: x8)\n") > 0);
	close(fd);
	assert_int_equal(fakehost_set(*state, "catalogue", path), 0);
	start(*state, SELF ":gc__start");
	assert_field(schema_of(*state, "python:gc__start", 1), 0, "gen", BPFHOST_HEX, 1);
	unlink(path);
}

static void tells_of_a_missing_catalogue(void **state)
{
	assert_int_equal(fakehost_set(*state, "catalogue", "/nonexistent/c"), 0);
	assert_int_equal(fakehost_set(*state, "probes", SELF ":tst:plain"), 0);
	assert_int_equal(fakehost_load(*state), -EINVAL);
	assert_non_null(strstr(fakehost_error(*state), "/nonexistent/c: No such file"));
}

/* ---- all together --------------------------------------------------------------------------------- */

/* This process has it mapped, and it alone is looked at. */
static void finds_probes_by_itself(void **state)
{
	struct bpfhost_filter_values *filter = fakehost_filter(*state);

	filter->pids[filter->npids++] = (uint32_t)getpid();
	assert_int_equal(fakehost_load(*state), 0);
	assert_int_equal(fakehost_attach(*state), 0);
	schema_of(*state, "tst:plain", 3);
	schema_of(*state, "python:gc__start", 1);
	assert_null(fakehost_schema(*state, "python:line"));
	assert_int_equal(fakehost_sums(*state).timer_ns, 0);
}

static void stops_at_the_limit(void **state)
{
	struct bpfhost_filter_values *filter = fakehost_filter(*state);

	filter->pids[filter->npids++] = (uint32_t)getpid();
	assert_int_equal(fakehost_set(*state, "limit", "3"), 0);
	assert_int_equal(fakehost_load(*state), 0);
	assert_int_equal(fakehost_attach(*state), 0);
	assert_int_equal(fakehost_count(*state, FAKEHOST_PLAN), 3);
}

/* Kernels that cannot attach to one process alone attach to all, so the programs have to know. */
static void means_one_process_by_its_number(void **state)
{
	struct usdt_uses uses = { 0 };
	struct usdt_settings settings = { .self = fakehost_instance(*state), .string_size = 64 };
	struct usdt_catalogue *catalogue;
	struct bpfhost_error why = { 0 };
	char probe[64];

	assert_int_equal(usdt_catalogue_new(&catalogue), 0);
	settings.catalogue = catalogue;
	snprintf(probe, sizeof(probe), "pid:%d:tst:plain", getpid());
	if (usdt_uses_add(&uses, probe, &settings, &why))
		fail_msg("%s", why.text);
	assert_int_equal(uses.nlayouts, 1);
	assert_int_equal(uses.layouts[0].config.pid, getpid());
	assert_int_equal(uses.items[0].pid, getpid());
	usdt_uses_free(&uses);
	usdt_catalogue_free(catalogue);
}

/* How much a stack takes is fixed with all other sizes, and its place differs from probe to probe. */
static void makes_no_room_for_stacks(void **state)
{
	struct bpfhost_instance *self = fakehost_instance(*state);
	const struct bpfhost_argument_plan plan = {
		.type = BPFHOST_TYPE_RUNTIME + 100,
		.event = "tst:stack",
		.stack = { .user = 4 },
	};
	struct bpfhost_argument_layout layout;

	start(*state, SELF ":tst:plain");
	assert_int_equal(bpfhost_arguments_lay_out(&plan, &layout, NULL), 0);
	assert_false(bpfhost_arguments_fit(&layout, 64));
	assert_int_equal(bpfhost_arguments_make_room(self, 10, 64), 0);
	assert_int_equal(bpfhost_arguments_configure(self, &layout, 1, 1), 0);
	assert_int_equal(bpfhost_arguments_make_room(self, 10, 64), -EINVAL);
	assert_non_null(strstr(fakehost_error(*state), "stack"));
	bpfhost_argument_layout_clear(&layout);
}

static void refuses_a_process_that_is_left_out(void **state)
{
	struct bpfhost_filter_values *filter = fakehost_filter(*state);
	char probe[64];

	filter->pids[filter->npids++] = (uint32_t)getppid();
	snprintf(probe, sizeof(probe), "pid:%d:tst:plain", getpid());
	assert_int_equal(fakehost_set(*state, "probes", probe), 0);
	assert_int_equal(fakehost_load(*state), -EINVAL);
	assert_non_null(strstr(fakehost_error(*state), "which --pid leaves out"));
}

static void leaves_nothing_after_a_failed_load(void **state)
{
	assert_int_equal(fakehost_set(*state, "probes", SELF ":tst:*"), 0);
	fakehost_break(*state, FAKEHOST_CALL_SCHEMA, 1, -ENOMEM);
	assert_int_equal(fakehost_load(*state), -ENOMEM);
}

/* What one file has too much of is no reason to look at no other. */
static void goes_on_below_the_limit(void **state)
{
	struct fakehost *all = fakehost_new(&bpfhost_plugin);
	struct bpfhost_filter_values *filter = fakehost_filter(*state);
	uint32_t own;
	char limit[16];

	start(all, SELF ":*:*");
	own = fakehost_count(all, FAKEHOST_PLAN);
	fakehost_detach(all);
	fakehost_free(all);
	/* Room for all but "twice", which comes last and wants two places; then one is left. */
	snprintf(limit, sizeof(limit), "%u", own - 1);
	filter->pids[filter->npids++] = (uint32_t)getpid();
	assert_int_equal(fakehost_set(*state, "limit", limit), 0);
	assert_int_equal(fakehost_load(*state), 0);
	assert_int_equal(fakehost_attach(*state), 0);
	assert_null(fakehost_schema(*state, "tst:twice"));
	if (!system("readelf -n $(ldconfig -p | sed -n 's/.*libc.so.6.* //p') 2>/dev/null | "
		    "grep -q 'Provider: libc$'"))
		assert_int_equal(fakehost_count(*state, FAKEHOST_PLAN), own - 1);
}

static bool may_load(int err, const struct fakehost *host)
{
	if (err == -EPERM || err == -EACCES) {
		print_message("skipped: no privilege to load BPF programs\n");
		return false;
	}
	if (err)
		fail_msg("%s", fakehost_error(host));
	return true;
}

/* What is attached to is the file that was read, though its path leads elsewhere by then. */
static void attaches_to_the_file_that_was_read(void **state)
{
	struct fakehost *host = *state;
	char folder[] = "/var/tmp/usdt_test.XXXXXX", command[256], probe[128];

	assert_non_null(mkdtemp(folder));
	snprintf(command, sizeof(command), "cp /proc/$PPID/exe %s/copy", folder);
	assert_int_equal(system(command), 0);
	snprintf(probe, sizeof(probe), "%s/copy:tst:twice", folder);
	fakehost_live(host);
	assert_int_equal(fakehost_set(host, "probes", probe), 0);
	if (may_load(fakehost_load(host), host)) {
		snprintf(command, sizeof(command), "cd %s && : >other && mv other copy", folder);
		assert_int_equal(system(command), 0);
		if (fakehost_attach(host))
			fail_msg("%s", fakehost_error(host));
		assert_int_equal(fakehost_sums(host).attached, 2);
	}
	snprintf(command, sizeof(command), "rm -r %s", folder);
	assert_int_equal(system(command), 0);
}

static int64_t value_of(struct fakehost *host, uint32_t index, uint32_t field)
{
	uint32_t size;
	const char *record = fakehost_bytes(host, FAKEHOST_RECORD, index, &size);
	int64_t value;

	assert_true(size >= sizeof(struct bpfhost_event) + (field + 1) * sizeof(value));
	memcpy(&value, record + sizeof(struct bpfhost_event) + field * sizeof(value),
	       sizeof(value));
	return value;
}

static void counts_hits(void **state)
{
	struct bpfhost_filter_values *filter = fakehost_filter(*state);
	struct fakehost *host = *state;

	filter->pids[filter->npids++] = (uint32_t)getpid();
	fakehost_live(host);
	assert_int_equal(fakehost_set(host, "probes", SELF ":tst:twice"), 0);
	if (!may_load(fakehost_load(host) ?: fakehost_attach(host), host))
		skip();
	assert_int_equal(fakehost_sums(host).attached, 2);
	for (int i = 0; i < 1000; i++)
		hit_all();
	assert_int_equal(fakehost_await(host, 2000, 5000), 0);
	assert_int_equal(fakehost_detach(host), 0);
	hit_all();
	assert_int_equal(fakehost_count(host, FAKEHOST_RECORD), 2000);
	assert_int_equal(fakehost_count(host, FAKEHOST_BREACH), 0);
	assert_int_equal(value_of(host, 0, 0) + value_of(host, 1, 0), 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(shows_numbers_by_default),
		TEST(shows_text_behind_pointers),
		TEST(takes_names_and_types),
		TEST(takes_no_fields),
		TEST(takes_names_from_the_catalogue),
		TEST(widens_what_sites_do_not_agree_on),
		TEST(names_what_cannot_be_read),
		cmocka_unit_test(tells_texts_apart_while_there_is_room),
#if defined(__x86_64__)
		TEST(leaves_out_sites_that_take_no_probe),
#endif
		TEST(takes_globs),
		TEST(leaves_out_what_does_not_fit_a_glob),
		cmocka_unit_test(matches_globs),
		cmocka_unit_test(explains_mistakes),
		cmocka_unit_test(later_lines_hold),
		cmocka_unit_test(names_the_line_of_a_mistake),
		cmocka_unit_test(ships_the_whole_folder),
		TEST(prefers_a_catalogue_that_was_given),
		TEST(tells_of_a_missing_catalogue),
		TEST(finds_probes_by_itself),
		TEST(stops_at_the_limit),
		TEST(goes_on_below_the_limit),
		TEST(means_one_process_by_its_number),
		TEST(makes_no_room_for_stacks),
		TEST(refuses_a_process_that_is_left_out),
		TEST(leaves_nothing_after_a_failed_load),
		TEST(attaches_to_the_file_that_was_read),
		TEST(counts_hits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
