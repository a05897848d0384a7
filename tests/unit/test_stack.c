/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Frames to text, over files that the compiler builds; where things lie in them is nm's and readelf's word. */
#include "elf_fixture.h"

#include <inttypes.h>
#include <sys/types.h>

#include "stack/private.h"

#define FRAMES_MAX 64

static const char program[] =
	"__attribute__((noreturn, noinline)) void stops(void) { for (;;) __asm__(\"\"); }\n"
	"int named(int x) { return x + 1; }\n"
	"int mangled(int x) __asm__(\"_ZN2ns5outerINS_4someEE4callEiPKc\");\n"
	"int mangled(int x) { return x + 2; }\n"
	"int rust(int x) __asm__(\"_RNvCs15kBYyAo9fc_7mycrate7example\");\n"
	"int rust(int x) { return x + 3; }\n"
	"int odd(int x) __asm__(\"\\\"odd;name\\\"\");\n"
	"int odd(int x) { return x + 4; }\n"
	"int main(void) { return named(1) + mangled(1) + rust(1) + odd(1); }\n";

/* One file, and what frames in it need. */
struct subject {
	const struct fixture *fixture;
	const char *name;
	struct bpfhost_stacks *stacks;
	struct bpfhost_elf *elf;
	uint8_t build_id[BPFHOST_STACK_BUILD_ID];
};

/* A stack with room for FRAMES_MAX of both. */
struct taken {
	uint64_t words[(sizeof(struct bpfhost_stack) +
			FRAMES_MAX * (sizeof(struct bpfhost_stack_frame) + sizeof(uint64_t))) /
		       sizeof(uint64_t)];
};

static struct bpfhost_stack *stack_of(struct taken *taken)
{
	return (struct bpfhost_stack *)taken->words;
}

static void add_file(struct bpfhost_stacks *stacks, const struct fixture *fixture, const char *name)
{
	struct bpfhost_error err = { 0 };
	struct bpfhost_target target;
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", fixture->folder, name);
	if (bpfhost_target_find(path, 0, &target, &err))
		fail_msg("%s", err.text);
	bpfhost_stacks_add_target(stacks, &target);
	bpfhost_target_close(&target);
}

static void read_build_id(const struct fixture *fixture, const char *name, uint8_t *build_id)
{
	FILE *output = fixture_ask(fixture, "readelf -n %s | sed -n 's/.*Build ID: //p'", name);

	for (int i = 0; i < BPFHOST_STACK_BUILD_ID; i++)
		assert_int_equal(fscanf(output, "%2hhx", &build_id[i]), 1);
	pclose(output);
}

static void subject_open(struct subject *subject, const struct fixture *fixture, const char *name)
{
	*subject = (struct subject){ .fixture = fixture, .name = name };
	assert_int_equal(bpfhost_stacks_new(&subject->stacks), 0);
	add_file(subject->stacks, fixture, name);
	subject->elf = fixture_elf(fixture, name);
	read_build_id(fixture, name, subject->build_id);
}

static void subject_close(struct subject *subject)
{
	bpfhost_stacks_free(subject->stacks);
	bpfhost_elf_close(subject->elf);
}

/* What nm says of a symbol; 0 where it has none. */
static uint64_t address_of(const struct subject *subject, const char *symbol)
{
	FILE *output = fixture_ask(subject->fixture, "nm %s | grep -F ' %s' | cut -d ' ' -f 1",
				   subject->name, symbol);
	unsigned long long address = 0;

	assert_int_equal(fscanf(output, "%llx", &address), 1);
	pclose(output);
	return address;
}

static struct bpfhost_stack_frame frame_at(const struct subject *subject, uint64_t address)
{
	struct bpfhost_stack_frame frame = { .status = BPFHOST_STACK_FRAME_VALID };
	uint64_t offset;

	assert_int_equal(bpfhost_elf_offset(subject->elf, address, &offset), 0);
	frame.offset = offset;
	memcpy(frame.build_id, subject->build_id, sizeof(frame.build_id));
	return frame;
}

