/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Probes in user programs, driven by tables: which values to fetch, which condition must hold, which
 * strings to take along is said by an entry of bpfhost_arguments (argument.h), which the attach cookie
 * names. A plugin writes
 *
 *	#include <bpfhost/bpf.h>
 *	#include <bpfhost/argument.bpf.h>
 *
 *	BPFHOST_ARGUMENT_PROGRAMS
 *
 * and fills the tables with <bpfhost/arguments.h>.
 *
 * Values are fetched onto the BPF stack, which is private to the running program however often it is
 * preempted; conditions read them from there. A call, entry and return, keeps them in a map of calls
 * under way. Its element is found by the frame's address, and nobody but the thread itself works on it.
 */
#ifndef BPFHOST_ARGUMENT_BPF_H
#define BPFHOST_ARGUMENT_BPF_H

#include <bpfhost/argument.h>
#include <bpfhost/condition.bpf.h>
#include <bpfhost/copy.bpf.h>

struct bpfhost_argument_record {
	struct bpfhost_event header;
	__u64 values[];
};

struct bpfhost_call_state {
	struct bpfhost_call call;
	__u64 values[];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct bpfhost_arguments);
} bpfhost_arguments SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct bpfhost_condition);
} bpfhost_conditions SEC(".maps");

const volatile struct bpfhost_argument_class
	bpfhost_argument_classes[BPFHOST_ARGUMENT_CLASSES] = {};
const volatile bool bpfhost_has_conditions = false;
const volatile struct bpfhost_stack_depth bpfhost_stack_depth = {};

/* Where struct pt_regs has them, and how far a return has moved the stack pointer. */
#if defined(__TARGET_ARCH_x86)
#define BPFHOST_FRAME_POINTER       32
#define BPFHOST_INSTRUCTION_POINTER 128
#define BPFHOST_STACK_POINTER       152
#define BPFHOST_RETURN_MOVES        8
#else
#define BPFHOST_FRAME_POINTER       232
#define BPFHOST_LINK_REGISTER       240
#define BPFHOST_STACK_POINTER       248
#define BPFHOST_INSTRUCTION_POINTER 256
#define BPFHOST_RETURN_MOVES        0
#endif

/* ---- values -------------------------------------------------------------------------------------- */

/*
 * The verifier lets nobody load from the context at an offset that it does not know, and a helper that does
 * costs ten times the load. So there is a load for each word of it, in assembler, since the compiler would
 * make one of them again; it finds the right one by halves.
 */
#define BPFHOST_REGISTER_(n)                                                                       \
	case (n)*8:                                                                                \
		asm volatile("%0 = *(u64 *)(%1 + %2)" : "=r"(value) : "r"(ctx), "i"((n)*8));       \
		break;
#define BPFHOST_REGISTERS_(n)                                                                      \
	BPFHOST_REGISTER_(n)                                                                       \
	BPFHOST_REGISTER_((n) + 1) BPFHOST_REGISTER_((n) + 2) BPFHOST_REGISTER_((n) + 3)

static __always_inline __u64 bpfhost_argument_register(const void *ctx, __u32 offset)
{
	__u64 value = 0;

	switch (offset) {
		BPFHOST_REGISTERS_(0)
		BPFHOST_REGISTERS_(4)
		BPFHOST_REGISTERS_(8)
		BPFHOST_REGISTERS_(12)
		BPFHOST_REGISTERS_(16)
		BPFHOST_REGISTER_(20)
#ifdef BPFHOST_LINK_REGISTER
		BPFHOST_REGISTER_(21)
		BPFHOST_REGISTER_(22)
		BPFHOST_REGISTER_(23)
		BPFHOST_REGISTERS_(24)
		BPFHOST_REGISTERS_(28)
		BPFHOST_REGISTER_(32)
#endif
	}
	return value;
}

static __always_inline __u64 bpfhost_argument_memory(__u64 address, __u32 size)
{
	__u64 value = 0;

	if (size <= sizeof(value))
		bpf_probe_read_user(&value, size, (const void *)address);
	return value;
}

