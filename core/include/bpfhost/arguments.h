/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The user side of <bpfhost/argument.bpf.h>: from named arguments and where they lie to the tables that
 * its programs follow, the schema of the event, and the condition. A plugin says what its probes are,
 *
 *	bpfhost_arguments_lay_out(&plan, &layouts[i], &why);     for each probe
 *	bpfhost_arguments_configure(self, layouts, n, calls);    between bpfhost_open and bpfhost_load
 *	bpfhost_arguments_fill(self, layouts, n);                after bpfhost_load
 *	bpfhost_arguments_attach(self, &layouts[i], ...);        in attach
 */
#ifndef BPFHOST_ARGUMENTS_H
#define BPFHOST_ARGUMENTS_H

#include <bpfhost/argument.h>
#include <bpfhost/condition.h>
#include <bpfhost/error.h>
#include <bpfhost/probe.h>
#include <bpfhost/schema.h>
#include <bpfhost/sdk.h>
#include <bpfhost/target.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One argument of a probe, and how it is shown. */
struct bpfhost_argument_field {
	const char *name;
	struct bpfhost_argument argument;
	struct bpfhost_probe_type type;     /* NONE: a number of the argument's size and sign */
	const struct bpfhost_label *labels; /* of an enumeration: names of its values */
	uint32_t nlabels;
	bool maybe_text; /* beside the number, the text that it may point to: NAME_text */
};

/* All pointers are the caller's and need to live for the call only. */
struct bpfhost_argument_plan {
	uint32_t type;     /* the event's id, from BPFHOST_TYPE_RUNTIME on */
	const char *event; /* its name; of this and of functions' names a schema keeps 128 bytes */
	const struct bpfhost_argument_field *fields;
	uint32_t nfields; /* up to BPFHOST_ARGUMENTS_MAX, one less with functions */
	/* Of a probe on many functions: their names; the low half of the cookie is an index into them. */
	const char *const *functions;
	uint32_t nfunctions;
	bool is_call;                       /* one event at return, with ret and latency_ns */
	struct bpfhost_argument returned;   /* of a call: where it is */
	struct bpfhost_probe_type ret_type; /* VOID: there is none */
	struct bpfhost_expr *condition;     /* bound by the call; NULL: none */
	uint32_t string_size;               /* bytes for a str without a size */
	uint32_t pid;                       /* the only process that is meant; 0: all */
	/* How many frames of the stack to take; with any, a text `stack` is the last field, and records
	 * have to go through bpfhost_arguments_forward (<bpfhost/stack.h>). Not together with
	 * bpfhost_arguments_make_room. */
	struct bpfhost_stack_depth stack;
	bool at_entry; /* all places are where a function begins: so it is known where its caller is */
};

#define BPFHOST_STACK_TEXT_SIZE 4096 /* bytes of the field `stack` */

struct bpfhost_argument_layout {
	struct bpfhost_arguments config;
	/* NULL: published, or another place of the last one before that has a schema, whose
	 * condition holds here too. */
	struct bpfhost_schema *schema;
	struct bpfhost_condition *condition; /* NULL: none, or that of the one with the schema */
	uint32_t record_size;                /* with header, without the stack */
	uint32_t stack_place;                /* of the stack's text, header included; 0: none */
	struct bpfhost_stack_depth stack;
	uint32_t frames_place; /* of the frames in what the programs emit; set by configure */
	uint32_t size_class;   /* likewise */
	bool is_call;
	bool at_entry;
};

/*
 * Works out one probe. 0, or -EINVAL, -E2BIG, -ENOENT (a name in the condition), -ENOMEM, with a
 * sentence in err. The layout is the caller's; free what it holds with bpfhost_argument_layout_clear.
 */
int bpfhost_arguments_lay_out(const struct bpfhost_argument_plan *plan,
			      struct bpfhost_argument_layout *ret_layout,
			      struct bpfhost_error *err);
void bpfhost_argument_layout_clear(struct bpfhost_argument_layout *layout);

/*
 * One event that is made at several places, each of which has its arguments elsewhere: places times
 * plan->nfields arguments, for places layouts, which belong together and must be given on in this
 * order. What the plan's fields say of their arguments is the size and sign that are shown; a narrower
 * value is extended by its own sign. Not for calls. Else as bpfhost_arguments_lay_out.
 */
int bpfhost_arguments_lay_out_places(const struct bpfhost_argument_plan *plan,
				     const struct bpfhost_argument *arguments, uint32_t places,
				     struct bpfhost_argument_layout *ret_layouts,
				     struct bpfhost_error *err);

/*
 * Sets constants, sizes of maps and which programs are loaded, and publishes the schemas, which are
 * freed then. calls: how many calls can be under way at a time. Errors are told.
 */
int bpfhost_arguments_configure(struct bpfhost_instance *self,
				struct bpfhost_argument_layout *layouts, uint32_t count,
				uint32_t calls);
int bpfhost_arguments_fill(struct bpfhost_instance *self,
			   const struct bpfhost_argument_layout *layouts, uint32_t count);

/*
 * For probes that come later, while the programs run: between bpfhost_arguments_configure and
 * bpfhost_load, room for so many layouts in all, of places without a condition and a stack, with strings
 * of up to capacity bytes. -EINVAL and told where probes have been configured that take a stack.
 */
int bpfhost_arguments_make_room(struct bpfhost_instance *self, uint32_t layouts, uint32_t capacity);
/* Whether there is room for a probe of this layout. */
bool bpfhost_arguments_fit(const struct bpfhost_argument_layout *layout, uint32_t capacity);
/* Takes count layouts in; first is the place of the first in the table. 0, -E2BIG or other -errno. */
int bpfhost_arguments_add(struct bpfhost_instance *self, struct bpfhost_argument_layout *layouts,
			  uint32_t first, uint32_t count, uint32_t capacity);

/* Tells the log what the files' names turned out to be, and what is damaged in them and left out. */
struct bpfhost_files;
void bpfhost_files_tell(const struct bpfhost_instance *self, const struct bpfhost_files *files);

/* The cookie of the index-th layout's function. */
static inline uint64_t bpfhost_argument_cookie(uint32_t index, uint32_t function)
{
	return (uint64_t)index << 32 | function;
}

/* As bpfhost_attach_uprobes, with the programs that fit the layout, to the file that is open as the
 * target's descriptor, wherever its path leads by now. */
int bpfhost_arguments_attach(struct bpfhost_instance *self,
			     const struct bpfhost_argument_layout *layout,
			     const struct bpfhost_target *target, uint32_t pid,
			     const struct bpfhost_uprobe *uprobes, uint32_t count);

/* Between bpfhost_stop and bpfhost_close: tells the log of calls that did not return or could not be
 * followed. */
void bpfhost_calls_tell(struct bpfhost_instance *self);

/*
 * Where a function's index-th integer argument is on entry (System V ABI of x86-64, AAPCS64), and what
 * it returns. Registers first, then the stack, 8 bytes an argument. stack_used: arguments that lie on
 * the stack before it for other reasons.
 */
struct bpfhost_argument bpfhost_argument_position(uint32_t index);
struct bpfhost_argument bpfhost_argument_on_stack(uint32_t bytes_behind_return_address);
struct bpfhost_argument bpfhost_argument_result(void);

#ifdef __cplusplus
}
#endif

#endif