static const struct bpfhost_stack_shape whole = { { FRAMES_MAX, FRAMES_MAX }, false };
static const struct bpfhost_stack_shape entry = { { FRAMES_MAX, FRAMES_MAX }, true };

static void take(struct taken *taken, const struct bpfhost_stack_frame *frames, uint32_t count)
{
	memset(taken, 0, sizeof(*taken));
	memcpy(stack_of(taken)->frames, frames, count * sizeof(*frames));
	stack_of(taken)->user = (int32_t)(count * sizeof(*frames));
}

static void assert_text(struct bpfhost_stacks *stacks, struct taken *taken,
			const struct bpfhost_stack_shape *shape, const char *wanted)
{
	char text[BPFHOST_STACK_TEXT_SIZE];

	memset(text, 'x', sizeof(text));
	assert_false(bpfhost_stacks_text(stacks, (uint32_t)getpid(), stack_of(taken), shape, text,
					 sizeof(text)));
	assert_non_null(memchr(text, 0, sizeof(text)));
	assert_string_equal(text, wanted);
}

static void assert_frame(const struct subject *subject, uint64_t address, const char *wanted)
{
	struct bpfhost_stack_frame frame = frame_at(subject, address);
	struct taken taken;

	take(&taken, &frame, 1);
	assert_text(subject->stacks, &taken, &whole, wanted);
	/* Out of the cache. */
	assert_text(subject->stacks, &taken, &whole, wanted);
}

/* ---- names ------------------------------------------------------------------------------------- */

/* Whoever is traced decides what its files are like, and all of them are in our memory. */
static void test_bounds_memory(void **state)
{
	const struct fixture *fixture = *state;
	struct bpfhost_stack_frame frames[2];
	struct subject large, other;
	struct taken taken;
	char wanted[64];

	fixture_write(fixture, "large.c", program);
	fixture_run(fixture,
		    "$CC -O1 -Wl,--build-id -o large large.c && "
		    "$CC -O2 -DX -Wl,--build-id=0x0102030405060708090a0b0c0d0e0f1011121314 "
		    "-o other large.c");
	fixture_inflate(fixture, "large", 300 << 20);
	fixture_inflate(fixture, "other", 300 << 20);
	subject_open(&large, fixture, "large");
	subject_open(&other, fixture, "other");
	add_file(large.stacks, fixture, "other");
	frames[0] = frame_at(&large, address_of(&large, "named"));
	frames[1] = frame_at(&other, address_of(&other, "named") + 1);
	take(&taken, frames, 2);
	snprintf(wanted, sizeof(wanted), "named;other+0x%" PRIx64, address_of(&other, "named") + 1);
	assert_text(large.stacks, &taken, &whole, wanted);
	subject_close(&large);
	subject_close(&other);
}

static void check_names(const struct fixture *fixture, const char *options)
{
	struct subject subject;

	fixture_run(fixture, "$CC -O1 -Wl,--build-id=sha1 %s -o program program.c", options);
	subject_open(&subject, fixture, "program");
	assert_frame(&subject, address_of(&subject, "T named"), "named");
	assert_frame(&subject, address_of(&subject, "T named") + 2, "named+0x2");
	assert_frame(&subject, address_of(&subject, "_ZN2ns") + 1, "ns::outer<ns::some>::call+0x1");
	assert_frame(&subject, address_of(&subject, "_RNv"), "mycrate::example");
	assert_frame(&subject, address_of(&subject, "odd;name"), "odd:name");
	subject_close(&subject);
}

static void test_names(void **state)
{
	fixture_write(*state, "program.c", program);
	check_names(*state, "-fPIE -pie");
	check_names(*state, "-no-pie");
	check_names(*state, "-static -no-pie");
	/* Segments whose addresses and offsets differ. */
	check_names(*state, "-no-pie -Wl,-Ttext-segment=0x7000000");
}