static __always_inline __u64 bpfhost_argument_walk(const struct bpfhost_argument *argument,
						   __u64 value)
{
	for (__u32 i = 0; i < BPFHOST_ARGUMENT_HOPS && i < argument->hops; i++) {
		bool last = i + 1 == argument->hops;

		value += (__s64)argument->hop[i];
		if (last && argument->flags & BPFHOST_ARGUMENT_ADDRESS)
			break;
		value = bpfhost_argument_memory(value, last ? argument->size : sizeof(value));
	}
	return value;
}

/* The upper bytes as the argument's size and sign say. */
static __always_inline __u64 bpfhost_argument_extend(const struct bpfhost_argument *argument,
						     __u64 value)
{
	__u32 shift = (64 - argument->size * 8) & 63;

	if (argument->flags & BPFHOST_ARGUMENT_SIGNED)
		return (__u64)((__s64)(value << shift) >> shift);
	return value << shift >> shift;
}

/* A function of its own for the verifier, which would follow a dozen copies of it otherwise. */
static __attribute__((noinline)) __u64 bpfhost_argument_fetch(
	const void *ctx, const struct bpfhost_argument *argument)
{
	__u64 value = (__u64)argument->offset;
	__u32 place = argument->place;

	if (place == BPFHOST_ARGUMENT_REGISTER) {
		value = bpfhost_argument_register(ctx, argument->base) >> (argument->shift & 63);
	} else if (place == BPFHOST_ARGUMENT_MEMORY) {
		value += bpfhost_argument_register(ctx, argument->base);
		value += bpfhost_argument_register(ctx, argument->index) << (argument->shift & 63);
		value = bpfhost_argument_memory(value,
						argument->hops ? sizeof(value) : argument->size);
	} else if (place != BPFHOST_ARGUMENT_CONSTANT) {
		return 0;
	}
	if (argument->hops) {
		value = bpfhost_argument_walk(argument, value);
		if (argument->flags & BPFHOST_ARGUMENT_ADDRESS)
			return value;
	}
	return bpfhost_argument_extend(argument, value);
}

static __always_inline void bpfhost_arguments_fetch(void *ctx, __u64 cookie,
						    const struct bpfhost_arguments *probe,
						    __u64 *values, __u32 most)
{
	for (__u32 i = 0; i < BPFHOST_ARGUMENTS_MAX && i < most && i < probe->nvalues; i++) {
		const struct bpfhost_argument *argument = &probe->values[i];

		if (argument->place == BPFHOST_ARGUMENT_COOKIE)
			values[i] = (__u32)cookie;
		else
			values[i] = bpfhost_argument_fetch(ctx, argument);
	}
}

/* ---- conditions ---------------------------------------------------------------------------------- */

static __always_inline bool bpfhost_arguments_pass(const struct bpfhost_arguments *probe,
						   const void *values)
{
	const struct bpfhost_condition *condition;
	__u32 key = probe->condition;

	if (!bpfhost_has_conditions || key == BPFHOST_NO_CONDITION)
		return true;
	condition = bpf_map_lookup_elem(&bpfhost_conditions, &key);
	return condition && bpfhost_condition_holds(condition, values);
}

/* ---- extras -------------------------------------------------------------------------------------- */

/* Empties a text that holds anything but printable ASCII: then it was no text. */
static __always_inline void bpfhost_argument_only_text(char *place)
{
	for (__u32 i = 0; i < BPFHOST_ARGUMENT_TEXT_SIZE; i++) {
		if (!place[i])
			return;
		if (place[i] < 0x20 || place[i] > 0x7e) {
			place[0] = 0;
			return;
		}
	}
}

