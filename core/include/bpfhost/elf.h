/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Reading the ELF files of traced programs: sections, segments, symbols, and what lies at an address.
 * The readers take an open descriptor and give back plain data; they open nothing, and what they read
 * is taken for hostile: bounded, checked, never trusted. Only the calls that say so look around in the
 * file system.
 */
#ifndef BPFHOST_ELF_H
#define BPFHOST_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bpfhost/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- the file -------------------------------------------------------------------------------- */

struct bpfhost_elf;

#define BPFHOST_BUILD_ID_MAX 64

struct bpfhost_elf_info {
	uint16_t machine;      /* EM_X86_64, EM_AARCH64, ... */
	uint16_t type;         /* ET_EXEC, ET_DYN, ... */
	uint8_t bits;          /* 32 or 64 */
	bool is_go;            /* made by the Go compiler: its stacks move, return probes kill it */
	uint8_t build_id_size; /* bytes; 0: none */
	uint8_t build_id[BPFHOST_BUILD_ID_MAX];
};

struct bpfhost_elf_section {
	const void *data; /* valid until bpfhost_elf_close */
	size_t size;
	uint64_t address; /* 0: not loaded */
	uint64_t offset;  /* in the file */
};

/*
 * Reads the headers. fd stays the caller's and may be closed afterwards; its position is not used.
 * 0; -ENOEXEC (no ELF file, or a damaged one), -EFBIG, -EINVAL (no regular file), -ENOMEM or what
 * read gave, with a sentence in err (may be NULL) that does not name the file.
 */
int bpfhost_elf_open(int fd, struct bpfhost_elf **ret_elf, struct bpfhost_error *err);
void bpfhost_elf_close(struct bpfhost_elf *elf);
const struct bpfhost_elf_info *bpfhost_elf_info(const struct bpfhost_elf *elf);
/* How many bytes a section has, at most where it is compressed: from its header, without reading it. 0 or
 * -ENOENT. */
int bpfhost_elf_section_size(const struct bpfhost_elf *elf, const char *name, uint64_t *ret_size);
/* A section by name, decompressed where it is compressed. 0, -ENOENT, -ENOEXEC (damaged, no bits). */
int bpfhost_elf_section(struct bpfhost_elf *elf, const char *name,
			struct bpfhost_elf_section *ret_section);
/* Why functions of a file may not be followed to their returns, see returns.c. */
struct bpfhost_elf_returns {
	bool is_unwound; /* exceptions (C++, panics of Rust) come through its functions, or may */
	bool has_coroutines; /* calls on several stacks of one thread (makecontext and the like) */
};

/* Looks through all symbols of the file itself, once. What is damaged is as if it were not there. */
struct bpfhost_elf_returns bpfhost_elf_returns(struct bpfhost_elf *elf);
/* Virtual address to file offset and back, through the loaded segments. 0 or -ERANGE. */
int bpfhost_elf_offset(const struct bpfhost_elf *elf, uint64_t address, uint64_t *ret_offset);
int bpfhost_elf_address(const struct bpfhost_elf *elf, uint64_t offset, uint64_t *ret_address);
/* Whether a file offset lies in a segment that is executable. */
bool bpfhost_elf_is_code(const struct bpfhost_elf *elf, uint64_t offset);
/* Bytes of the file. How many there were up to size, or -errno. */
int64_t bpfhost_elf_read(const struct bpfhost_elf *elf, uint64_t offset, void *buffer, size_t size);

/* ---- symbols --------------------------------------------------------------------------------- */

enum bpfhost_symbol_kind {
	BPFHOST_SYMBOL_FUNCTION = 1,
	BPFHOST_SYMBOL_IFUNC, /* address is the resolver's, which chooses the function at run time */
	BPFHOST_SYMBOL_OBJECT,
};

enum bpfhost_symbol_source {
	BPFHOST_SYMBOLS_SYMTAB = 1,
	BPFHOST_SYMBOLS_DYNSYM,
	BPFHOST_SYMBOLS_DEBUG,     /* a separate debug file */
	BPFHOST_SYMBOLS_DEBUGDATA, /* .gnu_debugdata */
};

#define BPFHOST_SYMBOL_NO_OFFSET UINT64_MAX

struct bpfhost_symbol {
	const char *name;    /* as in the file: mangled; without a version */
	const char *version; /* NULL: none */
	uint64_t address;    /* virtual, of the file that is loaded */
	uint64_t offset;     /* in the file that is loaded; NO_OFFSET: an object in .bss */
	uint64_t size;       /* bytes; 0: unknown */
	uint8_t kind;        /* enum bpfhost_symbol_kind */
	uint8_t source;      /* enum bpfhost_symbol_source */
	bool is_default;     /* its version is the one that new programs get (name@@VERSION) */
	bool is_local;
};

/* The symbols of one file, sorted by name, without undefined ones and without doubles (same name,
 * version and address). Keeps what its strings lie in. */
struct bpfhost_symbols;

/*
 * Reads .symtab, .dynsym with versions, .gnu_debugdata, and those of a separate debug file (NULL:
 * none), whose addresses are those of elf. Both may be closed afterwards. 0, -ENOEXEC, -E2BIG,
 * -ENOMEM, with a sentence. A file without any symbol is no error. The last two only add to the file's
 * own: where they are damaged they are left out, and with 0 the sentence says which and why.
 */
