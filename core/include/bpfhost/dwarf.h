/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a traced program's debug information (DWARF 2 to 5) says about a function: names, types and
 * places of its parameters as they are on entry, and the fields behind them.
 *
 * A place is taken from the debug information where that says something about the very first
 * instruction and means what was passed, else from the calling convention of x86-64 (System V ABI,
 * 3.2.3; for C, C++ and Objective-C, and for the plain values of Rust). Files of other machines
 * give names and types only.
 *
 * What a function never looks at need not be passed to it: clang leaves the registers of such
 * parameters as they are, and no debug information says so.
 *
 * Nothing is opened: not the files that hold the rest of split (.dwo) or shared (dwz) debug
 * information. What lies there is unknown, and the sentences say so. What is read is taken for
 * hostile; work and memory are bounded.
 */
#ifndef BPFHOST_DWARF_H
#define BPFHOST_DWARF_H

#include <stdbool.h>
#include <stdint.h>

#include <bpfhost/argument.h>
#include <bpfhost/error.h>
#include <bpfhost/probe.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __cplusplus
extern "C" {
#endif

struct bpfhost_dwarf;

/*
 * Opens the debug information in an ELF file, or in its separate debug file. fd stays the caller's
 * and may be closed afterwards; the file is mapped, so it must not shrink while it is open here. 0;
 * -ENOENT (it has none), -ENOEXEC (no ELF file of 64 bits, or damaged), -ENOTSUP (an object file
 * that is not linked yet), -EFBIG, -E2BIG, -ENOMEM or what mapping gave, with a sentence in err
 * (may be NULL) that does not name the file.
 */
int bpfhost_dwarf_open(int fd, struct bpfhost_dwarf **ret_dwarf, struct bpfhost_error *err);
void bpfhost_dwarf_close(struct bpfhost_dwarf *dwarf);

#define BPFHOST_DWARF_NO_POSITION     0xff
#define BPFHOST_DWARF_ENUMERATORS_MAX 4096 /* an enum of more is given without them */

/* A parameter, what a function returns, or a field at the end of a chain. */
struct bpfhost_dwarf_value {
	/* Letters, digits and "_", no two parameters alike: "fd"; "arg2" for the second one where
	 * it has none; "" for what is returned, and the last field of a chain. */
	const char *name;
	const char *type_name; /* for people: "const char *", "struct request *" */
	/* str: a pointer to char, or an array of char inside of a struct (then with its N, as
	 * bytes[N] for one of unsigned char). NONE: no plain value, or nobody knows. */
	struct bpfhost_probe_type type;
	uint32_t size; /* bytes; 0: unknown */
	/* Ready to use. Of a parameter on the stack, offset counts from where the stack pointer
	 * points to on entry, at the return address: 8 is the first. CONSTANT: a copy of the
	 * function for this one value. UNKNOWN: it cannot be read. */
	struct bpfhost_argument argument;
	const char *reason; /* why not, to follow its name: "is in a vector register"; else NULL */
	uint8_t position; /* 0 to 5: which of the registers for integers; BPFHOST_DWARF_NO_POSITION */
	bool is_artificial;        /* the compiler's: `this` */
	uint32_t enumerator_count; /* of an enum: as many as there are names for its values */
	const struct bpfhost_label *enumerators;
};

struct bpfhost_dwarf_function {
	const char *name; /* as in the source, without its scope */
	const struct bpfhost_dwarf_value *parameters;
	uint32_t parameter_count;
	struct bpfhost_dwarf_value returns; /* its type VOID: nothing */
	bool is_variadic;
	bool is_cut; /* there are more than BPFHOST_PROBE_PARAM_MAX parameters; the rest is left out */
};

/*
 * The function whose first instruction lies at address (virtual, as the file's symbols tell it).
 * name is that of the symbol: it chooses where the linker folded several functions into one, and
 * its suffix tells a copy whose parameters the compiler changed (".isra.0"). 0; -ENOENT (none
 * begins there, or it was built without debug information), -E2BIG (too much to read), -ENOMEM,
 * with a sentence. All of *ret_function is the caller's, see bpfhost_dwarf_function_free(), and
 * dies with dwarf.
 */
int bpfhost_dwarf_function(struct bpfhost_dwarf *dwarf, const char *name, uint64_t address,
			   struct bpfhost_dwarf_function **ret_function, struct bpfhost_error *err);
void bpfhost_dwarf_function_free(struct bpfhost_dwarf_function *function);

/*
 * Where "name->field->field" leads to: from a parameter through pointers, references and structs
 * inside of structs. A field that is an array, a struct or a union itself is given as its address.
 * 0; -ENOENT (no such parameter or field, with the nearest one), -EINVAL (a step from what is no
 * struct, a bit field, a struct that is declared only), -E2BIG (more than BPFHOST_ARGUMENT_HOPS
 * reads), -ENOTSUP (the parameter cannot be read), -ENOMEM. The offset of *err is into chain. What
 * *ret_value points to belongs to function.
 */
int bpfhost_dwarf_chain(struct bpfhost_dwarf *dwarf, struct bpfhost_dwarf_function *function,
			const char *chain, struct bpfhost_dwarf_value *ret_value,
			struct bpfhost_error *err);

#ifdef __cplusplus
}
#endif

#ifdef __cplusplus
}
#endif

#endif
