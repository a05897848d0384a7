/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The oracle is the program itself: it is stopped at each function's first instruction, and what
 * lies where the debug information is said to point must be what the program passed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>

#include <bpfhost/dwarf.h>

#include "dwarf_expect.h"
#include "dwarf_fixture.h"

#define BREAKS_MAX 64

struct stop {
	struct fixture_symbol symbol;
	const char *function;
	struct bpfhost_dwarf_function *read;
	long before;
	bool is_hit;
};

struct subject {
	struct bpfhost_dwarf *dwarf;
	struct stop stops[BREAKS_MAX];
	size_t count;
	unsigned int checked;
};

static struct bpfhost_dwarf *open_file(const char *name)
{
	struct bpfhost_dwarf *dwarf = NULL;
	struct bpfhost_error err = { 0 };
	int fd = fixture_open(name);

	assert_true(fd >= 0);
	if (bpfhost_dwarf_open(fd, &dwarf, &err))
		fail_msg("%s: %s", name, err.text);
	close(fd);
	return dwarf;
}

static int fail_open(const char *name, struct bpfhost_error *err)
{
	struct bpfhost_dwarf *dwarf = NULL;
	int fd = fixture_open(name), ret;

	assert_true(fd >= 0);
	ret = bpfhost_dwarf_open(fd, &dwarf, err);
	close(fd);
	bpfhost_dwarf_close(dwarf);
	return ret;
}

static struct bpfhost_dwarf_function *read_function(struct bpfhost_dwarf *dwarf,
						    const char *program, const char *name)
{
	struct bpfhost_dwarf_function *function = NULL;
	struct bpfhost_error err = { 0 };
	struct fixture_symbol symbol;

	assert_true(fixture_find(program, name, &symbol));
	if (bpfhost_dwarf_function(dwarf, symbol.name, symbol.address, &function, &err))
		fail_msg("%s: %s", name, err.text);
	return function;
}

/* ---- values, against a running program ------------------------------------------------------- */

static struct stop *add_stop(struct subject *subject, const char *program, const char *function)
{
	struct stop *stop = &subject->stops[subject->count];
	struct bpfhost_error err = { 0 };

	for (size_t i = 0; i < subject->count; i++)
		if (!strcmp(subject->stops[i].function, function))
			return &subject->stops[i];
	assert_true(subject->count < BREAKS_MAX);
	if (!fixture_find(program, function, &stop->symbol))
		fail_msg("%s has no symbol %s", program, function);
	stop->function = function;
	if (bpfhost_dwarf_function(subject->dwarf, stop->symbol.name, stop->symbol.address,
				   &stop->read, &err))
		fail_msg("%s: %s: %s", program, function, err.text);
	subject->count++;
	return stop;
}

static void check_problem(const struct expect *expect, const char *program, int ret,
			  const struct bpfhost_error *err)
{
	if (!ret || !strstr(err->text, expect->problem))
		fail_msg("%s: %s: %s: %d \"%s\" instead of \"%s\"", program, expect->function,
			 expect->chain, ret, err->text, expect->problem);
}

static void check_text(const struct expect *expect, const char *program, pid_t pid, uint64_t value)
{
	size_t length = strlen(expect->text);
	char text[32] = "";

	if (!fixture_peek(pid, value, text, length + 1) || strncmp(text, expect->text, length + 1))
		fail_msg("%s: %s: %s: \"%s\" instead of \"%s\"", program, expect->function,
			 expect->chain, text, expect->text);
}

static int64_t in_tenths(const char *type, uint64_t value)
{
	double wide;
	float narrow;

	if (!strcmp(type, "f64")) {
		memcpy(&wide, &value, sizeof(wide));
		return (int64_t)(wide * 10);
	}
	if (!strcmp(type, "f32")) {
		memcpy(&narrow, &value, sizeof(narrow));
		return (int64_t)(narrow * 10);
	}
	return (int64_t)value;
}