int bpfhost_symbols_read(struct bpfhost_elf *elf, struct bpfhost_elf *debug,
			 struct bpfhost_symbols **ret_symbols, struct bpfhost_error *err);
void bpfhost_symbols_free(struct bpfhost_symbols *symbols);
const struct bpfhost_symbol *bpfhost_symbols_all(const struct bpfhost_symbols *symbols,
						 size_t *ret_count);

/*
 * Calls found for each function (FUNCTION and IFUNC) that pattern means, sorted by name, one call an
 * address: "name", "name@VERSION" (of several versions without one: the default), a demangled name
 * ("ns::f(int)", or "ns::f" for all that differ in their parameters only), each with * and ?
 * unless it is literal. Of a
 * demangled name template arguments, ABI tags, the type that is returned and the hash of a Rust name
 * may be left out, and blanks do not count; a part that the compiler split off ("f.cold") is another
 * name. found ends the walk by returning other than 0. How many were found, what found returned, or
 * -ENOMEM.
 */
typedef int (*bpfhost_symbol_fn)(void *ctx, const struct bpfhost_symbol *symbol);
int bpfhost_symbols_match(const struct bpfhost_symbols *symbols, const char *pattern, bool literal,
			  bpfhost_symbol_fn found, void *ctx);
/* The function or object that holds this address, NULL when none does. For objects of one name. */
const struct bpfhost_symbol *bpfhost_symbols_at(struct bpfhost_symbols *symbols, uint64_t address);
const struct bpfhost_symbol *bpfhost_symbols_object(const struct bpfhost_symbols *symbols,
						    const char *name);
/* Up to max names of functions that pattern was probably meant to be, best first, into ret_names
 * (they belong to symbols). How many. */
size_t bpfhost_symbols_nearest(const struct bpfhost_symbols *symbols, const char *pattern,
			       const char **ret_names, size_t max);

/* A C++ or Rust name as people read it; NULL: it is not mangled (or no memory). Free it. */
char *bpfhost_demangle(const char *name);

/*
 * Looks in the file system. The separate debug file of elf, which lies at path below root ("" or
 * "/proc/PID/root"): by build-id in /usr/lib/debug/.build-id, by .gnu_debuglink beside it, in .debug
 * and below /usr/lib/debug. One whose build-id (or, without any, CRC) differs is refused. An open
 * descriptor and its path (PATH_MAX bytes), or -ENOENT; refused ones are named in err.
 */
int bpfhost_debug_find(struct bpfhost_elf *elf, const char *root, const char *path, int *ret_fd,
		       char *ret_path, struct bpfhost_error *err);

/*
 * What an IFUNC really calls, as a file offset: known only where the file of fd is mapped into this
 * very process too, as libc is; then its resolver is asked. 0, or -ENOTSUP with the reason.
 */
int bpfhost_ifunc_resolve(int fd, const struct bpfhost_symbol *symbol, uint64_t *ret_offset,
			  struct bpfhost_error *err);

/* ---- what lies under a probe ------------------------------------------------------------------ */

/* How the kernel runs the instruction that a uprobe replaced (arch/x86/kernel/uprobes.c of Linux
 * 6.18; older ones step through the nops of several bytes, too). */
enum bpfhost_step {
	BPFHOST_STEP_EMULATED = 1, /* cheap */
	BPFHOST_STEP_SINGLE,       /* a trap more: some ten times the price */
	/* The kernel refuses a probe here, or it never fires, or the program would run another instruction. */
	BPFHOST_STEP_REFUSED,
};

struct bpfhost_instruction {
	uint8_t length; /* bytes; 0: not known */
	uint8_t step;   /* enum bpfhost_step */
	bool is_marker; /* endbr64 and the like: does nothing, a probe may as well stand behind it */
	/* A word for people: "endbr64", "push", "nop"; "other" where it is not known more closely. Of a
	 * refused one the reason: the prefix ("lock", "cs", "nop with a segment prefix"), or "int3". */
	const char *text;
};

/* Looks at up to size (15 are enough) bytes of code. 0, or -ENOTSUP for another machine. */
int bpfhost_instruction_look(uint16_t machine, const void *code, size_t size,
			     struct bpfhost_instruction *ret_instruction);
/*
 * How many bytes the instruction has that begins there, of which up to size (15 are enough) are given.
 * -EILSEQ: none begins so, or not for certain; -ENODATA: it goes on behind them; -ENOTSUP: another machine.
 */
int bpfhost_instruction_length(uint16_t machine, const void *code, size_t size);

struct bpfhost_instruction_span {
	size_t begin;
	uint8_t length; /* bytes */
};

/*
 * Which instruction of a function holds its byte at; code is size bytes from the begin of the function on, all of it
 * where possible. 0; -EILSEQ: not known, as there are data within it; -ENODATA: it goes on behind them;
 * -ENOTSUP, -ENOMEM.
 */
int bpfhost_instruction_at(uint16_t machine, const void *code, size_t size, size_t at,
			   struct bpfhost_instruction_span *ret_span);
/* x86-64: how long the direct jump is that begins there (no call), and its distance, counted from behind it.
 * 0: none does. */
size_t bpfhost_instruction_jump(const void *code, size_t size, int32_t *ret_distance);

#ifdef __cplusplus
}
#endif

#endif
