/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Copying into a part of a record whose room is only known while the program runs. (A field of a struct
 * has its own, simpler calls in string.bpf.h.) place must have room for most bytes, which is a constant
 * to the verifier; capacity says how many of them are meant.
 */
#ifndef BPFHOST_COPY_BPF_H
#define BPFHOST_COPY_BPF_H

#include <bpfhost/event.h>

/* The family first: it says how many bytes there are, and more might not be readable. */
static __always_inline __attribute__((unused)) void bpfhost_copy_sockaddr(char *place,
									  const void *source)
{
	__u16 family = 0;

	__builtin_memset(place, 0, BPFHOST_SOCKADDR_SIZE);
	if (!source || bpf_probe_read_user(&family, sizeof(family), source) < 0)
		return;
	if (family == 2 /* AF_INET */)
		bpf_probe_read_user(place, 16, source);
	else if (family == 10 /* AF_INET6 */)
		bpf_probe_read_user(place, 28, source);
	else
		bpf_probe_read_user_str(place + 2, 108, source + 2);
	*(__u16 *)place = family;
}

/* Like the macros of <bpfhost/string.bpf.h>, with a capacity, at most `most`, that is only known here. flags:
 * those of the event. */
static __always_inline __attribute__((unused)) void bpfhost_copy_string(__u16 *flags, char *place,
									__u32 capacity, __u32 most,
									const void *source,
									bool user)
{
	char next[2] = {};
	__u32 last;
	long n;

	if (!capacity)
		return;
	n = user ? bpf_probe_read_user_str(place, capacity, source)
		 : bpf_probe_read_kernel_str(place, capacity, source);
	if (n < 0) {
		place[0] = 0;
		return;
	}
	if (n != capacity)
		return;
	if (user) {
		bpf_probe_read_user(&next[0], 1, source + capacity - 1);
		bpf_probe_read_user(&next[1], 1, source + capacity);
	} else {
		bpf_probe_read_kernel(&next[0], 1, source + capacity - 1);
		bpf_probe_read_kernel(&next[1], 1, source + capacity);
	}
	/* What the verifier knew of the capacity before the calls, older kernels have forgotten. */
	last = capacity - 1;
	barrier_var(last);
	if (last >= most)
		return;
	place[last] = next[0];
	if (next[0] && next[1])
		*flags |= BPFHOST_EVENT_TRUNCATED;
}

#endif