static void check_value(const struct expect *expect, const char *program, pid_t pid,
			const struct user_regs_struct *registers,
			const struct bpfhost_dwarf_value *found)
{
	char type[24];
	uint64_t value = 0;

	bpfhost_probe_type_format(found->type, type);
	if (strcmp(type, expect->type))
		fail_msg("%s: %s: %s: type %s instead of %s", program, expect->function,
			 expect->chain, type, expect->type);
	if (!fixture_follow(pid, registers, &found->argument, &value))
		fail_msg("%s: %s: %s leads to no memory", program, expect->function, expect->chain);
	if (expect->text)
		check_text(expect, program, pid, value);
	else if (expect->value != INT64_MIN && in_tenths(type, value) != expect->value)
		fail_msg("%s: %s: %s: %lld instead of %lld", program, expect->function,
			 expect->chain, (long long)in_tenths(type, value),
			 (long long)expect->value);
}

static void check_stop(struct subject *subject, const char *program, const struct expect *expects,
		       size_t count, pid_t pid, const struct user_regs_struct *registers,
		       struct stop *stop)
{
	for (size_t i = 0; i < count; i++) {
		struct bpfhost_dwarf_value value;
		struct bpfhost_error err = { 0 };
		int ret;

		if (strcmp(expects[i].function, stop->function))
			continue;
		ret = bpfhost_dwarf_chain(subject->dwarf, stop->read, expects[i].chain, &value,
					  &err);
		subject->checked++;
		if (expects[i].problem)
			check_problem(&expects[i], program, ret, &err);
		else if (ret)
			fail_msg("%s: %s: %s: %s", program, expects[i].function, expects[i].chain,
				 err.text);
		else
			check_value(&expects[i], program, pid, registers, &value);
	}
	stop->is_hit = true;
}

/* Debug information from DEBUG, of PROGRAM as it runs. */
static void check_program(const char *program, const char *debug, const struct expect *expects,
			  size_t count)
{
	struct subject subject = { .dwarf = open_file(debug) };
	struct user_regs_struct registers;
	pid_t pid = fixture_start(program);

	if (pid < 0) {
		print_message("ptrace is not allowed here\n");
		bpfhost_dwarf_close(subject.dwarf);
		skip();
	}
	for (size_t i = 0; i < count; i++)
		add_stop(&subject, program, expects[i].function);
	for (size_t i = 0; i < subject.count; i++)
		subject.stops[i].before = fixture_patch(pid, subject.stops[i].symbol.address, 0xcc);
	while (fixture_run(pid, &registers)) {
		for (size_t i = 0; i < subject.count; i++) {
			struct stop *stop = &subject.stops[i];

			if (stop->symbol.address != registers.rip)
				continue;
			check_stop(&subject, program, expects, count, pid, &registers, stop);
			fixture_unbreak(pid, &registers, stop->before);
		}
	}
	for (size_t i = 0; i < subject.count; i++) {
		if (!subject.stops[i].is_hit)
			fail_msg("%s: %s was not called", program, subject.stops[i].function);
		bpfhost_dwarf_function_free(subject.stops[i].read);
	}
	assert_int_equal(subject.checked, count);
	bpfhost_dwarf_close(subject.dwarf);
}

static void build_c(const char *compiler, const char *options, const char *name)
{
	if (fixture_shell("cd %s && %s -w -no-pie %s -o %s kinds.c hidden.c", fixture_folder,
			  compiler, options, name))
		fail_msg("%s %s failed", compiler, options);
}

static void build_cpp(const char *compiler, const char *options, const char *name)
{
	if (fixture_shell("cd %s && %s -w -std=c++20 -no-pie %s -o %s kinds.cpp", fixture_folder,
			  compiler, options, name))
		fail_msg("%s %s failed", compiler, options);
}

static int copy_sources(void **state)
{
	return fixture_begin(state) || fixture_shell("cp %s/dwarf/* %s", TEST_DATA, fixture_folder);
}

