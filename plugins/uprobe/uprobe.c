/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The uprobe plugin: functions of programs and libraries, their arguments, results and latencies. */
#include "uprobe.h"

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "callers.h"
#include "preset.h"
#include "unused.h"
#include "use.h"

#define UPROBE_DEFAULT       "libc:getaddrinfo(node: str) -> i32"
#define UPROBE_DEFAULT_ENTRY "libc:getaddrinfo(node: str)"

/* ---- what to attach ------------------------------------------------------------------------------- */

static struct uprobe_settings uprobe_settings(const struct bpfhost_instance *self)
{
	return (struct uprobe_settings){
		.pids = self->host->filter->pids,
		.npids = self->host->filter->npids,
		.string_size = (uint32_t)bpfhost_option_number(self, "string_size"),
		.stack = uprobe_callers_depth(self),
		.force = bpfhost_option_number(self, "force"),
	};
}

static int uprobe_add(struct bpfhost_instance *self, const char *text)
{
	const struct uprobe_settings settings = uprobe_settings(self);
	struct bpfhost_error why = { 0 };
	int err = uprobe_uses_add(self->state, text, NULL, &settings, &why);

	return err ? bpfhost_leave_out(self, err, "probe", text, &why) : 0;
}

static int uprobe_add_preset(struct bpfhost_instance *self, const char *name)
{
	struct uprobe_settings settings = uprobe_settings(self);
	struct bpfhost_error why = { 0 };
	int err;

	settings.is_vouched_for = true;
	err = uprobe_preset_add(self->state, name, uprobe_preset_folders, &settings, &why);

	return err ? bpfhost_leave_out(self, err, "preset", name, &why) : 0;
}

/* Once, though many probes may name it. */
static void uprobe_tell_unused(struct bpfhost_instance *self, const struct uprobe_uses *uses,
			       uint32_t index)
{
	const struct bpfhost_file *file = uses->items[index].file;

	for (uint32_t i = 0; i < index; i++)
		if (uses->items[i].file == file)
			return;
	if (uprobe_is_unused(self->host->filter, &file->target))
		bpfhost_warn(
			self,
			"no process of --pid runs %s or has it mapped by now: what is traced is "
			"this very file, not a copy or what was replaced by it",
			file->target.path);
}

/* Once, though they may be in several lots, and several processes may run the file. */
static void uprobe_tell_doubt(struct bpfhost_instance *self, const struct uprobe_uses *uses,
			      uint32_t index)
{
	const struct uprobe_use *use = &uses->items[index];

	for (uint32_t i = 0; i < index; i++)
		if (uses->items[i].places == use->places)
			return;
	if (use->places->doubt)
		bpfhost_warn(self, "%s: %s", use->file->target.path, use->places->doubt);
}

static void uprobe_tell_use(struct bpfhost_instance *self, const struct uprobe_use *use)
{
	const struct bpfhost_target *target = &use->file->target;
	uint32_t slow = 0;

	for (uint32_t i = 0; i < use->count; i++)
		slow += use->places->items[use->first + i].single_step;
	if (use->places->copy)
		bpfhost_warn(self,
			     "%s: calls of %s may go to \"%s\", a copy that the compiler made of "
			     "it; \"%s*\" has both",
			     target->path, use->places->items[use->first].name, use->places->copy,
			     use->places->items[use->first].name);
	if (use->places->refused)
		bpfhost_debug(self, "%s: %u functions take no probe and are left out", target->path,
			      use->places->refused);
	if (use->places->unfollowed)
		bpfhost_debug(
			self,
			"%s: %u functions cannot be followed to their return and are left out",
			target->path, use->places->unfollowed);
	if (slow)
		bpfhost_debug(self,
			      "%s: %u of %u places are single-stepped, which makes a hit some ten "
			      "times as dear",
			      target->path, slow, use->count);
}

