/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * To follow a call to its return, the kernel puts an address of its own in place of the caller's on the stack, and
 * takes it for used up once it was come to. A function that keeps the caller's address for later, as setjmp() does,
 * keeps the kernel's: who goes there once more is killed by SIGILL, or goes on in the wrong place. And where there is no
 * caller, something else lies on the stack.
 */
#ifndef UPROBE_TWICE_H
#define UPROBE_TWICE_H

#include "place.h"

/*
 * Those of a glob are left out. 0, or -ENOTSUP with a sentence: none is left, or one that is meant by its name is
 * such a function.
 */
int uprobe_twice_leave_out(struct uprobe_places *places, bool glob, struct bpfhost_error *err);

#endif
