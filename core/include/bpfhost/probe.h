/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_PROBE_H
#define BPFHOST_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#include <bpfhost/error.h>
#include <bpfhost/expr.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The grammar in which every plugin takes its probes:
 *
 *	PROBE [ "(" PARAM { "," PARAM } ")" ] [ "->" TYPE ] [ "if" EXPR ]
 *
 * Limits: a text of 4096 bytes, 64 parameters, 16 parts, parentheses 32 deep.
 */
#define BPFHOST_PROBE_TEXT_MAX   4096
#define BPFHOST_PROBE_PARAM_MAX  64
#define BPFHOST_PROBE_PART_MAX   16
#define BPFHOST_PROBE_SIZE_MAX   4096  /* the N of str[N] and bytes[N] */
#define BPFHOST_PROBE_OFFSET_MAX 65535 /* of name@OFFSET */

enum bpfhost_probe_type_kind {
	BPFHOST_PROBE_TYPE_NONE, /* none was written */
	BPFHOST_PROBE_TYPE_I8,
	BPFHOST_PROBE_TYPE_I16,
	BPFHOST_PROBE_TYPE_I32,
	BPFHOST_PROBE_TYPE_I64,
	BPFHOST_PROBE_TYPE_U8,
	BPFHOST_PROBE_TYPE_U16,
	BPFHOST_PROBE_TYPE_U32,
	BPFHOST_PROBE_TYPE_U64,
	BPFHOST_PROBE_TYPE_X8, /* x8..x64: unsigned, printed in hex */
	BPFHOST_PROBE_TYPE_X16,
	BPFHOST_PROBE_TYPE_X32,
	BPFHOST_PROBE_TYPE_X64,
	BPFHOST_PROBE_TYPE_PTR,
	BPFHOST_PROBE_TYPE_BOOL,
	BPFHOST_PROBE_TYPE_CHAR,
	BPFHOST_PROBE_TYPE_F32,
	BPFHOST_PROBE_TYPE_F64,
	BPFHOST_PROBE_TYPE_STR,   /* size is the N of str[N], 0 for plain str */
	BPFHOST_PROBE_TYPE_BYTES, /* size is the N of bytes[N] */
	BPFHOST_PROBE_TYPE_IPV4,
	BPFHOST_PROBE_TYPE_IPV6,
	BPFHOST_PROBE_TYPE_MAC,
	BPFHOST_PROBE_TYPE_SOCKADDR,
	BPFHOST_PROBE_TYPE_ERRNO,
	BPFHOST_PROBE_TYPE_VOID, /* after "->" only */
};

struct bpfhost_probe_type {
	enum bpfhost_probe_type_kind kind;
	uint32_t size;
};

/* A name of a value, as enumerations have them. */
struct bpfhost_label {
	const char *name;
	int64_t value;
};

/* One part of PROBE between unquoted colons, its quotes and escapes taken off. In a quoted part
 * `*` and `?` are letters; has_glob says that an unquoted one holds any of them. */
struct bpfhost_probe_part {
	const char *text;
	uint32_t offset; /* into the probe's text */
	bool quoted;
	bool has_glob;
};

struct bpfhost_probe_param {
	const char *name; /* "fd", or a chain "skb->dev->name" or "data->16" without spaces */
	struct bpfhost_probe_type type;
	uint32_t offset;      /* of name@OFFSET, in bytes; valid with has_offset */
	uint32_t text_offset; /* into the probe's text */
	bool has_offset;
	bool has_chain;
};

/* All pointers belong to the probe and live as long as it. */
struct bpfhost_probe {
	const char *text; /* as it was given */
	const struct bpfhost_probe_part *parts;
	const struct bpfhost_probe_param *params;
	uint32_t part_count; /* at least 1 */
	uint32_t param_count;
	bool has_params;                   /* tells `f()` from `f` */
	struct bpfhost_probe_type returns; /* NONE without "->" */
	struct bpfhost_expr *expr;         /* NULL without "if"; not yet bound */
	const char *expr_text;             /* "" without "if" */
	uint32_t expr_offset;              /* of expr_text in text */
};

/*
 * Parses one probe. Returns 0, or -EINVAL (not in the grammar), -E2BIG (over a limit), -ENOMEM,
 * with a sentence in *err (may be NULL). *ret_probe is the caller's, see bpfhost_probe_free().
 */
int bpfhost_probe_parse(const char *text, struct bpfhost_probe **ret_probe,
			struct bpfhost_error *err);

void bpfhost_probe_free(struct bpfhost_probe *probe);

/* Parses one TYPE that fills TEXT. VOID is accepted. Errors as above, without -ENOMEM. */
int bpfhost_probe_type_parse(const char *text, struct bpfhost_probe_type *ret_type,
			     struct bpfhost_error *err);

/* "u32", "str[16]", ...: how the grammar writes TYPE, into BUF; "" for NONE. Returns BUF. */
const char *bpfhost_probe_type_format(struct bpfhost_probe_type type, char buf[24]);

/* The size in bytes of a value of TYPE with a fixed one; 0 for str, sockaddr, errno, void, NONE. */
uint32_t bpfhost_probe_type_size(struct bpfhost_probe_type type);

#ifdef __cplusplus
}
#endif

#ifdef __cplusplus
}
#endif

#endif