/* most: the largest capacity of any extra of this program, a constant to the verifier. */
static __always_inline void bpfhost_argument_take(__u16 *flags, char *place, __u32 most,
						  const struct bpfhost_argument_extra *extra,
						  const void *source)
{
	__u32 kind = extra->kind, capacity = extra->capacity;
	__u16 cut = 0;

	if (capacity > most)
		return;
	if (kind == BPFHOST_ARGUMENT_SOCKADDR) {
		if (most >= BPFHOST_SOCKADDR_SIZE)
			bpfhost_copy_sockaddr(place, source);
	} else if (kind == BPFHOST_ARGUMENT_BYTES) {
		bpf_probe_read_user(place, capacity, source); /* clears it when it fails */
	} else {
		bpfhost_copy_string(&cut, place, capacity, most, source, true);
	}
	if (kind == BPFHOST_ARGUMENT_TEXT && most >= BPFHOST_ARGUMENT_TEXT_SIZE)
		bpfhost_argument_only_text(place);
	/* What turned out to be no text was not cut either. */
	if (kind != BPFHOST_ARGUMENT_TEXT || *place)
		*flags |= cut;
}

/* Extras first to end of the table, of the values at values, into the payload that they begin. */
static __always_inline void bpfhost_arguments_extras(
	__u16 *flags, __u64 *values, const struct bpfhost_arguments *probe, __u32 first, __u32 end,
	const volatile struct bpfhost_argument_class *class)
{
	for (__u32 i = 0; i < BPFHOST_ARGUMENT_EXTRAS && class->capacity; i++) {
		const struct bpfhost_argument_extra *extra = &probe->extras[i];
		__u32 place = extra->place, value = extra->value;

		if (i < first)
			continue;
		if (i >= end)
			break;
		if (value < class->values && place <= class->place)
			bpfhost_argument_take(flags, (char *)values + place, class->capacity, extra,
					      (const void *)values[value]);
	}
}

/* ---- the stack ------------------------------------------------------------------------------------ */

static __always_inline void bpfhost_arguments_callers(const void *ctx, struct bpfhost_stack *stack)
{
	__u64 frame = *(const __u64 *)(ctx + BPFHOST_FRAME_POINTER);

	stack->address = *(const __u64 *)(ctx + BPFHOST_INSTRUCTION_POINTER);
	stack->next = bpfhost_argument_memory(frame + sizeof(frame), sizeof(frame));
#ifdef BPFHOST_LINK_REGISTER
	stack->caller = *(const __u64 *)(ctx + BPFHOST_LINK_REGISTER);
#else
	stack->caller = bpfhost_argument_memory(*(const __u64 *)(ctx + BPFHOST_STACK_POINTER),
						sizeof(stack->caller));
#endif
}

/*
 * The registers of a probe are the program's, so what they lead to is the user's stack. The kernel's is
 * that of the task, and what it has on it is how the probe was reached.
 */
static __always_inline void bpfhost_arguments_stack(
	void *ctx, __u64 *values, const volatile struct bpfhost_argument_class *class)
{
	__u32 user = bpfhost_stack_depth.user * sizeof(struct bpfhost_stack_frame);
	__u32 kernel = bpfhost_stack_depth.kernel * sizeof(__u64);
	struct bpfhost_stack *stack;

	if (!user && !kernel)
		return;
	stack = (void *)values + class->stack;
	stack->user = 0;
	stack->kernel = 0;
	bpfhost_arguments_callers(ctx, stack);
	if (user)
		stack->user = (__s32)bpf_get_stack(ctx, stack->frames, user,
						   BPF_F_USER_STACK | BPF_F_USER_BUILD_ID);
	if (kernel)
		stack->kernel = (__s32)bpf_get_task_stack(bpf_get_current_task_btf(),
							  (void *)stack->frames + user, kernel, 0);
}

static __always_inline void bpfhost_arguments_copy(__u64 *to, const __u64 *from, __u32 most)
{
	for (__u32 i = 0; i < BPFHOST_ARGUMENTS_MAX && i < most; i++)
		to[i] = from[i];
}

/* ---- a probe that is one place -------------------------------------------------------------------- */

