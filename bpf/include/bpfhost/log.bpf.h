/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The log from BPF code:
 *
 *	bpfhost_log_info("dropped %pI4 port %u", &ip->saddr, port);
 *
 * The format is put together in user space, where it knows %d %i %u %x %X %c %s %p (with flags, width
 * and l/ll/h/hh), %pI4 %pI6 %pI6c %pM (a MAC address, %pMU in capitals) and %ph (bytes). What stands
 * behind a pointer is copied when the line is made; %s takes kernel strings up to 63 bytes, and
 * bpfhost_user(p) marks one in the traced process. An address that is a number and no pointer must be
 * stored somewhere and its pointer given. Eight arguments at most, and a format of 127 bytes. The common
 * filter does not apply (ask bpfhost_filter_passes() where it should), and a level that is not asked for
 * is removed by the verifier.
 */
#ifndef BPFHOST_LOG_BPF_H
#define BPFHOST_LOG_BPF_H

const volatile __u32 bpfhost_log_level SEC(".rodata.bpfhost") = 3;

struct bpfhost_user_pointer {
	const void *address;
};

#define bpfhost_user(p) ((struct bpfhost_user_pointer){ p })

static __always_inline void bpfhost_log_value(struct bpfhost_log_record *record, __u32 n,
					      __u64 value)
{
	record->args[n].value = value;
}

static __always_inline struct bpfhost_log_arg *bpfhost_log_behind(struct bpfhost_log_record *record,
								  __u32 n, const void *pointer)
{
	record->args[n].value = (__u64)(unsigned long)pointer;
	record->pointers |= 1U << n;
	return &record->args[n];
}

static __always_inline void bpfhost_log_pointer(struct bpfhost_log_record *record, __u32 n,
						const void *pointer)
{
	struct bpfhost_log_arg *arg = bpfhost_log_behind(record, n, pointer);

	/* Page by page reads may fail behind a short object: then fewer bytes are enough. */
	if (bpf_probe_read_kernel(arg->bytes, BPFHOST_LOG_BYTES, pointer) < 0)
		bpf_probe_read_kernel(arg->bytes, 16, pointer);
}

static __always_inline void bpfhost_log_text(struct bpfhost_log_record *record, __u32 n,
					     const char *text)
{
	struct bpfhost_log_arg *arg = bpfhost_log_behind(record, n, text);

	bpf_probe_read_kernel_str(arg->bytes, BPFHOST_LOG_BYTES, text);
}

static __always_inline void bpfhost_log_user(struct bpfhost_log_record *record, __u32 n,
					     struct bpfhost_user_pointer pointer)
{
	struct bpfhost_log_arg *arg = bpfhost_log_behind(record, n, pointer.address);

	bpf_probe_read_user_str(arg->bytes, BPFHOST_LOG_BYTES, pointer.address);
}

/* clang-format off */
#define BPFHOST_LOG_SET_(record, n, x)                                                              \
	_Generic((x),                                                                              \
		bool: bpfhost_log_value, char: bpfhost_log_value,                                  \
		signed char: bpfhost_log_value, unsigned char: bpfhost_log_value,                  \
		short: bpfhost_log_value, unsigned short: bpfhost_log_value,                       \
		int: bpfhost_log_value, unsigned int: bpfhost_log_value,                           \
		long: bpfhost_log_value, unsigned long: bpfhost_log_value,                         \
		long long: bpfhost_log_value, unsigned long long: bpfhost_log_value,               \
		char *: bpfhost_log_text, const char *: bpfhost_log_text,                          \
		struct bpfhost_user_pointer: bpfhost_log_user,                                     \
		default: bpfhost_log_pointer)(record, n, x)

#define BPFHOST_LOG_NTH_(_1, _2, _3, _4, _5, _6, _7, _8, n, ...) n
#define BPFHOST_LOG_COUNT_(...) BPFHOST_LOG_NTH_(__VA_ARGS__, 8, 7, 6, 5, 4, 3, 2, 1, 0)
#define BPFHOST_LOG_ARGS_0(r, n, ...)
#define BPFHOST_LOG_ARGS_1(r, n, x) BPFHOST_LOG_SET_(r, n, x);
#define BPFHOST_LOG_ARGS_2(r, n, x, ...)                                                          \
	BPFHOST_LOG_SET_(r, n, x); BPFHOST_LOG_ARGS_1(r, (n) + 1, __VA_ARGS__)
#define BPFHOST_LOG_ARGS_3(r, n, x, ...)                                                          \
	BPFHOST_LOG_SET_(r, n, x); BPFHOST_LOG_ARGS_2(r, (n) + 1, __VA_ARGS__)
