/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Reading the files of traced programs where nothing can come of it: in a process without privileges,
 * which is forked at the first question and ended with bpfhost_reader_free. It has another user, no
 * capabilities, a seccomp filter that leaves it nothing but reading what it is given, and limits on memory
 * and time. What it answers is taken for as much a stranger's word as the file. A file that ends it,
 * or takes too long, is refused from then on; the others are read by the next process.
 *
 * A question is a function, which runs there:
 *
 *	static int shape_ask(struct bpfhost_read *read, struct bpfhost_unpack *question,
 *			     struct bpfhost_pack *answer, struct bpfhost_error *err)
 *
 * It may call whatever reads (<bpfhost/elf.h>, <bpfhost/dwarf.h>, <bpfhost/usdt.h>), has memory as it was when
 * the process was forked, and neither logs nor opens anything.
 */
#ifndef BPFHOST_READER_H
#define BPFHOST_READER_H

#include <stdbool.h>
#include <stdint.h>

#include <bpfhost/dwarf.h>
#include <bpfhost/elf.h>
#include <bpfhost/pack.h>
#include <bpfhost/usdt.h>

#ifdef __cplusplus
extern "C" {
#endif

struct bpfhost_file;
struct bpfhost_instance;
struct bpfhost_reader;

/* ---- there ---------------------------------------------------------------------------------------- */

/* A file as the process has it. What is read of it is kept for the next question. */
struct bpfhost_read {
	struct bpfhost_elf *elf;
	const char *path; /* for messages */
	const char *
		debug_path; /* of its separate debug file, once symbols were asked for; NULL: none */
};

/* 0 or -errno, with a sentence; what was put into answer until then is not taken back. */
typedef int (*bpfhost_reader_fn)(struct bpfhost_read *read, struct bpfhost_unpack *question,
				 struct bpfhost_pack *answer, struct bpfhost_error *err);

/* Its symbols, with those of its debug file; read at the first call, which decides for all later ones. */
int bpfhost_read_symbols(struct bpfhost_read *read, struct bpfhost_symbols **ret_symbols,
			 struct bpfhost_error *err);
/* Its debug information, or that of its debug file; NULL: there is none. */
struct bpfhost_dwarf *bpfhost_read_dwarf(struct bpfhost_read *read);
/* Its static probes. 0, or -errno as bpfhost_usdt_read. */
int bpfhost_read_usdt(struct bpfhost_read *read, const struct bpfhost_usdt **ret_usdt,
		      struct bpfhost_error *err);
/* As bpfhost_ifunc_resolve. */
int bpfhost_read_ifunc(const struct bpfhost_read *read, const struct bpfhost_symbol *symbol,
		       uint64_t *ret_offset, struct bpfhost_error *err);

/* ---- here ----------------------------------------------------------------------------------------- */

/* Takes a part of the answer, once for each bpfhost_pack_part at most and once at the end; texts of it live for
 * the call. Other than 0 ends the taking and is returned. */
typedef int (*bpfhost_part_fn)(void *ctx, struct bpfhost_unpack *part);

/*
 * Asks. What the function returned; or with a sentence that names the file -EIO (the process ended),
 * -ETIMEDOUT, -EFBIG (of memory, or in place of -E2BIG), -EBADMSG (nonsense), or what kept it from starting.
 */
int bpfhost_file_ask(struct bpfhost_file *file, bpfhost_reader_fn fn,
		     const struct bpfhost_pack *question, bpfhost_part_fn take, void *ctx,
		     struct bpfhost_error *err);

/*
 * As bpfhost_dwarf_function and bpfhost_dwarf_chain, and as bpfhost_file_ask. The function is the caller's; what
 * the value of a chain points to belongs to it.
 */
int bpfhost_file_function(struct bpfhost_file *file, const char *name, uint64_t address,
			  struct bpfhost_dwarf_function **ret_function, struct bpfhost_error *err);
int bpfhost_file_chain(struct bpfhost_file *file, const char *name, uint64_t address,
		       struct bpfhost_dwarf_function *function, const char *chain,
		       struct bpfhost_dwarf_value *ret_value, struct bpfhost_error *err);

/* As bpfhost_usdt_read, and as bpfhost_file_ask. */
int bpfhost_file_usdt(struct bpfhost_file *file, struct bpfhost_usdt **ret_usdt,
		      struct bpfhost_error *err);
/*
 * What is known of count sites from first on, in their order, one call each: whether the kernel takes a probe
 * there, and n arguments, bound. Ends when found returns other than 0, and returns that.
 */
typedef int (*bpfhost_usdt_fn)(void *ctx, const struct bpfhost_usdt_site *site, bool takes_probe,
			       const struct bpfhost_usdt_argument *arguments, uint32_t n);
int bpfhost_file_usdt_arguments(struct bpfhost_file *file, const struct bpfhost_usdt *usdt,
				size_t first, size_t count, bpfhost_usdt_fn found, void *ctx,
				struct bpfhost_error *err);

/* Not started yet. self: the instance whose calls the questions are part of; the time that such a call may take
 * counts anew with each, and none gets more of it than the host gives the call. NULL: nobody looks at the clock. */
int bpfhost_reader_new(const struct bpfhost_instance *self, struct bpfhost_reader **ret_reader);
/* Ends the process; the next question has another. */
void bpfhost_reader_stop(struct bpfhost_reader *reader);
void bpfhost_reader_free(struct bpfhost_reader *reader);

#ifdef __cplusplus
}
#endif

#endif
