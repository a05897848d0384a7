/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Static probes (USDT) as they stand in a program's file: the notes of <sys/sdt.h>, version 3, and the
 * descriptions of their arguments.
 */
#ifndef BPFHOST_USDT_H
#define BPFHOST_USDT_H

#include <bpfhost/argument.h>
#include <bpfhost/elf.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One place in the code. A probe that was inlined has several. */
struct bpfhost_usdt_site {
	const char *provider;
	const char *name;
	const char *arguments; /* "-4@%edi 8@$7 ..." */
	uint64_t address;      /* virtual, adjusted by .stapsdt.base */
	uint64_t offset;       /* in the file */
	uint64_t semaphore;    /* file offset of its u16 counter; 0: none */
};

/* All sites of a file, sorted by provider, name and address. Keeps what its strings lie in. */
struct bpfhost_usdt;

/* 0, -ENOENT (no static probes), -ENOEXEC (damaged), -E2BIG, -ENOMEM, with a sentence. A note that
 * makes no sense is left out; *ret_usdt is written when at least one was good. */
int bpfhost_usdt_read(struct bpfhost_elf *elf, struct bpfhost_usdt **ret_usdt,
		      struct bpfhost_error *err);
void bpfhost_usdt_free(struct bpfhost_usdt *usdt);
const struct bpfhost_usdt_site *bpfhost_usdt_sites(const struct bpfhost_usdt *usdt,
						   size_t *ret_count);

#define BPFHOST_USDT_TEXT_MAX   64
#define BPFHOST_USDT_SYMBOL_MAX 256 /* mangled names are long */

/* One argument, understood or not. */
struct bpfhost_usdt_argument {
	struct bpfhost_argument argument; /* place UNKNOWN: not understood, or out of BPF's reach */
	bool is_float;                    /* 4f@, 8f@ */
	/* "8@counter+4(%rip)": the symbol that is still to be bound; "" for none. The argument is
	 * MEMORY relative to the program counter then, and offset holds the addend. */
	char symbol[BPFHOST_USDT_SYMBOL_MAX];
	char text
		[BPFHOST_USDT_TEXT_MAX]; /* as it stands there, cut to fit; control characters: ? */
};

/*
 * Parses the arguments' text as the assembler of `machine` (EM_X86_64, EM_AARCH64) writes it. Never
 * fails as a whole: an argument that nobody understands is UNKNOWN. How many there are, up to
 * BPFHOST_ARGUMENTS_MAX.
 */
uint32_t bpfhost_usdt_arguments(const char *text, uint16_t machine,
				struct bpfhost_usdt_argument arguments[BPFHOST_ARGUMENTS_MAX]);
/*
 * Puts the address of a symbol of the file in the place of its name, which is "" then: relative to the
 * program counter at the site, so that it holds wherever the file is loaded. 0, also where there is
 * nothing to bind; or -ENOENT and the argument is UNKNOWN: no object of that name, or several.
 */
int bpfhost_usdt_bind_symbol(const struct bpfhost_symbols *symbols, uint16_t machine,
			     const struct bpfhost_usdt_site *site,
			     struct bpfhost_usdt_argument *argument);

#ifdef __cplusplus
}
#endif

#endif