static const char *const levels[] = { "-O0", "-Og", "-O2" };
static const char *const versions[] = { "-gdwarf-4", "-gdwarf-5" };

typedef void (*build_fn)(const char *compiler, const char *options, const char *name);

static void check_compiler(const char *compiler, build_fn build, const struct expect *expects,
			   size_t count)
{
	char options[64], name[64];

	if (!fixture_has(compiler))
		skip();
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		for (size_t j = 0; j < sizeof(versions) / sizeof(versions[0]); j++) {
			snprintf(options, sizeof(options), "%s %s", levels[i], versions[j]);
			snprintf(name, sizeof(name), "%s%s%s", compiler, levels[i], versions[j]);
			build(compiler, options, name);
			check_program(name, name, expects, count);
		}
	}
}

#define C_EXPECTS   c_expects, sizeof(c_expects) / sizeof(c_expects[0])
#define CPP_EXPECTS cpp_expects, sizeof(cpp_expects) / sizeof(cpp_expects[0])

static void test_gcc(void **state)
{
	(void)state;
	check_compiler("gcc", build_c, C_EXPECTS);
}

static void test_clang(void **state)
{
	(void)state;
	check_compiler("clang", build_c, C_EXPECTS);
}

static void test_gpp(void **state)
{
	(void)state;
	check_compiler("g++", build_cpp, CPP_EXPECTS);
}

static void test_clangpp(void **state)
{
	(void)state;
	check_compiler("clang++", build_cpp, CPP_EXPECTS);
}

static void test_type_units(void **state)
{
	(void)state;
	build_c("gcc", "-O0 -gdwarf-4 -fdebug-types-section", "types4");
	check_program("types4", "types4", C_EXPECTS);
	build_c("gcc", "-O0 -gdwarf-5 -fdebug-types-section", "types5");
	check_program("types5", "types5", C_EXPECTS);
	if (!fixture_has("g++"))
		return;
	build_cpp("g++", "-O2 -gdwarf-4 -fdebug-types-section", "types4pp");
	check_program("types4pp", "types4pp", CPP_EXPECTS);
	build_cpp("g++", "-O2 -gdwarf-5 -fdebug-types-section", "types5pp");
	check_program("types5pp", "types5pp", CPP_EXPECTS);
}

static void test_link_time_optimisation(void **state)
{
	(void)state;
	build_c("gcc", "-O2 -g -flto", "lto");
	check_program("lto", "lto", C_EXPECTS);
}

static void test_compressed_and_separate(void **state)
{
	(void)state;
	build_c("gcc", "-O2 -g", "whole");
	assert_int_equal(
		fixture_shell("cd %s && objcopy --compress-debug-sections whole packed && "
			      "objcopy --compress-debug-sections=zlib-gnu whole zpacked && "
			      "objcopy --only-keep-debug whole whole.debug && "
			      "strip -g -o stripped whole",
			      fixture_folder),
		0);
	check_program("whole", "packed", C_EXPECTS);
	check_program("whole", "zpacked", C_EXPECTS);
	check_program("stripped", "whole.debug", C_EXPECTS);
}

/* ---- parameters that the compiler changed ---------------------------------------------------- */

struct changed_value {
	const char *chain;
	int64_t value;
};

static const struct changed_value changed_values[] = { { "gone", 1 },
						       { "pair->b", 30 },
						       { "constant", 40 },
						       { "kept", 50 },
						       { NULL, 0 } };
static const struct changed_value here_values[] = { { "a", 1 },
						    { "b", 2 },
						    { "c", 3 },
						    { NULL, 0 } };
static const struct changed_value split_values[] = { { "e", 5 },
						     { "g", 7 },
						     { "h", 8 },
						     { NULL, 0 } };