static void test_no_names(void **state)
{
	struct subject subject;
	char wanted[64];
	uint64_t address;

	fixture_write(*state, "program.c", program);
	fixture_run(*state, "$CC -O1 -no-pie -Wl,--build-id=sha1 -o program program.c && "
			    "strip -o stripped program");
	subject_open(&subject, *state, "program");
	address = address_of(&subject, "T named") + 2;
	subject_close(&subject);
	subject_open(&subject, *state, "stripped");
	snprintf(wanted, sizeof(wanted), "stripped+0x%" PRIx64, address);
	assert_frame(&subject, address, wanted);
	subject_close(&subject);
}

/* The names of a stripped file are in its debug file. */
static void test_debug_file(void **state)
{
	struct subject subject;
	uint64_t address;

	fixture_write(*state, "program.c", program);
	fixture_run(*state, "$CC -g -O1 -no-pie -Wl,--build-id=sha1 -o program program.c && "
			    "objcopy --only-keep-debug program program.debug && "
			    "strip -o stripped program && "
			    "objcopy --add-gnu-debuglink=program.debug stripped");
	subject_open(&subject, *state, "program");
	address = address_of(&subject, "T named") + 2;
	subject_close(&subject);
	subject_open(&subject, *state, "stripped");
	assert_frame(&subject, address, "named+0x2");
	subject_close(&subject);
}

/* A call at a function's end returns to what lies behind it. */
static void test_return_behind_the_end(void **state)
{
	struct bpfhost_stack_frame frames[2];
	struct subject subject;
	struct taken taken;
	uint64_t end;

	fixture_write(*state, "program.c",
		      "__attribute__((noreturn, noinline)) void stops(void) { for (;;) "
		      "__asm__(\"\"); }\n"
		      "__asm__(\".text\\n.type first, %function\\nfirst: nop\\n nop\\n nop\\n"
		      ".size first, . - first\\n"
		      ".type second, %function\\nsecond: nop\\n.size second, . - second\\n\");\n"
		      "int main(void) { stops(); }\n");
	fixture_run(*state, "$CC -no-pie -Wl,--build-id=sha1 -o program program.c");
	subject_open(&subject, *state, "program");
	end = address_of(&subject, "t second");
	frames[0] = frame_at(&subject, end);
	frames[1] = frame_at(&subject, end);
	take(&taken, frames, 2);
	assert_text(subject.stacks, &taken, &whole, "second;first+0x3");
	subject_close(&subject);
}

/* ---- what is not known -------------------------------------------------------------------------- */

static void test_unknown(void **state)
{
	const struct bpfhost_stack_frame frames[] = {
		{ BPFHOST_STACK_FRAME_VALID, { 0x0a, 0xff, 0x12, 0x34, 0x56 }, 0x1234 },
		{ BPFHOST_STACK_FRAME_EMPTY, { 0 }, 77 },
		{ BPFHOST_STACK_FRAME_ADDRESS, { 0 }, 0x7f00deadbeef },
		{ BPFHOST_STACK_FRAME_ADDRESS, { 0 }, 0x7fffffffe000 },
		{ 99, { 0 }, 5 },
	};
	struct bpfhost_stacks *stacks;
	struct taken taken;

	(void)state;
	assert_int_equal(bpfhost_stacks_new(&stacks), 0);
	assert_int_equal(bpfhost_stacks_count(stacks), 0);
	take(&taken, frames, 5);
	assert_text(stacks, &taken, &whole, "[0aff1234]+0x1234;0x7f00deadbeef;[uprobes];0x5");
	stack_of(&taken)->user = -14;
	assert_text(stacks, &taken, &whole, "");
	stack_of(&taken)->user = INT32_MIN;
	assert_text(stacks, &taken, &whole, "");
	stack_of(&taken)->user = sizeof(frames[0]) * 2 - 1;
	assert_text(stacks, &taken, &whole, "[0aff1234]+0x1234");
	bpfhost_stacks_free(stacks);
	bpfhost_stacks_free(NULL);
}