/* Where following calls could kill what is traced, their begin alone. */
static int uprobe_add_default(struct bpfhost_instance *self)
{
	const struct uprobe_settings settings = uprobe_settings(self);
	struct bpfhost_error why = { 0 };
	int err = uprobe_uses_add(self->state, UPROBE_DEFAULT, NULL, &settings, &why);

	if (err != -ENOTSUP)
		return err ? bpfhost_fail_probe(self, err, "probe", UPROBE_DEFAULT, &why) : 0;
	bpfhost_warn(self, "results and latencies are left out: %s", why.text);
	return uprobe_add(self, UPROBE_DEFAULT_ENTRY);
}

static int uprobe_gather(struct bpfhost_instance *self)
{
	const struct bpfhost_setting *probes = bpfhost_option(self, "probes");
	const struct bpfhost_setting *presets = bpfhost_option(self, "preset");
	const struct uprobe_uses *uses = self->state;
	int err = 0;

	for (uint32_t i = 0; i < probes->count && !err; i++)
		err = uprobe_add(self, probes->items[i].text);
	for (uint32_t i = 0; i < presets->count && !err; i++)
		err = uprobe_add_preset(self, presets->items[i].text);
	if (!probes->given && !presets->given)
		err = uprobe_add_default(self);
	if (!err)
		err = bpfhost_left_out(self, uses->count);
	for (uint32_t i = 0; i < uses->count && !err; i++) {
		uprobe_tell_unused(self, uses, i);
		uprobe_tell_doubt(self, uses, i);
		uprobe_tell_use(self, &uses->items[i]);
	}
	bpfhost_files_tell(self, &uses->files);
	return err;
}

/* ---- the vtable ----------------------------------------------------------------------------------- */

static int uprobe_prepare(struct bpfhost_instance *self, struct uprobe_uses *uses)
{
	uint32_t calls = (uint32_t)bpfhost_option_number(self, "calls");
	int err = uprobe_gather(self);

	if (!err)
		err = bpfhost_open(self);
	if (!err)
		err = bpfhost_uprobe_mode(self, (enum bpfhost_uprobe_mode)
							bpfhost_option_number(self, "attach"));
	return err ? err : bpfhost_arguments_configure(self, uses->layouts, uses->nlayouts, calls);
}

static int uprobe_load(struct bpfhost_instance *self)
{
	struct uprobe_uses *uses = calloc(1, sizeof(*uses));
	int err;

	if (!uses)
		return -ENOMEM;
	self->state = uses;
	uses->files.self = self;
	err = uprobe_prepare(self, uses);
	if (!err)
		err = bpfhost_load(self);
	if (!err)
		err = bpfhost_arguments_fill(self, uses->layouts, uses->nlayouts);
	return err ? err : uprobe_callers_prepare(self, uses);
}

/* How many uses from first on one link can hold: to let go of a link takes the kernel 40 ms. */
static uint32_t uprobe_together(const struct uprobe_uses *uses, uint32_t first,
				uint32_t *ret_places)
{
	const struct uprobe_use *a = &uses->items[first];
	const struct bpfhost_argument_layout *layout = &uses->layouts[a->layout];
	uint32_t n = 0;

	for (*ret_places = 0; first + n < uses->count; n++) {
		const struct uprobe_use *b = &uses->items[first + n];
		const struct bpfhost_argument_layout *other = &uses->layouts[b->layout];

		if (b->file != a->file || b->pid != a->pid ||
		    other->size_class != layout->size_class || other->is_call != layout->is_call)
			break;
		*ret_places += b->count;
	}
	return n;
}

static struct bpfhost_uprobe *uprobe_fill(const struct uprobe_use *use,
					  struct bpfhost_uprobe *uprobes)
{
	for (uint32_t i = 0; i < use->count; i++) {
		const struct uprobe_place *place = &use->places->items[use->first + i];

		uprobes[i].offset = place->offset;
		uprobes[i].cookie = bpfhost_argument_cookie(use->layout, i);
		uprobes[i].probe = place->name ?: use->file->target.text;
	}
	return uprobes + use->count;
}

