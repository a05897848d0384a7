/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Copying strings into a record. A string that does not fit fills its field to the last byte, without
 * a NUL, and sets the record's truncated flag: so each cut field can be told by itself. One that fits
 * to the byte has no NUL either, but sets no flag; only beside a field that was cut it is taken for cut
 * as well. Behind the NUL of a shorter string nothing is cleared. A string that cannot be read, because
 * its page is not in memory, comes out empty.
 */
#ifndef BPFHOST_STRING_BPF_H
#define BPFHOST_STRING_BPF_H

#define BPFHOST_READ_STRING_(read, dst, size, src, flags)                                          \
	({                                                                                         \
		char bpfhost_next_[2] = {};                                                        \
		long bpfhost_n_ = read##_str(dst, size, src);                                      \
		if (bpfhost_n_ == (long)(size)) {                                                  \
			read(&bpfhost_next_[0], 1, (const char *)(src) + (size)-1);                \
			read(&bpfhost_next_[1], 1, (const char *)(src) + (size));                  \
			((char *)(dst))[(size)-1] = bpfhost_next_[0];                              \
			if (bpfhost_next_[0] && bpfhost_next_[1])                                  \
				*(flags) |= BPFHOST_EVENT_TRUNCATED;                               \
		} else if (bpfhost_n_ < 0) {                                                       \
			((char *)(dst))[0] = 0;                                                    \
		}                                                                                  \
		bpfhost_n_;                                                                        \
	})

/* dst is an array field of the record `event`; src an address in the traced process. */
#define bpfhost_user_string(event, field, src)                                                     \
	BPFHOST_READ_STRING_(bpf_probe_read_user, (event)->field, sizeof((event)->field), src,     \
			     &((struct bpfhost_event *)(event))->flags)
/* src is an address in the kernel. */
#define bpfhost_kernel_string(event, field, src)                                                   \
	BPFHOST_READ_STRING_(bpf_probe_read_kernel, (event)->field, sizeof((event)->field), src,   \
			     &((struct bpfhost_event *)(event))->flags)

#endif