/* How many can be read: each of those must be right, each other must say why it cannot. */
static unsigned int check_changed(const char *program, pid_t pid,
				  const struct user_regs_struct *registers,
				  struct bpfhost_dwarf *dwarf, struct bpfhost_dwarf_function *read,
				  const struct changed_value *values)
{
	unsigned int readable = 0;

	for (; values->chain; values++) {
		struct bpfhost_dwarf_value value;
		struct bpfhost_error err = { 0 };
		uint64_t number = 0;

		if (bpfhost_dwarf_chain(dwarf, read, values->chain, &value, &err)) {
			assert_non_null(strstr(err.text, " optimised away") ?:
					strstr(err.text, "taken away by the compiler") ?:
					strstr(err.text, "some compilers split"));
			continue;
		}
		readable++;
		assert_true(fixture_follow(pid, registers, &value.argument, &number));
		if ((int64_t)number != values->value)
			fail_msg("%s: %s is %lld", program, values->chain, (long long)number);
	}
	return readable;
}

static unsigned int run_changed(const char *compiler, const char *options, const char *name,
				const char *function, const struct changed_value *values)
{
	struct bpfhost_dwarf_function *read;
	struct user_regs_struct registers;
	struct fixture_symbol symbol;
	struct bpfhost_dwarf *dwarf;
	unsigned int readable;
	pid_t pid;

	build_c(compiler, options, name);
	dwarf = open_file(name);
	read = read_function(dwarf, name, function);
	assert_true(fixture_find(name, function, &symbol));
	pid = fixture_start(name);
	if (pid < 0)
		skip();
	fixture_patch(pid, symbol.address, 0xcc);
	assert_true(fixture_run(pid, &registers));
	readable = check_changed(name, pid, &registers, dwarf, read, values);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	bpfhost_dwarf_function_free(read);
	bpfhost_dwarf_close(dwarf);
	return readable;
}

static void test_changed_parameters(void **state)
{
	(void)state;
	assert_int_equal(run_changed("gcc", "-O0 -g", "changed0", "changed", changed_values), 4);
	assert_int_equal(run_changed("gcc", "-O2 -g", "changed2", "changed", changed_values), 3);
	assert_int_equal(run_changed("gcc", "-O0 -g", "split0", "split", split_values), 3);
	run_changed("gcc", "-O2 -g", "here2", "reassigned_here", here_values);
	run_changed("gcc", "-Og -g", "hereg", "reassigned_here", here_values);
	if (!fixture_has("clang"))
		return;
	assert_int_equal(run_changed("clang", "-O0 -g", "clanged0", "changed", changed_values), 4);
	assert_int_equal(run_changed("clang", "-O2 -g", "clanged2", "changed", changed_values), 1);
	run_changed("clang", "-O2 -g", "chere2", "reassigned_here", here_values);
	run_changed("clang", "-O0 -g", "csplit0", "split", split_values);
	run_changed("clang", "-O2 -g", "csplit2", "split", split_values);
}

/* ---- what a description says ----------------------------------------------------------------- */

static const struct bpfhost_dwarf_value *parameter(const struct bpfhost_dwarf_function *function,
						   const char *name)
{
	for (uint32_t i = 0; i < function->parameter_count; i++)
		if (!strcmp(function->parameters[i].name, name))
			return &function->parameters[i];
	fail_msg("%s has no parameter %s", function->name, name);
	return NULL;
}

static void check_place(const struct bpfhost_dwarf_function *function, const char *name,
			uint8_t position, int64_t stack)
{
	const struct bpfhost_dwarf_value *value = parameter(function, name);

	assert_int_equal(value->position, position);
	if (!stack)
		return;
	assert_int_equal(value->argument.place, BPFHOST_ARGUMENT_MEMORY);
	assert_int_equal(value->argument.base, 152);
	assert_int_equal(value->argument.index, BPFHOST_ARGUMENT_NOWHERE);
	assert_int_equal(value->argument.offset, stack);
}