/* NULL: nobody asked for this process. */
static __always_inline const struct bpfhost_arguments *bpfhost_arguments_find(__u64 cookie)
{
	__u32 key = cookie >> 32;
	const struct bpfhost_arguments *probe = bpf_map_lookup_elem(&bpfhost_arguments, &key);

	if (probe && probe->pid && probe->pid != bpf_get_current_pid_tgid() >> 32)
		return NULL;
	return probe;
}

static __always_inline int bpfhost_arguments_hit(
	void *ctx, const volatile struct bpfhost_argument_class *class)
{
	__u64 cookie = bpf_get_attach_cookie(ctx);
	const struct bpfhost_arguments *probe = bpfhost_arguments_find(cookie);
	__u64 values[BPFHOST_ARGUMENTS_MAX] = {};

	if (!probe)
		return 0;
	bpfhost_arguments_fetch(ctx, cookie, probe, values, class->values);
	if (!bpfhost_arguments_pass(probe, values))
		return 0;
	BPFHOST_EMIT_SIZED(struct bpfhost_argument_record, class->record, probe->type, record) {
		bpfhost_arguments_copy(record->values, values, class->values);
		bpfhost_arguments_extras(&record->header.flags, record->values, probe, 0,
					 probe->nextras, class);
		bpfhost_arguments_stack(ctx, record->values, class);
	}
	return 0;
}

/* ---- a call: entry and return ---------------------------------------------------------------------- */

/* Sizes are the user side's to set. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(struct bpfhost_call_key));
	__uint(value_size, sizeof(struct bpfhost_call));
} bpfhost_calls SEC(".maps");

/* What a call's element is made of; never written. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct bpfhost_call));
} bpfhost_call_blank SEC(".maps");

struct bpfhost_call_counters bpfhost_call_counters SEC(".data.bpfhost_calls");

static __always_inline struct bpfhost_call_key bpfhost_call_key(const void *ctx, __u64 cookie,
								__u64 moved)
{
	return (struct bpfhost_call_key){
		.frame = *(const __u64 *)(ctx + BPFHOST_STACK_POINTER) - moved,
		.cookie = cookie,
		.tid = (__u32)bpf_get_current_pid_tgid(),
	};
}

/* An entry that is there already belongs to a call that was left by other ways than a return. */
static __always_inline struct bpfhost_call_state *bpfhost_call_new(
	const struct bpfhost_call_key *key)
{
	__u32 zero = 0;
	const void *blank = bpf_map_lookup_elem(&bpfhost_call_blank, &zero);
	struct bpfhost_call_state *state;

	if (!blank)
		return NULL;
	if (!bpf_map_update_elem(&bpfhost_calls, key, blank, BPF_NOEXIST))
		return bpf_map_lookup_elem(&bpfhost_calls, key);
	state = bpf_map_lookup_elem(&bpfhost_calls, key);
	bpfhost_count(state ? &bpfhost_call_counters.replaced : &bpfhost_call_counters.full);
	return state;
}

static __always_inline bool bpfhost_call_wanted(void)
{
	return !*(volatile __u32 *)&bpfhost_reader.stopped && bpfhost_filter_passes();
}

static __always_inline int bpfhost_call_enter(void *ctx,
					      const volatile struct bpfhost_argument_class *class)
{
	__u64 cookie = bpf_get_attach_cookie(ctx);
	const struct bpfhost_arguments *probe = bpfhost_arguments_find(cookie);
	__u64 values[BPFHOST_ARGUMENTS_MAX] = {};
	struct bpfhost_call_key key;
	struct bpfhost_call_state *state;

	if (!probe || !bpfhost_call_wanted())
		return 0;
	bpfhost_arguments_fetch(ctx, cookie, probe, values, class->values);
	if (!probe->late && !bpfhost_arguments_pass(probe, values))
		return 0;
	key = bpfhost_call_key(ctx, cookie, 0);
	state = bpfhost_call_new(&key);
	if (!state)
		return 0;
	state->call.flags = 0;
	bpfhost_arguments_copy(state->values, values, class->values);
	bpfhost_arguments_extras(&state->call.flags, state->values, probe, 0, probe->nextras,
				 class);
	bpfhost_arguments_stack(ctx, state->values, class);
	state->call.entered_ns = bpf_ktime_get_ns();
	return 0;
}

