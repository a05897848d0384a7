/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_CONDITION_COMPILE_H
#define BPFHOST_CONDITION_COMPILE_H

#include <bpfhost/condition.h>
#include <bpfhost/error.h>
#include <bpfhost/expr.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Says where the field SLOT lies for the BPF program: kind, offset from its base pointer, size. The
 * kind must fit what the slot was bound to: UINT to UINT, INT to INT, STRING to one of the string
 * kinds, IPV4, IPV6 and ADDRESS to theirs. Returns 0 or -errno, -ENOTSUP for a field that cannot be
 * read there. Where loads are optional, the caller sets `present` of the condition. */
typedef int (*bpfhost_place_fn)(void *ctx, uint32_t slot, struct bpfhost_load *ret_load);

/*
 * Translates a bound expression for bpfhost_condition_holds(). Returns 0, or -E2BIG (more tests or
 * strings than fit), -ENOTSUP (floats, two strings compared with each other, an address
 * of either family with a field of one), -EINVAL (a load that does not fit its slot), or what PLACE returned, with a sentence in
 * *err (may be NULL).
 */
int bpfhost_condition_compile(const struct bpfhost_expr *expr, bpfhost_place_fn place, void *ctx,
			      struct bpfhost_condition *ret_condition, struct bpfhost_error *err);

#ifdef __cplusplus
}
#endif

#ifdef __cplusplus
}
#endif

#endif
