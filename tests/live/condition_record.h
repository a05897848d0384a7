/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef TEST_CONDITION_RECORD_H
#define TEST_CONDITION_RECORD_H

/* What the test writes into the map of its BPF programs: a condition and the record that it is
 * evaluated on. The program fills in the kernel pointer itself. */
#define RECORD_SIZE           2048
#define RECORD_KERNEL_POINTER 64
#define RECORD_KERNEL_TEXT    1536

struct condition_case {
	struct bpfhost_condition condition;
	__u8 record[RECORD_SIZE] __attribute__((aligned(8)));
};

#endif
