/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Carries the note and exports nothing. */
#include "plain.h"

__attribute__((section(".note.bpfhost"), used,
	       aligned(4))) static const struct bpfhost_note note = {
	8, 4, BPFHOST_NOTE_TYPE, BPFHOST_NOTE_NAME, BPFHOST_ABI_MAJOR << 16 | BPFHOST_ABI_MINOR
};
