/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Types of programs and maps, and helpers, asked as bpftool does: by trying to make one of each. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "doctor/machine.h"
#include "sdk/kernel/kernel.h"

/* Who may not would take "no" for an answer about himself. */
static bool types_may_ask(const struct machine *machine)
{
	const uint64_t needed = 1ULL << CAP_BPF | 1ULL << CAP_PERFMON | 1ULL << CAP_NET_ADMIN;

	return machine->facts[FACT_BPF].state == FACT_YES &&
	       !kernel_capabilities_missing(needed, machine->held);
}

static uint8_t types_state(const struct machine *machine, int answer)
{
	if (answer > 0)
		return FACT_YES;
	return answer < 0 || !types_may_ask(machine) ? FACT_UNKNOWN : FACT_NO;
}

static uint8_t types_try_typed(void)
{
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = BPF_TRACE_RAW_TP);
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int id = libbpf_find_vmlinux_btf_id("sched_process_exec", BPF_TRACE_RAW_TP), program;

	if (id < 0)
		return FACT_UNKNOWN;
	opts.attach_btf_id = (uint32_t)id;
	program = bpf_prog_load(BPF_PROG_TYPE_TRACING, NULL, "GPL", insns, 2, &opts);
	if (program >= 0)
		close(program);
	return program >= 0 ? FACT_YES : FACT_NO;
}

void machine_try_types(void *ctx)
{
	struct machine *machine = ctx;

	if (machine->facts[FACT_BPF].state != FACT_YES)
		return;
	for (uint32_t type = 1; type < MACHINE_TYPES && libbpf_bpf_prog_type_str(type); type++)
		machine->programs[type] =
			types_state(machine, libbpf_probe_bpf_prog_type(type, NULL));
	for (uint32_t type = 1; type < MACHINE_TYPES && libbpf_bpf_map_type_str(type); type++)
		machine->maps[type] = types_state(machine, libbpf_probe_bpf_map_type(type, NULL));
	machine->typed = types_try_typed();
}

/* Such programs belong to a function of the kernel, without which they cannot be tried. */
static bool types_need_target(uint32_t type)
{
	return type == BPF_PROG_TYPE_TRACING || type == BPF_PROG_TYPE_LSM ||
	       type == BPF_PROG_TYPE_EXT || type == BPF_PROG_TYPE_STRUCT_OPS;
}

/*
 * Not libbpf's: since Linux 6.11 the verifier has other words for a helper that this type may not call, which
 * libbpf 1.1 does not know.
 */
enum fact_state machine_try_helper(const struct machine *machine, uint32_t type, uint32_t helper)
{
	static const char *const refusals[] = { "invalid func ", "unknown func ",
						"program of this type cannot use helper " };
	const struct bpf_insn insns[] = {
		{ .code = BPF_JMP | BPF_CALL, .imm = (int)helper },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	char log[4096] = "";
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .log_buf = log, .log_size = sizeof(log),
		    .log_level = 1);
	int program;

	if (machine->facts[FACT_BPF].state != FACT_YES || types_need_target(type))
		return FACT_UNKNOWN;
	program = bpf_prog_load(type, NULL, "GPL", insns, 2, &opts);
	if (program >= 0)
		close(program);
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		if (strstr(log, refusals[i]))
			return FACT_NO;
	return log[0] || program >= 0 ? FACT_YES : FACT_UNKNOWN;
}