/* Of several uses; *first becomes that of the next. */
static int uprobe_attach_some(struct bpfhost_instance *self, const struct uprobe_uses *uses,
			      uint32_t *first)
{
	const struct uprobe_use *use = &uses->items[*first];
	uint32_t places, n = uprobe_together(uses, *first, &places);
	struct bpfhost_uprobe *uprobes = calloc(places, sizeof(*uprobes)), *next = uprobes;

	if (!uprobes)
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++)
		next = uprobe_fill(&use[i], next);
	bpfhost_arguments_attach(self, &uses->layouts[use->layout], &use->file->target, use->pid,
				 uprobes, places);
	free(uprobes);
	*first += n;
	return 0;
}

/* Symbols and places are not asked for again; what they took is given back to the system. */
static void uprobe_forget(struct bpfhost_instance *self)
{
	if (self->state)
		uprobe_uses_free(self->state);
	free(self->state);
	self->state = NULL;
#ifdef __GLIBC__
	malloc_trim(0);
#endif
}

static int uprobe_attach(struct bpfhost_instance *self)
{
	struct uprobe_uses *uses = self->state;
	uint32_t next = 0;
	int err = 0;

	while (next < uses->count && !err)
		err = uprobe_attach_some(self, uses, &next);
	if (uses->stacks) /* which ask for the layouts of their records */
		bpfhost_files_rest(&uses->files);
	else
		uprobe_forget(self);
	return err ? err : bpfhost_attached(self);
}

static int uprobe_detach(struct bpfhost_instance *self)
{
	int err;

	bpfhost_stop(self);
	bpfhost_calls_tell(self);
	err = bpfhost_close(self);
	uprobe_forget(self);
	return err;
}

static const char *const uprobe_stack_choices[] = { "none", "user", "kernel", "both", NULL };

static const struct bpfhost_option uprobe_options[] = {
	{
		.name = "probes",
		.type = BPFHOST_OPT_PROBE,
		.flags = BPFHOST_OPT_LIST,
		.help = "target:function[(name: type, ...)] [-> type] [if EXPR]; * and ? in the "
			"function; default: " UPROBE_DEFAULT,
	},
	{
		.name = "preset",
		.type = BPFHOST_OPT_STRING,
		.flags = BPFHOST_OPT_LIST,
		.help = "probes that were worked out for a program: mysql, or NAME of "
			"/etc/bpfhost/uprobe.d/NAME.preset",
	},
	{
		.name = "string_size",
		.type = BPFHOST_OPT_UINT,
		.default_text = "256",
		.min = 16,
		.max = 4096,
		.help = "bytes kept of a str without a size of its own",
	},
	{
		.name = "calls",
		.type = BPFHOST_OPT_UINT,
		.default_text = "16384",
		.min = 16,
		.max = 1048576,
		.help = "how many calls can be followed to their return at a time",
	},
	BPFHOST_OPTION_ATTACH,
	{
		.name = "stack",
		.type = BPFHOST_OPT_CHOICE,
		.default_text = "none",
		.choices = uprobe_stack_choices,
		.help = "who called: functions of the program, of the kernel, or both",
	},
	{
		.name = "stack_depth",
		.type = BPFHOST_OPT_UINT,
		.default_text = "32",
		.min = 1,
		.max = BPFHOST_STACK_DEPTH,
		.help = "the most frames of a stack, innermost first",
	},
	{
		.name = "force",
		.type = BPFHOST_OPT_BOOL,
		.default_text = "false",
		.help = "attach also where that may kill the program: to follow a call to its "
			"return, inside of an instruction",
	},
	{ .name = NULL },
};

static const void *uprobe_extension(const char *id)
{
	return strcmp(id, BPFHOST_EXT_PROBES) ? NULL : &uprobe_ext_probes;
}

BPFHOST_PLUGIN(.name = "uprobe", .version = "0.1.0", .license = "GPL-2.0-only OR BSD-2-Clause",
	       .description = "functions of programs and libraries: arguments, results, latencies",
	       .options = uprobe_options, .extension = uprobe_extension,
	       .vtable = {
		       .load = uprobe_load,
		       .attach = uprobe_attach,
		       .detach = uprobe_detach,
	       });
