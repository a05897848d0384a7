/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "pcap.h"

#include <errno.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>
#include <bpfhost/error.h>

#include "pcap_compile.h"
#include "pcap_translate.h"
#include "xdp_maps.h"

#define PCAP_LEAVE 2 /* instructions that lead out of the place behind the filter's own */

static bool is_nothing(const struct bpf_insn *insn)
{
	return insn->code == (BPF_JMP | BPF_JA) && !insn->off;
}

/* The place that pcap.bpf.h keeps: the first of so many instructions that do nothing. NULL: there is none. */
static struct bpf_insn *find_place(struct bpf_insn *code, size_t count)
{
	size_t run = 0;

	for (size_t i = 0; i < count; i++) {
		run = is_nothing(&code[i]) ? run + 1 : 0;
		if (run == XDP_PCAP_ROOM)
			return &code[i + 1 - run];
	}
	return NULL;
}

/*
 * A way to behind the place that is always taken, although the kernel sees that the other is not: so it removes
 * what is left of the place, which it would refuse if no way led there.
 */
static void leave_place(struct bpf_insn *place, uint32_t used)
{
	place[used] = (struct bpf_insn){ .code = BPF_ALU | BPF_MOV | BPF_K, .imm = 1 };
	place[used + 1] = (struct bpf_insn){
		.code = BPF_JMP32 | BPF_JNE | BPF_K,
		.off = (int16_t)(XDP_PCAP_ROOM - used - PCAP_LEAVE),
	};
}

static int write_filter(struct bpf_insn *code, size_t count, const struct sock_filter *filter,
			uint32_t filter_count)
{
	struct bpf_insn *place = find_place(code, count);
	uint32_t used = 0;
	int err;

	if (!place)
		return -ENOEXEC;
	err = xdp_pcap_translate(filter, filter_count, place, XDP_PCAP_ROOM - PCAP_LEAVE, &used);
	if (!err)
		leave_place(place, used);
	return err;
}

/* libbpf lets nobody write into a program's instructions, but it takes others. */
static int patch_program(struct bpf_program *program, const struct sock_filter *filter,
			 uint32_t filter_count)
{
	size_t count = bpf_program__insn_cnt(program);
	struct bpf_insn *code = malloc(count * sizeof(*code));
	int err;

	if (!code)
		return -ENOMEM;
	memcpy(code, bpf_program__insns(program), count * sizeof(*code));
	err = write_filter(code, count, filter, filter_count);
	if (!err)
		err = bpf_program__set_insns(program, code, count);
	free(code);
	return err;
}

static int pcap_failed(struct bpfhost_instance *self, int err)
{
	const char *why = err == -E2BIG     ? "it is too long"
			  : err == -ELOOP   ? "the kernel cannot follow a loop (protochain)"
			  : err == -ENOTSUP ? "it asks for what is not in the packet"
					    : strerror(-err);

	return bpfhost_fail(self, err == -ENOMEM ? err : -EINVAL,
			    "option pcap: failed to make a program of it: %s", why);
}

int xdp_pcap_set(struct bpfhost_instance *self)
{
	const char *text = bpfhost_option_text(self, "pcap");
	const bool has = true;
	struct sock_filter *filter = NULL;
	struct bpfhost_error why = { 0 };
	uint32_t count = 0;
	int err;

	if (!text)
		return 0;
	err = xdp_pcap_compile(text, &filter, &count, &why);
	if (err)
		return bpfhost_fail(self, err, "option pcap: %s",
				    err == -EINVAL ? why.text : strerror(-err));
	err = patch_program(bpf_object__find_program_by_name(bpfhost_object(self), "xdp_program"),
			    filter, count);
	free(filter);
	if (err)
		return pcap_failed(self, err);
	return bpfhost_set_constant(self, "xdp_has_pcap", &has, sizeof(has));
}
