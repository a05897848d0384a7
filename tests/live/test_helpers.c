/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whether a program may call a helper, as the running kernel's verifier says it in whichever words it has. */
#include <linux/bpf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "doctor/machine.h"

static const struct {
	uint32_t type;
	uint32_t helper;
	enum fact_state state;
} rows[] = {
	{ BPF_PROG_TYPE_XDP, BPF_FUNC_xdp_adjust_head, FACT_YES },
	{ BPF_PROG_TYPE_XDP, BPF_FUNC_map_lookup_elem, FACT_YES },
	{ BPF_PROG_TYPE_XDP, BPF_FUNC_skb_store_bytes, FACT_NO },
	{ BPF_PROG_TYPE_KPROBE, BPF_FUNC_probe_read_user, FACT_YES },
	{ BPF_PROG_TYPE_KPROBE, BPF_FUNC_xdp_adjust_head, FACT_NO },
	{ BPF_PROG_TYPE_TRACEPOINT, BPF_FUNC_ringbuf_reserve, FACT_YES },
	{ BPF_PROG_TYPE_TRACEPOINT, 255, FACT_NO }, /* there is none with this number */
	{ BPF_PROG_TYPE_LSM, BPF_FUNC_map_lookup_elem, FACT_UNKNOWN },
};

static void test_helpers(void **state)
{
	const struct machine *machine = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("type %u helper %u\n", rows[i].type, rows[i].helper);
		assert_int_equal(machine_try_helper(machine, rows[i].type, rows[i].helper),
				 rows[i].state);
	}
}

int main(void)
{
	struct machine *machine;
	int failed;

	if (machine_examine(4096, &machine))
		return 1;
	if (machine->facts[FACT_BPF].state != FACT_YES ||
	    machine->facts[FACT_XDP].state == FACT_NO) {
		printf("skipped: CAP_BPF, CAP_PERFMON or CAP_NET_ADMIN is missing\n");
		machine_free(machine);
		return 77;
	}
	const struct CMUnitTest tests[] = { cmocka_unit_test_prestate(test_helpers, machine) };

	failed = cmocka_run_group_tests(tests, NULL, NULL);
	machine_free(machine);
	return failed;
}