/* More than there is room for is not believed. */
static void test_too_many(void **state)
{
	struct bpfhost_stack_frame frames[FRAMES_MAX];
	struct bpfhost_stacks *stacks;
	struct taken taken;
	char text[4096];

	(void)state;
	for (uint32_t i = 0; i < FRAMES_MAX; i++)
		frames[i] = (struct bpfhost_stack_frame){ BPFHOST_STACK_FRAME_ADDRESS, { 0 }, 1 };
	assert_int_equal(bpfhost_stacks_new(&stacks), 0);
	take(&taken, frames, FRAMES_MAX);
	stack_of(&taken)->user = INT32_MAX;
	assert_false(bpfhost_stacks_text(stacks, 1, stack_of(&taken), &whole, text, sizeof(text)));
	assert_int_equal(strlen(text), FRAMES_MAX * 4 - 1);
	bpfhost_stacks_free(stacks);
}

static void test_cut(void **state)
{
	static const char wanted[] = "0x12;0x345;[abababab]+0x6";
	struct bpfhost_stack_frame frames[] = {
		{ BPFHOST_STACK_FRAME_ADDRESS, { 0 }, 0x12 },
		{ BPFHOST_STACK_FRAME_ADDRESS, { 0 }, 0x345 },
		{ BPFHOST_STACK_FRAME_VALID, { 0xab, 0xab, 0xab, 0xab }, 6 },
	};
	struct bpfhost_stacks *stacks;
	char text[64];
	struct taken taken;

	(void)state;
	assert_int_equal(bpfhost_stacks_new(&stacks), 0);
	take(&taken, frames, 3);
	for (size_t size = 1; size < sizeof(text); size++) {
		bool cut;

		memset(text, '#', sizeof(text));
		cut = bpfhost_stacks_text(stacks, 1, stack_of(&taken), &whole, text, size);
		assert_int_equal(cut, size < strlen(wanted));
		assert_memory_equal(text, wanted, size < sizeof(wanted) ? size : sizeof(wanted));
		assert_int_equal(text[size], '#');
	}
	bpfhost_stacks_free(stacks);
}

/* ---- the caller ------------------------------------------------------------------------------------ */

static const char callers[] = "int inner(int x) { return x; }\n"
			      "int middle(int x) { return inner(x) + 1; }\n"
			      "int outer(int x) { return middle(x) + 1; }\n"
			      "int main(void) { return outer(1); }\n";

/* As if the file were mapped so that its addresses are moved by this much. */
#define MOVED 0x7f0000000000ULL

static void test_caller(void **state)
{
	struct bpfhost_stack_frame frames[3];
	struct bpfhost_stack_shape two = entry;
	struct subject subject;
	struct taken taken;

	fixture_write(*state, "program.c", callers);
	fixture_run(*state, "$CC -O0 -fPIE -pie -Wl,--build-id=sha1 -o program program.c");
	subject_open(&subject, *state, "program");
	frames[0] = frame_at(&subject, address_of(&subject, "T inner"));
	frames[1] = frame_at(&subject, address_of(&subject, "T outer") + 8);
	frames[2] = frame_at(&subject, address_of(&subject, "T main") + 8);
	take(&taken, frames, 3);
	stack_of(&taken)->address = MOVED + address_of(&subject, "T inner");
	stack_of(&taken)->caller = MOVED + address_of(&subject, "T middle") + 4;
	stack_of(&taken)->next = MOVED + address_of(&subject, "T outer") + 8;
	assert_text(subject.stacks, &taken, &entry, "inner;middle+0x4;outer+0x8;main+0x8");
	assert_text(subject.stacks, &taken, &whole, "inner;outer+0x8;main+0x8");
	/* It counts among the frames. */
	two.depth.user = 2;
	assert_text(subject.stacks, &taken, &two, "inner;middle+0x4");
	two.depth.user = 1;
	assert_text(subject.stacks, &taken, &two, "inner");

	/* The kernel knew it. */
	frames[1] = frame_at(&subject, address_of(&subject, "T middle") + 4);
	memcpy(stack_of(&taken)->frames, frames, sizeof(frames));
	assert_text(subject.stacks, &taken, &entry, "inner;middle+0x4;main+0x8");

	/* One that is in no file that is known. */
	frames[1] = frame_at(&subject, address_of(&subject, "T outer") + 8);
	memcpy(stack_of(&taken)->frames, frames, sizeof(frames));
	stack_of(&taken)->caller = 0x123456;
	assert_text(subject.stacks, &taken, &entry, "inner;0x123456;outer+0x8;main+0x8");
	stack_of(&taken)->caller = 0;
	assert_text(subject.stacks, &taken, &entry, "inner;outer+0x8;main+0x8");
	subject_close(&subject);
}

