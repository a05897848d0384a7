/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_ERROR_H
#define BPFHOST_ERROR_H

#include <stdint.h>

/* What went wrong, in words for a person; offset is where in the text that was read. */
struct bpfhost_error {
	char text[512];
	uint32_t offset;
};

#endif