/* Written down from the System V ABI. */
static void check_places(struct bpfhost_dwarf *dwarf, const char *program)
{
	struct bpfhost_dwarf_function *function = read_function(dwarf, program, "integers");

	check_place(function, "a", 0, 0);
	check_place(function, "f", 5, 0);
	check_place(function, "g", BPFHOST_DWARF_NO_POSITION, 8);
	check_place(function, "j", BPFHOST_DWARF_NO_POSITION, 32);
	bpfhost_dwarf_function_free(function);

	function = read_function(dwarf, program, "floats");
	check_place(function, "a", BPFHOST_DWARF_NO_POSITION, 0);
	check_place(function, "b", 0, 0);
	check_place(function, "d", 1, 0);
	check_place(function, "j", BPFHOST_DWARF_NO_POSITION, 24);
	bpfhost_dwarf_function_free(function);

	function = read_function(dwarf, program, "structs");
	check_place(function, "b", 1, 0);
	check_place(function, "c", 2, 0);
	check_place(function, "d", 4, 0);
	check_place(function, "e", BPFHOST_DWARF_NO_POSITION, 0);
	check_place(function, "f", 5, 0);
	check_place(function, "g", BPFHOST_DWARF_NO_POSITION, 24);
	bpfhost_dwarf_function_free(function);

	function = read_function(dwarf, program, "returns_large");
	check_place(function, "a", 1, 0);
	assert_int_equal(parameter(function, "a")->argument.base, 104);
	bpfhost_dwarf_function_free(function);
}

static void check_returns(struct bpfhost_dwarf *dwarf, const char *program, const char *name,
			  const char *type, const char *type_name, const char *reason)
{
	struct bpfhost_dwarf_function *function = read_function(dwarf, program, name);
	const struct bpfhost_dwarf_value *value = &function->returns;
	char text[24];

	assert_string_equal(function->name, name);
	assert_string_equal(bpfhost_probe_type_format(value->type, text), type);
	assert_string_equal(value->type_name, type_name);
	assert_string_equal(value->name, "");
	assert_int_equal(value->argument.place, reason || !strcmp(type, "void")
							? BPFHOST_ARGUMENT_UNKNOWN
							: BPFHOST_ARGUMENT_REGISTER);
	assert_int_equal(value->argument.base, value->argument.place ? 80 : 0);
	if (reason)
		assert_string_equal(value->reason, reason);
	else
		assert_null(value->reason);
	bpfhost_dwarf_function_free(function);
}

static void test_places_and_returns(void **state)
{
	struct bpfhost_dwarf *dwarf;

	(void)state;
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		char options[32];

		snprintf(options, sizeof(options), "-g %s", levels[i]);
		build_c("gcc", options, "places");
		dwarf = open_file("places");
		check_places(dwarf, "places");
		check_returns(dwarf, "places", "handle_request", "str", "const char *", NULL);
		check_returns(dwarf, "places", "returns_bool", "bool", "_Bool", NULL);
		check_returns(dwarf, "places", "returns_level", "i32", "enum level", NULL);
		check_returns(dwarf, "places", "integers", "void", "void", NULL);
		check_returns(dwarf, "places", "returns_double", "f64", "double",
			      "is in a vector register");
		check_returns(dwarf, "places", "returns_two", "", "struct two",
			      "is a struct, not a plain value");
		bpfhost_dwarf_close(dwarf);
	}
}

static void check_enumerators(const struct bpfhost_dwarf_value *value, uint32_t count,
			      uint32_t index, const char *name, int64_t number)
{
	assert_int_equal(value->enumerator_count, count);
	assert_string_equal(value->enumerators[index].name, name);
	assert_int_equal(value->enumerators[index].value, number);
}

