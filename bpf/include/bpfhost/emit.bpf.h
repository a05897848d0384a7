/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Emitting: the only place where a record is counted, reserved, stamped and submitted, so that no
 * plugin can forget one of these. The order matters:
 *
 *	reserve, count, look at the reader's flag, take the time, fill, submit
 *
 * Counting is a fetching atomic, which the kernel's memory model makes a full barrier: the flag is
 * read after the reserve is visible. The reader does the reverse (sets its flag, barrier, looks at the
 * producer position), so one of the two always sees the other and no wake-up is lost. And since the
 * time is taken after the flag was looked at, a flag still set at time T proves that no record older
 * than T is on its way: the host orders events of several instances by that.
 */
#ifndef BPFHOST_EMIT_BPF_H
#define BPFHOST_EMIT_BPF_H

/* The SDK sets the real size of both when it opens the object. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} bpfhost_ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct bpfhost_counters);
} bpfhost_counters SEC(".maps");

struct bpfhost_reader bpfhost_reader SEC(".data.bpfhost");

/*
 * Declares an event type, at file scope: the SDK finds the struct in BTF and fills in its id. The
 * empty array takes no room and makes the compiler describe the whole struct.
 */
#define BPFHOST_EVENT(name)                                                                        \
	const volatile struct {                                                                    \
		__u32 id;                                                                          \
		__u32 reserved;                                                                    \
		struct name type[0];                                                               \
	} bpfhost_type__##name SEC(".rodata.bpfhost") = {}

static __always_inline struct bpfhost_counters *bpfhost_counters_here(void)
{
	__u32 cpu = bpf_get_smp_processor_id();

	return bpf_map_lookup_elem(&bpfhost_counters, &cpu);
}

/* A full barrier on every machine: the fetching form is used although nobody needs the old value. */
static __always_inline void bpfhost_count(__u64 *counter)
{
	__u64 old = __sync_fetch_and_add(counter, 1);

	asm volatile("" ::"r"(old));
}

/* How to submit: quietly, or waking the reader when it asked for that. One writer wakes it. */
static __always_inline __u64 bpfhost_wakeup(void)
{
	if (!*(volatile __u32 *)&bpfhost_reader.sleeping)
		return BPF_RB_NO_WAKEUP;
	if (!__sync_lock_test_and_set(&bpfhost_reader.sleeping, 0))
		return BPF_RB_NO_WAKEUP;
	return BPF_RB_FORCE_WAKEUP;
}

/* Asked once a record: as pid and tid, and by the filter. */
static __always_inline __u64 bpfhost_task(void)
{
#ifdef BPFHOST_NO_TASK
	return 0;
#else
	return bpf_get_current_pid_tgid();
#endif
}

static __always_inline void bpfhost_stamp_task(struct bpfhost_event *event, __u64 task)
{
#ifdef BPFHOST_NO_TASK
	(void)task;
	event->pid = event->tid = event->uid = 0;
	event->cgroup = 0;
	__builtin_memset(event->comm, 0, sizeof(event->comm));
#else
	event->pid = task >> 32;
	event->tid = (__u32)task;
	event->uid = (__u32)bpf_get_current_uid_gid();
	event->cgroup = bpf_get_current_cgroup_id();
	bpf_get_current_comm(event->comm, sizeof(event->comm));
#endif
}

#ifdef BPFHOST_NO_TASK
#define BPFHOST_EMIT_FLAGS BPFHOST_EVENT_NO_TASK
#else
#define BPFHOST_EMIT_FLAGS 0
#endif

/* size must be a constant to the verifier. NULL: filtered, or lost and counted. */
static __always_inline void *bpfhost_begin(__u64 size, __u32 type, __u64 *wakeup)
{
	struct bpfhost_counters *counters;
	struct bpfhost_event *event;
	__u64 task = bpfhost_task();

	if (*(volatile __u32 *)&bpfhost_reader.stopped || !bpfhost_filter_passes_task(task))
		return NULL;
	counters = bpfhost_counters_here();
	if (!counters)
		return NULL;
	event = bpf_ringbuf_reserve(&bpfhost_ring, size, 0);
	bpfhost_count(&counters->produced);
	if (!event) {
		bpfhost_count(&counters->lost);
		return NULL;
	}
	*wakeup = bpfhost_wakeup();
	event->time_ns = bpf_ktime_get_ns();
	event->lost = *(volatile __u64 *)&counters->lost;
	event->type = type;
	event->cpu = bpf_get_smp_processor_id();
	event->flags = BPFHOST_EMIT_FLAGS;
	event->reserved = 0;
	bpfhost_stamp_task(event, task);
	return event;
}

/*
 * The block behind it fills the record; it may not leave it by break, goto or return (the verifier
 * would refuse the program). Every byte of the struct should be set: what is not keeps bytes of an older
 * record of this ring (never other memory of the kernel, which clears the ring when it makes it).
 */
#define BPFHOST_EMIT(struct_name, var)                                                             \
	BPFHOST_EMIT_SIZED(struct struct_name, sizeof(struct struct_name),                         \
			   bpfhost_type__##struct_name.id, var)

/* The same for a record whose size and type are only known when the program is loaded. */
#define BPFHOST_EMIT_SIZED(record_type, record_size, type_id, var)                                 \
	for (__u64 bpfhost_wake_##var = 0, bpfhost_once_##var = 1; bpfhost_once_##var;             \
	     bpfhost_once_##var = 0)                                                               \
		for (record_type *var = bpfhost_begin(record_size, type_id, &bpfhost_wake_##var);  \
		     var; bpf_ringbuf_submit(var, bpfhost_wake_##var), var = NULL)

#endif
