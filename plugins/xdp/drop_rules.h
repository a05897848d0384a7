/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which packets are dropped, as people write it: an address or a prefix, an exception ("!PREFIX"), or an
 * expression over the fields of a packet. Nothing here touches the kernel.
 */
#ifndef XDP_DROP_RULES_H
#define XDP_DROP_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bpfhost/error.h>

#define XDP_PREFIXES_MAX    1000000U
#define XDP_EXPRESSIONS_MAX 64U
#define XDP_RULE_MAX        4096U /* bytes of one */
#define XDP_PREFIX_TEXT     56    /* "!", an address, "/128" */

/* The leading bits of an address, in host order; the others are zero. IPv4 stands in the upper half of high. */
struct xdp_prefix {
	uint64_t high;
	uint64_t low;
	uint32_t rule; /* its number, from 1 on */
	uint8_t bits;
	bool is_ipv4;
	bool is_exception;
};

struct xdp_expression {
	char *text;
	uint32_t rule;
};

struct xdp_rules {
	struct xdp_prefix *prefixes;
	uint32_t prefix_count;
	uint32_t prefix_room;
	struct xdp_expression *expressions;
	uint32_t expression_count;
	uint32_t
		items; /* rules below and with this number were given as options, others are lines */
};

/* Adds one rule; text need not end with a NUL. Nothing but space, or a comment, adds nothing. 0, -ENOMEM, or
 * -EINVAL or -E2BIG with a sentence. */
int xdp_rules_add(struct xdp_rules *rules, const char *text, size_t length, uint32_t rule,
		  struct bpfhost_error *err);
/* The same of each line; its number is that of the line, behind rules->items. The sentence names the line. */
int xdp_rules_add_lines(struct xdp_rules *rules, const char *text, size_t length,
			struct bpfhost_error *err);

/* What was left out because it stands there twice. */
struct xdp_duplicates {
	uint32_t count;
	uint32_t first; /* the rule that is one, if any */
	uint32_t of;    /* and that it repeats */
};

/* Sorts the prefixes, a shorter one before those inside of it, and leaves out duplicates. -EINVAL where a
 * prefix is also its own exception. */
int xdp_rules_settle(struct xdp_rules *rules, struct xdp_duplicates *ret_duplicates,
		     struct bpfhost_error *err);

/* Where a rule stands: "line 3", "rule 2 of drop". */
void xdp_rules_place(const struct xdp_rules *rules, uint32_t rule, char *buf, size_t size);
/* As people write it. */
void xdp_prefix_text(const struct xdp_prefix *prefix, char *buf, size_t size);

void xdp_rules_free(struct xdp_rules *rules);

#endif