static void test_names_and_enumerators(void **state)
{
	static const char *const compilers[] = { "gcc", "clang" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct bpfhost_dwarf_function *function;
		struct bpfhost_dwarf_value value;
		struct bpfhost_dwarf *dwarf;

		if (!fixture_has(compilers[i]))
			continue;
		build_c(compilers[i], "-g -O0", "names");
		dwarf = open_file("names");
		function = read_function(dwarf, "names", "shapes");
		check_enumerators(parameter(function, "e"), 3, 2, "BLUE", 200);
		check_enumerators(parameter(function, "f"), 2, 0, "LOW", -1);
		assert_null(parameter(function, "a")->enumerators);
		assert_string_equal(parameter(function, "a")->type_name, "char *");
		assert_string_equal(parameter(function, "b")->type_name, "int[4] *");
		assert_string_equal(parameter(function, "c")->type_name, "int (*)()");
		assert_string_equal(parameter(function, "d")->type_name, "void *");
		assert_string_equal(parameter(function, "e")->type_name, "enum color");
		assert_false(function->is_variadic);
		bpfhost_dwarf_function_free(function);

		function = read_function(dwarf, "names", "sum");
		assert_true(function->is_variadic);
		assert_int_equal(function->parameter_count, 1);
		bpfhost_dwarf_function_free(function);

		function = read_function(dwarf, "names", "handle_request");
		assert_false(bpfhost_dwarf_chain(dwarf, function, "request->level", &value, NULL));
		assert_string_equal(value.name, "level");
		check_enumerators(&value, 2, 1, "HIGH", 7);
		assert_int_equal(value.size, 4);
		assert_int_equal(value.argument.hops, 1);
		bpfhost_dwarf_function_free(function);
		bpfhost_dwarf_close(dwarf);
	}
}

/* GCC names those of a pack "args#0", "args#1", or not at all; clang calls all of them "args". */
static void test_pack(void **state)
{
	static const char *const compilers[] = { "g++", "clang++" };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct bpfhost_dwarf_function *function;
		struct bpfhost_dwarf *dwarf;

		if (!fixture_has(compilers[i % 2]))
			continue;
		build_cpp(compilers[i % 2], i < 2 ? "-g -O0" : "-g -O2", "pack");
		dwarf = open_file("pack");
		function = read_function(dwarf, "pack", "_Z4pack");
		assert_int_equal(function->parameter_count, 2);
		assert_int_equal(function->parameters[0].position, 0);
		assert_int_equal(function->parameters[1].position, 1);
		assert_int_equal(function->parameters[1].type.kind, BPFHOST_PROBE_TYPE_I64);
		if (strcmp(function->parameters[0].name, "arg1")) {
			assert_string_equal(function->parameters[0].name, "args");
			assert_string_equal(function->parameters[1].name, "args_2");
		} else {
			assert_string_equal(function->parameters[1].name, "arg2");
		}
		bpfhost_dwarf_function_free(function);
		bpfhost_dwarf_close(dwarf);
	}
}

/* ---- what is refused ------------------------------------------------------------------------- */

static void test_refused(void **state)
{
	struct bpfhost_error err = { 0 };

	(void)state;
	assert_int_equal(fixture_shell("cd %s && echo int x\\; > tiny.c && gcc -g -c tiny.c && "
				       "echo text > text && : > empty && gcc -w -o bare hidden.c "
				       "-shared -fPIC && head -c 600 bare > cut",
				       fixture_folder),
			 0);
	assert_int_equal(fail_open("tiny.o", &err), -ENOTSUP);
	assert_string_equal(err.text, "it is an object file that is not linked yet");
	assert_int_equal(fail_open("text", &err), -ENOEXEC);
	assert_string_equal(err.text, "it is no ELF file");
	assert_int_equal(fail_open("empty", &err), -ENOEXEC);
	assert_int_equal(fail_open("cut", &err), -ENOENT);
	assert_int_equal(fail_open("bare", &err), -ENOENT);
	assert_string_equal(err.text, "it has no debug information");
	assert_int_equal(fail_open(".", &err), -ENOEXEC);
	assert_int_equal(fail_open("bare", NULL), -ENOENT);
	bpfhost_dwarf_close(NULL);
	bpfhost_dwarf_function_free(NULL);
}