/* A function that calls itself: caller and caller's caller are the same place. */
static void test_caller_recursion(void **state)
{
	struct bpfhost_stack_frame frames[3];
	struct subject subject;
	struct taken taken;

	fixture_write(*state, "program.c", callers);
	fixture_run(*state, "$CC -O0 -fPIE -pie -Wl,--build-id=sha1 -o program program.c");
	subject_open(&subject, *state, "program");
	frames[0] = frame_at(&subject, address_of(&subject, "T inner"));
	frames[1] = frame_at(&subject, address_of(&subject, "T inner") + 4);
	frames[2] = frame_at(&subject, address_of(&subject, "T main") + 8);
	take(&taken, frames, 3);
	stack_of(&taken)->address = MOVED + address_of(&subject, "T inner");
	stack_of(&taken)->caller = MOVED + address_of(&subject, "T inner") + 4;
	stack_of(&taken)->next = stack_of(&taken)->caller;
	assert_text(subject.stacks, &taken, &entry, "inner;inner+0x4;inner+0x4;main+0x8");
	frames[2] = frames[1];
	memcpy(stack_of(&taken)->frames, frames, sizeof(frames));
	assert_text(subject.stacks, &taken, &entry, "inner;inner+0x4;inner+0x4");
	subject_close(&subject);
}

/* Of a library the caller is in another file, whose place the frame behind it tells. */
static void test_caller_elsewhere(void **state)
{
	struct bpfhost_stack_frame frames[2];
	struct subject subject, library;
	struct taken taken;

	fixture_write(*state, "program.c", callers);
	fixture_write(*state, "library.c", "int shown(int x) { return x; }\n");
	fixture_run(*state, "$CC -O0 -fPIE -pie -Wl,--build-id=sha1 -o program program.c && "
			    "$CC -shared -fPIC -Wl,--build-id=sha1 -o library.so library.c");
	subject_open(&subject, *state, "program");
	subject_open(&library, *state, "library.so");
	add_file(subject.stacks, *state, "library.so");
	frames[0] = frame_at(&library, address_of(&library, "T shown"));
	frames[1] = frame_at(&subject, address_of(&subject, "T outer") + 8);
	take(&taken, frames, 2);
	stack_of(&taken)->address = 0x600000000000 + address_of(&library, "T shown");
	stack_of(&taken)->caller = MOVED + address_of(&subject, "T middle") + 4;
	stack_of(&taken)->next = MOVED + address_of(&subject, "T outer") + 8;
	assert_text(subject.stacks, &taken, &entry, "shown;middle+0x4;outer+0x8");
	subject_close(&subject);
	subject_close(&library);
}

/* ---- which files are known --------------------------------------------------------------------------- */