#define BPFHOST_LOG_ARGS_4(r, n, x, ...)                                                          \
	BPFHOST_LOG_SET_(r, n, x); BPFHOST_LOG_ARGS_3(r, (n) + 1, __VA_ARGS__)
#define BPFHOST_LOG_ARGS_5(r, n, x, ...)                                                          \
	BPFHOST_LOG_SET_(r, n, x); BPFHOST_LOG_ARGS_4(r, (n) + 1, __VA_ARGS__)
#define BPFHOST_LOG_ARGS_6(r, n, x, ...)                                                          \
	BPFHOST_LOG_SET_(r, n, x); BPFHOST_LOG_ARGS_5(r, (n) + 1, __VA_ARGS__)
#define BPFHOST_LOG_ARGS_7(r, n, x, ...)                                                          \
	BPFHOST_LOG_SET_(r, n, x); BPFHOST_LOG_ARGS_6(r, (n) + 1, __VA_ARGS__)
#define BPFHOST_LOG_ARGS_8(r, n, x, ...)                                                          \
	BPFHOST_LOG_SET_(r, n, x); BPFHOST_LOG_ARGS_7(r, (n) + 1, __VA_ARGS__)
/* clang-format on */
#define BPFHOST_LOG_CAT_(a, b) a##b
#define BPFHOST_LOG_CAT(a, b)  BPFHOST_LOG_CAT_(a, b)

/* Like bpfhost_begin, with the counters that belong to the log; no filter applies. Once events are
 * not wanted any more, lines are not either: the ring could not be drained for them. */
static __always_inline struct bpfhost_log_record *bpfhost_log_begin(__u64 *wakeup)
{
	struct bpfhost_counters *counters;
	struct bpfhost_log_record *record;

	if (*(volatile __u32 *)&bpfhost_reader.stopped)
		return NULL;
	counters = bpfhost_counters_here();
	if (!counters)
		return NULL;
	record = bpf_ringbuf_reserve(&bpfhost_ring, sizeof(*record), 0);
	bpfhost_count(&counters->log_produced);
	if (!record) {
		bpfhost_count(&counters->log_lost);
		return NULL;
	}
	*wakeup = bpfhost_wakeup();
	record->header.time_ns = bpf_ktime_get_ns();
	record->header.lost = *(volatile __u64 *)&counters->log_lost;
	record->header.type = BPFHOST_TYPE_LOG;
	record->header.cpu = bpf_get_smp_processor_id();
	record->header.flags = BPFHOST_EMIT_FLAGS;
	record->header.reserved = 0;
	record->pointers = 0;
	bpfhost_stamp_task(&record->header, bpfhost_task());
	return record;
}

/* clang-format off */
#define BPFHOST_LOG_(log_level, format_text, ...)                                                  \
	do {                                                                                       \
		static const char bpfhost_format_[] = format_text;                                 \
		static const char bpfhost_file_[] = __FILE_NAME__;                                 \
		_Static_assert(sizeof(format_text) <= BPFHOST_LOG_FORMAT, "format is too long");   \
		__u64 bpfhost_wake_ = 0;                                                           \
		if (bpfhost_log_level < (log_level))                                               \
			break;                                                                     \
		struct bpfhost_log_record *bpfhost_r_ = bpfhost_log_begin(&bpfhost_wake_);         \
		if (!bpfhost_r_)                                                                   \
			break;                                                                     \
		bpfhost_r_->level = (log_level);                                                   \
		bpfhost_r_->line = __LINE__;                                                       \
		bpf_probe_read_kernel_str(bpfhost_r_->file, BPFHOST_LOG_FILE, bpfhost_file_);      \
		bpf_probe_read_kernel_str(bpfhost_r_->format, BPFHOST_LOG_FORMAT, bpfhost_format_); \
		bpfhost_r_->nargs = 0 __VA_OPT__(+BPFHOST_LOG_COUNT_(__VA_ARGS__));                   \
		__VA_OPT__(BPFHOST_LOG_CAT(BPFHOST_LOG_ARGS_, BPFHOST_LOG_COUNT_(__VA_ARGS__))(    \
			bpfhost_r_, 0, __VA_ARGS__))                                               \
		bpf_ringbuf_submit(bpfhost_r_, bpfhost_wake_);                                     \
	} while (0)
/* clang-format on */

#define bpfhost_log_error(...) BPFHOST_LOG_(1, __VA_ARGS__)
#define bpfhost_log_warn(...)  BPFHOST_LOG_(2, __VA_ARGS__)
#define bpfhost_log_info(...)  BPFHOST_LOG_(3, __VA_ARGS__)
#define bpfhost_log_debug(...) BPFHOST_LOG_(4, __VA_ARGS__)
#define bpfhost_log_trace(...) BPFHOST_LOG_(5, __VA_ARGS__)

#endif
