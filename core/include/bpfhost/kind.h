/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How the types that a user writes are shown, and what they are in conditions. */
#ifndef BPFHOST_KIND_H
#define BPFHOST_KIND_H

#include <stdbool.h>

#include <bpfhost/expr.h>
#include <bpfhost/probe.h>
#include <bpfhost/schema.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The kind of field that a TYPE stands for, and whether its numbers are signed. False: NONE and VOID
 * stand for none. */
bool bpfhost_kind_of(enum bpfhost_probe_type_kind type, enum bpfhost_kind *ret_kind,
		     bool *ret_signed);

/* What a field of this kind is to an expression; numbers where it is nothing special. is_signed is of
 * those whose kind does not say it: enumerations and flags. */
enum bpfhost_operand_kind bpfhost_kind_operand(enum bpfhost_kind kind, bool is_signed);

#ifdef __cplusplus
}
#endif

#endif