static void test_run_path(void **state)
{
	struct bpfhost_stack_frame frame;
	struct subject subject, library;
	struct taken taken;

	fixture_write(*state, "library.c", "int shown(int x) { return x; }\n");
	fixture_write(*state, "main.c", "int shown(int x);\nint main(void) { return shown(1); }\n");
	fixture_run(*state, "mkdir -p lib && "
			    "$CC -shared -fPIC -Wl,--build-id=sha1 -o lib/libown.so library.c && "
			    "$CC -Wl,--build-id=sha1 -Wl,-rpath,/nowhere:'$ORIGIN/lib' "
			    "-o main main.c -Llib -lown");
	subject_open(&library, *state, "lib/libown.so");
	subject_open(&subject, *state, "main");
	/* Itself, libown, libc and the loader at least. */
	assert_true(bpfhost_stacks_count(subject.stacks) >= 4);
	frame = frame_at(&library, address_of(&library, "T shown"));
	take(&taken, &frame, 1);
	assert_text(subject.stacks, &taken, &whole, "shown");
	subject_close(&subject);
	subject_close(&library);
}

/* Without build-ids: this very process, whose mappings were read. */
__attribute__((noinline, used)) int stack_test_probe(int x);

__attribute__((noinline, used)) int stack_test_probe(int x)
{
	return x + 1;
}

static void test_process(void **state)
{
	const struct bpfhost_stack_frame frames[] = {
		{ BPFHOST_STACK_FRAME_ADDRESS, { 0 }, (uintptr_t)stack_test_probe },
		{ BPFHOST_STACK_FRAME_ADDRESS, { 0 }, (uintptr_t)stack_test_probe + 1 },
		{ BPFHOST_STACK_FRAME_ADDRESS, { 0 }, 0x10 },
	};
	struct bpfhost_stacks *stacks;
	struct taken taken;
	char text[256];

	(void)state;
	assert_int_equal(bpfhost_stacks_new(&stacks), 0);
	bpfhost_stacks_add_process(stacks, (uint32_t)getpid());
	bpfhost_stacks_add_process(stacks, 0x7ffffffe);
	take(&taken, frames, 3);
	assert_text(stacks, &taken, &whole, "stack_test_probe;stack_test_probe+0x1;0x10");
	bpfhost_stacks_text(stacks, 1, stack_of(&taken), &whole, text, sizeof(text));
	assert_string_not_equal(text, "stack_test_probe;stack_test_probe+0x1;0x10");
	bpfhost_stacks_free(stacks);
}

static void test_users(void **state)
{
	struct bpfhost_error err = { 0 };
	struct bpfhost_stacks *stacks;
	struct bpfhost_target target;
	struct bpfhost_stack_frame frame = { BPFHOST_STACK_FRAME_ADDRESS,
					     { 0 },
					     (uintptr_t)stack_test_probe };
	struct taken taken;

	(void)state;
	assert_int_equal(bpfhost_target_find("/proc/self/exe", 0, &target, &err), 0);
	assert_int_equal(bpfhost_stacks_new(&stacks), 0);
	bpfhost_stacks_add_users(stacks, &target);
	take(&taken, &frame, 1);
	assert_text(stacks, &taken, &whole, "stack_test_probe");
	bpfhost_stacks_free(stacks);
	bpfhost_target_close(&target);
}

/* More places than the cache holds, each asked twice. */
static void test_many_places(void **state)
{
	struct bpfhost_stack_frame first;
	struct subject subject;
	struct taken taken;
	char text[64], wanted[64];

	fixture_write(*state, "program.c",
		      "__asm__(\".text\\n.type big, %function\\nbig: .skip 20000, 0x90\\n"
		      ".size big, . - big\\n\");\nint main(void) { return 0; }\n");
	fixture_run(*state, "$CC -no-pie -Wl,--build-id=sha1 -o program program.c");
	subject_open(&subject, *state, "program");
	first = frame_at(&subject, address_of(&subject, "t big"));
	for (uint32_t i = 1; i < 40000; i++) {
		struct bpfhost_stack_frame frame = first;

		frame.offset += i % 20000;
		take(&taken, &frame, 1);
		bpfhost_stacks_text(subject.stacks, 1, stack_of(&taken), &whole, text,
				    sizeof(text));
		snprintf(wanted, sizeof(wanted), "big+0x%x", i % 20000);
		if (!(i % 20000))
			strcpy(wanted, "big");
		assert_string_equal(text, wanted);
	}
	subject_close(&subject);
}

