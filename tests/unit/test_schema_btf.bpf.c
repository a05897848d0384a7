/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <bpfhost/bpf.h>
#include <bpfhost/tags.h>

enum sample_state { SAMPLE_IDLE, SAMPLE_BUSY };
enum sample_mode { SAMPLE_READ = 1, SAMPLE_WRITE = 2 };
enum sample_has { SAMPLE_HAS_KIND = 1, SAMPLE_HAS_PEER = 1 << 30 };
enum sample_kind { SAMPLE_KIND_TCP = 6, SAMPLE_KIND_ICMP6 = 58, SAMPLE_OTHER = 255 };

struct sample_event {
	struct bpfhost_event header;
	__u32 address BPFHOST_TAG(ipv4);
	char letter;
	bool yes;
	__u16 mode BPFHOST_TAG(flags : sample_mode);
	__u64 took BPFHOST_TAG(ns) BPFHOST_TAG(gauge);
	enum sample_state state;
	__u8 bytes[4];
	char path[32];
	enum sample_has has BPFHOST_TAG(present);
	enum sample_kind kind BPFHOST_TAG(short) BPFHOST_TAG(optional : SAMPLE_HAS_KIND);
	__u8 peer[16] BPFHOST_TAG(address) BPFHOST_TAG(optional : SAMPLE_HAS_PEER);
};

BPFHOST_EVENT(sample_event);

/* Brings the enum, which no member has as its type, into the object's BTF. */
enum sample_mode sample_mode_used SEC(".data.sample");

SEC("tracepoint/syscalls/sys_enter_getppid")
int on_getppid(void *ctx)
{
	(void)ctx;
	BPFHOST_EMIT(sample_event, event) {
		__builtin_memset((char *)event + sizeof(event->header), 0,
				 sizeof(*event) - sizeof(event->header));
	}
	return 0;
}