/* The two values behind those of the entry. */
static __always_inline void bpfhost_call_finish(void *ctx, const struct bpfhost_arguments *probe,
						struct bpfhost_call_state *state,
						const volatile struct bpfhost_argument_class *class,
						__u64 now)
{
	__u32 end = probe->nvalues + 2;

	/* One number to be compared and to index with: verifiers before 6.13 do not see that another
	 * one, two less, is within bounds as well. */
	barrier_var(end);
	if (end > class->values || class->values > BPFHOST_VALUES_MAX)
		return;
	state->values[end - 2] = bpfhost_argument_fetch(ctx, &probe->returned);
	state->values[end - 1] = now - state->call.entered_ns;
}

static __always_inline void bpfhost_call_emit(const struct bpfhost_arguments *probe,
					      struct bpfhost_call_state *state,
					      const volatile struct bpfhost_argument_class *class)
{
	if (probe->late && !bpfhost_arguments_pass(probe, state->values))
		return;
	BPFHOST_EMIT_SIZED(struct bpfhost_argument_record, class->record, probe->type, record) {
		bpf_probe_read_kernel(record->values, class->record - sizeof(record->header),
				      state->values);
		record->header.flags |= state->call.flags;
		bpfhost_arguments_extras(&record->header.flags, record->values, probe,
					 probe->nextras, probe->nextras + probe->nreturned, class);
	}
}

/* Not so where a condition may have turned the entry away, as it does with most. */
static __always_inline void bpfhost_call_unknown(const struct bpfhost_arguments *probe)
{
	if ((probe->late || probe->condition == BPFHOST_NO_CONDITION) && bpfhost_call_wanted())
		bpfhost_count(&bpfhost_call_counters.unknown);
}

static __always_inline int bpfhost_call_return(void *ctx,
					       const volatile struct bpfhost_argument_class *class)
{
	__u64 now = bpf_ktime_get_ns(), cookie = bpf_get_attach_cookie(ctx);
	const struct bpfhost_arguments *probe = bpfhost_arguments_find(cookie);
	struct bpfhost_call_key key = bpfhost_call_key(ctx, cookie, BPFHOST_RETURN_MOVES);
	struct bpfhost_call_state *state;

	if (!probe)
		return 0;
	state = bpf_map_lookup_elem(&bpfhost_calls, &key);
	if (!state) {
		bpfhost_call_unknown(probe);
		return 0;
	}
	bpfhost_call_finish(ctx, probe, state, class, now);
	bpfhost_call_emit(probe, state, class);
	bpf_map_delete_elem(&bpfhost_calls, &key);
	return 0;
}

/* clang-format off */
#define BPFHOST_ARGUMENT_PROGRAM_(name, function, n)                                               \
	SEC("uprobe")                                                                              \
	int name##_##n(void *ctx)                                                                  \
	{                                                                                          \
		return function(ctx, &bpfhost_argument_classes[n]);                                \
	}
#define BPFHOST_ARGUMENT_CLASS_(n)                                                                 \
	BPFHOST_ARGUMENT_PROGRAM_(bpfhost_hit, bpfhost_arguments_hit, n)                           \
	BPFHOST_ARGUMENT_PROGRAM_(bpfhost_enter, bpfhost_call_enter, n)                            \
	BPFHOST_ARGUMENT_PROGRAM_(bpfhost_return, bpfhost_call_return, n)
#define BPFHOST_ARGUMENT_PROGRAMS                                                                  \
	BPFHOST_ARGUMENT_CLASS_(0)                                                                 \
	BPFHOST_ARGUMENT_CLASS_(1)                                                                 \
	BPFHOST_ARGUMENT_CLASS_(2)
/* clang-format on */

#endif