/* ---- the kernel ------------------------------------------------------------------------------------- */

static int read_symbols(const char *lines, struct stack_kernel *kernel)
{
	FILE *file = fmemopen((char *)(uintptr_t)lines, strlen(lines), "r");
	int ret;

	assert_non_null(file);
	ret = stack_kernel_read(file, kernel);
	fclose(file);
	return ret;
}

static void assert_kernel(const struct stack_kernel *kernel, uint64_t address, const char *wanted)
{
	char text[64];

	stack_kernel_text(kernel, address, text, sizeof(text));
	assert_string_equal(text, wanted);
}

static void test_kernel(void **state)
{
	struct stack_kernel kernel = { 0 };

	(void)state;
	assert_int_equal(read_symbols("ffffffff81000300 t third\t[module]\n"
				      "ffffffff81000100 T first\n"
				      "garbage\n\n"
				      "ffffffff81000280 D data\n"
				      "zz T no_number\n"
				      "ffffffff81000200 W second\n",
				      &kernel),
			 0);
	assert_int_equal(kernel.count, 3);
	assert_kernel(&kernel, 0xffffffff81000180, "first+0x80_[k]");
	assert_kernel(&kernel, 0xffffffff81000290, "second+0x90_[k]");
	assert_kernel(&kernel, 0xffffffff81000304, "third+0x4_[k]");
	/* A call at the end of first. */
	assert_kernel(&kernel, 0xffffffff81000200, "first+0x100_[k]");
	assert_kernel(&kernel, 0xffffffff80000000, "0xffffffff80000000_[k]");
	assert_kernel(&kernel, 0xffffffffc0000000, "0xffffffffc0000000_[k]");
	stack_kernel_free(&kernel);
	assert_kernel(&kernel, 0x10, "0x10_[k]");
}

static void test_kernel_hidden(void **state)
{
	struct stack_kernel kernel = { 0 };

	(void)state;
	assert_int_equal(read_symbols("0000000000000000 T first\n0000000000000000 t second\n",
				      &kernel),
			 -EPERM);
	assert_int_equal(read_symbols("\n", &kernel), -EPERM);
	stack_kernel_free(&kernel);
}

static void test_kernel_and_user(void **state)
{
	const struct bpfhost_stack_frame frame = { BPFHOST_STACK_FRAME_ADDRESS, { 0 }, 0x10 };
	struct bpfhost_stacks *stacks;
	struct taken taken;
	uint64_t *kernel;

	(void)state;
	assert_int_equal(bpfhost_stacks_new(&stacks), 0);
	take(&taken, &frame, 1);
	kernel = (uint64_t *)&stack_of(&taken)->frames[FRAMES_MAX];
	kernel[0] = 0xffffffff81000000;
	kernel[1] = 0xffffffff82000000;
	stack_of(&taken)->kernel = 16;
	assert_text(stacks, &taken, &whole, "0xffffffff81000000_[k];0xffffffff82000000_[k];0x10");
	bpfhost_stacks_free(stacks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_names, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_no_names, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_debug_file, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_return_behind_the_end, fixture_setup,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(test_bounds_memory, fixture_setup,
						fixture_teardown),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_cut),
		cmocka_unit_test_setup_teardown(test_caller, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_caller_recursion, fixture_setup,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(test_caller_elsewhere, fixture_setup,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(test_run_path, fixture_setup, fixture_teardown),
		cmocka_unit_test(test_process),
		cmocka_unit_test(test_users),
		cmocka_unit_test_setup_teardown(test_many_places, fixture_setup, fixture_teardown),
		cmocka_unit_test(test_kernel),
		cmocka_unit_test(test_kernel_hidden),
		cmocka_unit_test(test_kernel_and_user),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