static void test_no_function(void **state)
{
	struct bpfhost_dwarf_function *function = NULL;
	struct bpfhost_error err = { 0 };
	struct fixture_symbol symbol;
	struct bpfhost_dwarf *dwarf;

	(void)state;
	build_c("gcc", "-g -O0", "none");
	dwarf = open_file("none");
	assert_true(fixture_find("none", "integers", &symbol));
	assert_int_equal(bpfhost_dwarf_function(dwarf, "integers", symbol.address + 1, &function,
						&err),
			 -ENOENT);
	assert_non_null(strstr(err.text, "there is no debug information for \"integers\""));
	assert_int_equal(bpfhost_dwarf_function(dwarf, NULL, 16, &function, &err), -ENOENT);
	assert_int_equal(bpfhost_dwarf_function(dwarf, NULL, UINT64_MAX, &function, NULL), -ENOENT);
	assert_null(function);
	bpfhost_dwarf_close(dwarf);
}

static void test_split(void **state)
{
	struct bpfhost_dwarf_function *function = NULL;
	struct bpfhost_error err = { 0 };
	struct fixture_symbol symbol;
	struct bpfhost_dwarf *dwarf;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		char options[64];

		snprintf(options, sizeof(options), "-O0 %s -gsplit-dwarf", versions[i]);
		build_c("gcc", options, "split");
		dwarf = open_file("split");
		assert_true(fixture_find("split", "integers", &symbol));
		assert_int_equal(bpfhost_dwarf_function(dwarf, symbol.name, symbol.address,
							&function, &err),
				 -ENOENT);
		assert_string_equal(err.text, "the debug information of \"integers\" lies in a "
					      ".dwo file, which is not read");
		bpfhost_dwarf_close(dwarf);
	}
}

/* The other file is there, and its first entry would do as a type. */
static void test_shared(void **state)
{
	struct bpfhost_dwarf_function *function;
	struct bpfhost_dwarf *dwarf;

	(void)state;
	assert_int_equal(
		fixture_shell("cd %s && echo 'int other;' > other.c && "
			      "gcc -g -gdwarf-4 -shared -fPIC -o other other.c && "
			      "type=$(readelf --debug-dump=info other | "
			      "sed -n 's/.*<1><\\([0-9a-f]*\\)>.*DW_TAG_base.*/0x\\1/p') && "
			      "as --defsym SHARED_TYPE=$type -o shared.o shared.s && "
			      "ld -o plain shared.o && "
			      "printf '%s/other\\0abcdefghijklmnopqrst' > link && "
			      "objcopy --add-section .gnu_debugaltlink=link plain shared",
			      fixture_folder, fixture_folder),
		0);
	dwarf = open_file("shared");
	function = read_function(dwarf, "shared", "_start");
	assert_int_equal(function->parameter_count, 2);
	assert_string_equal(function->parameters[0].name, "elsewhere");
	assert_int_equal(function->parameters[0].type.kind, BPFHOST_PROBE_TYPE_NONE);
	assert_string_equal(function->parameters[0].reason, "has a type that is not in this file");
	assert_string_equal(function->parameters[1].name, "arg2");
	assert_int_equal(function->parameters[1].type.kind, BPFHOST_PROBE_TYPE_I32);
	assert_string_equal(function->parameters[1].reason,
			    "lies behind a parameter whose type is not in this file");
	bpfhost_dwarf_function_free(function);
	bpfhost_dwarf_close(dwarf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gcc),
		cmocka_unit_test(test_clang),
		cmocka_unit_test(test_gpp),
		cmocka_unit_test(test_clangpp),
		cmocka_unit_test(test_type_units),
		cmocka_unit_test(test_link_time_optimisation),
		cmocka_unit_test(test_compressed_and_separate),
		cmocka_unit_test(test_changed_parameters),
		cmocka_unit_test(test_places_and_returns),
		cmocka_unit_test(test_names_and_enumerators),
		cmocka_unit_test(test_pack),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_no_function),
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_shared),
	};

	return cmocka_run_group_tests(tests, copy_sources, fixture_end) ? 1 : 0;
}
