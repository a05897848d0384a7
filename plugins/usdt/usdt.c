/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The usdt plugin: static probes of programs and libraries. */
#include "usdt.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "discover.h"
#include "use.h"

struct usdt_state {
	struct usdt_catalogue *catalogue;
	struct usdt_uses uses;
	struct usdt_discover discover;
};

/* ---- catalogues ----------------------------------------------------------------------------------- */

static int usdt_add_folder(struct usdt_catalogue *catalogue, const char *path,
			   struct bpfhost_error *err)
{
	return access(path, F_OK) ? 0 : usdt_catalogue_path(catalogue, path, err);
}

static int usdt_add_given(struct bpfhost_instance *self, struct usdt_catalogue *catalogue,
			  struct bpfhost_error *err)
{
	const struct bpfhost_setting *given = bpfhost_option(self, "catalogue");
	int ret = 0;

	for (uint32_t i = 0; i < given->count && !ret; i++)
		ret = usdt_catalogue_path(catalogue, given->items[i].text, err);
	return ret;
}

int usdt_read_catalogues(struct bpfhost_instance *self, struct usdt_catalogue **ret_catalogue)
{
	struct usdt_catalogue *catalogue;
	struct bpfhost_error why = { 0 };
	int err = usdt_catalogue_new(&catalogue);

	if (err)
		return err;
	err = usdt_catalogue_shipped(catalogue, &why);
	if (!err)
		err = usdt_add_folder(catalogue, "/usr/share/bpfhost/usdt.d", &why);
	if (!err)
		err = usdt_add_folder(catalogue, "/etc/bpfhost/usdt.d", &why);
	if (!err)
		err = usdt_add_given(self, catalogue, &why);
	if (err) {
		usdt_catalogue_free(catalogue);
		return bpfhost_fail(self, err == -ENOMEM ? err : -EINVAL, "%s", why.text);
	}
	usdt_catalogue_sort(catalogue);
	*ret_catalogue = catalogue;
	return 0;
}

/* ---- what to attach ------------------------------------------------------------------------------- */

/* A probe that names what is not there or cannot be done is a wrong configuration. */
static bool usdt_is_mistake(int err)
{
	return err == -ENOENT || err == -ENOTSUP || err == -E2BIG || err == -ENOTUNIQ ||
	       err == -ENOEXEC || err == -EINVAL;
}

static void usdt_tell(struct bpfhost_instance *self, const struct usdt_uses *uses, uint32_t first,
		      const char *text)
{
	for (uint32_t i = first; i < uses->count; i++) {
		const struct bpfhost_target *target = &uses->items[i].file->file->target;
		uint32_t before = 0; /* once, though many probes may name it */

		while (before < i && &uses->items[before].file->file->target != target)
			before++;
		if (before == i && strcmp(target->text, target->path) != 0)
			bpfhost_info(self, "%s is %s%s", target->text, target->root, target->path);
	}
	bpfhost_info(self, "probe \"%s\" has %u site%s", text, uses->count - first,
		     uses->count - first == 1 ? "" : "s");
}

static int usdt_add(struct bpfhost_instance *self, const char *text,
		    const struct usdt_settings *settings)
{
	struct usdt_state *state = self->state;
	struct bpfhost_error why = { 0 };
	uint32_t first = state->uses.count;
	int err = usdt_uses_add(&state->uses, text, settings, &why);

	if (!err) {
		usdt_tell(self, &state->uses, first, text);
		return 0;
	}
	return bpfhost_fail(self, usdt_is_mistake(err) ? -EINVAL : err, "probe \"%s\": %s", text,
			    why.text[0] ? why.text : strerror(-err));
}

static struct usdt_settings usdt_settings(const struct bpfhost_instance *self)
{
	const struct usdt_state *state = self->state;

	return (struct usdt_settings){
		.self = self,
		.catalogue = state->catalogue,
		.pids = self->host->filter->pids,
		.npids = self->host->filter->npids,
		.string_size = (uint32_t)bpfhost_option_number(self, "string_size"),
	};
}

static int usdt_find_out(struct bpfhost_instance *self, const struct usdt_settings *settings)
{
	struct usdt_state *state = self->state;
	struct usdt_discover *discover = &state->discover;
	bool dry = self->host->flags & BPFHOST_RUN_DRY;

	discover->limit = (uint32_t)bpfhost_option_number(self, "limit");
	discover->late = !dry && bpfhost_option_number(self, "rescan");
	return usdt_discover_begin(discover, &state->uses, settings);
}

static int usdt_gather(struct bpfhost_instance *self)
{
	const struct bpfhost_setting *probes = bpfhost_option(self, "probes");
	const struct usdt_settings settings = usdt_settings(self);
	int err = 0;

	if (!probes->given)
		return usdt_find_out(self, &settings);
	for (uint32_t i = 0; i < probes->count && !err; i++)
		err = usdt_add(self, probes->items[i].text, &settings);
	return err;
}

/* ---- the vtable ----------------------------------------------------------------------------------- */

static int usdt_prepare(struct bpfhost_instance *self, struct usdt_state *state)
{
	int err = usdt_read_catalogues(self, &state->catalogue);

	if (!err)
		err = usdt_gather(self);
	if (!err)
		err = bpfhost_open(self);
	if (!err)
		err = bpfhost_uprobe_mode(self, (enum bpfhost_uprobe_mode)
							bpfhost_option_number(self, "attach"));
	if (!err)
		err = bpfhost_arguments_configure(self, state->uses.layouts, state->uses.nlayouts,
						  1);
	if (err || !state->discover.late)
		return err;
	return bpfhost_arguments_make_room(self, state->discover.limit,
					   (uint32_t)bpfhost_option_number(self, "string_size"));
}

static int usdt_load(struct bpfhost_instance *self)
{
	struct usdt_state *state = calloc(1, sizeof(*state));
	int err;

	if (!state)
		return -ENOMEM;
	self->state = state;
	err = usdt_prepare(self, state);
	if (!err)
		err = bpfhost_load(self);
	return err ? err : bpfhost_arguments_fill(self, state->uses.layouts, state->uses.nlayouts);
}

/* ---- attaching ------------------------------------------------------------------------------------ */

static uint32_t usdt_class(const struct usdt_uses *uses, const struct usdt_use *use)
{
	return uses->layouts[use->layout].class;
}

/* One link takes all sites in one file, for one process or all, that share a program. */
static bool usdt_share_link(const struct usdt_uses *uses, const struct usdt_use *a,
			    const struct usdt_use *b)
{
	return a->file == b->file && a->pid == b->pid && usdt_class(uses, a) == usdt_class(uses, b);
}

static int usdt_attach_lot(struct bpfhost_instance *self, const struct usdt_uses *uses,
			   const struct usdt_use *first, uint32_t count)
{
	struct bpfhost_uprobe *uprobes = calloc(count, sizeof(*uprobes));

	if (!uprobes)
		return -ENOMEM;
	for (uint32_t i = 0; i < count; i++) {
		uprobes[i].offset = first[i].site->offset;
		uprobes[i].semaphore = first[i].site->semaphore;
		uprobes[i].cookie = bpfhost_argument_cookie(first[i].layout, 0);
		uprobes[i].probe = first[i].name;
	}
	bpfhost_arguments_attach(self, &uses->layouts[first->layout],
				 first->file->file->target.address, first->pid, uprobes, count);
	free(uprobes);
	return 0;
}

static int usdt_by_link(const void *left, const void *right, void *ctx)
{
	const struct usdt_use *a = left, *b = right;
	const struct usdt_uses *uses = ctx;
	uint32_t class_a = usdt_class(uses, a), class_b = usdt_class(uses, b);

	if (a->file != b->file)
		return a->file < b->file ? -1 : 1;
	if (a->pid != b->pid)
		return a->pid < b->pid ? -1 : 1;
	if (class_a != class_b)
		return class_a < class_b ? -1 : 1;
	return (a->layout > b->layout) - (a->layout < b->layout);
}

/* The uses from first on. */
static int usdt_attach_uses(struct bpfhost_instance *self, struct usdt_uses *uses, uint32_t first)
{
	int err = 0;

	if (uses->count > first)
		qsort_r(&uses->items[first], uses->count - first, sizeof(*uses->items),
			usdt_by_link, uses);
	for (uint32_t i = first + 1; i <= uses->count && !err; i++) {
		if (i < uses->count && usdt_share_link(uses, &uses->items[first], &uses->items[i]))
			continue;
		err = usdt_attach_lot(self, uses, &uses->items[first], i - first);
		first = i;
	}
	return err;
}

static int usdt_attach(struct bpfhost_instance *self)
{
	struct usdt_state *state = self->state;
	int err = usdt_attach_uses(self, &state->uses, 0);

	if (!err && state->discover.late)
		err = bpfhost_timer(self, bpfhost_option_number(self, "rescan"));
	return err ? err : bpfhost_attached(self);
}

/* ---- while running -------------------------------------------------------------------------------- */

static void usdt_rescan(struct bpfhost_instance *self)
{
	const struct usdt_settings settings = usdt_settings(self);
	struct usdt_state *state = self->state;
	struct usdt_uses *uses = &state->uses;
	uint32_t use = uses->count, layout = uses->nlayouts;
	int err = usdt_discover_again(&state->discover, uses, &settings);

	if (!err && uses->count > use)
		err = bpfhost_arguments_add(self, uses->layouts, layout, uses->nlayouts - layout,
					    settings.string_size);
	if (!err && uses->count > use)
		err = usdt_attach_uses(self, uses, use);
	if (err)
		bpfhost_warn(self, "failed to attach to what was mapped since: %s", strerror(-err));
	if (!err && uses->count > use)
		bpfhost_info(self, "attached to %u more sites", uses->count - use);
	if (state->discover.full)
		bpfhost_timer(self, 0);
}

static int usdt_poll(struct bpfhost_instance *self, uint32_t budget)
{
	int taken = bpfhost_drain(self, budget);

	if (taken >= 0 && bpfhost_timer_due(self))
		usdt_rescan(self);
	return taken;
}

static uint64_t usdt_needs(struct bpfhost_instance *self)
{
	const struct usdt_state *state = self->state;

	return state->discover.late ? BPFHOST_NEED_LATE_ATTACH | BPFHOST_NEED_LATE_OPEN : 0;
}

static const struct bpfhost_ext_late usdt_ext_late = {
	.size = sizeof(struct bpfhost_ext_late),
	.needs = usdt_needs,
};

static int usdt_detach(struct bpfhost_instance *self)
{
	struct usdt_state *state = self->state;
	int err = bpfhost_close(self);

	if (state) {
		usdt_discover_end(&state->discover);
		usdt_uses_free(&state->uses);
		usdt_catalogue_free(state->catalogue);
	}
	free(state);
	self->state = NULL;
	return err;
}

static const char *const usdt_attach_choices[] = { "auto", "multi", "classic", NULL };

static const struct bpfhost_option usdt_options[] = {
	{
		.name = "probes",
		.type = BPFHOST_OPT_PROBE,
		.flags = BPFHOST_OPT_LIST,
		.help = "target:provider:name[(name: type, ...)] [if EXPR]; * and ? in provider "
			"and name; default: whatever is found in running programs",
	},
	{
		.name = "catalogue",
		.type = BPFHOST_OPT_STRING,
		.flags = BPFHOST_OPT_LIST,
		.help = "a file that names arguments, or a folder of such *.probes files; holds "
			"over /etc/bpfhost/usdt.d, /usr/share/bpfhost/usdt.d and what is built in",
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
		.name = "limit",
		.type = BPFHOST_OPT_UINT,
		.default_text = "1000",
		.min = 1,
		.max = USDT_SITES_LIMIT,
		.help = "without probes: at how many sites to attach at most",
	},
	{
		.name = "rescan",
		.type = BPFHOST_OPT_TIME,
		.default_text = "2s",
		.help = "without probes: how often to look for files that were mapped since; "
			"0s: never, and without the privileges for it",
	},
	{
		.name = "attach",
		.type = BPFHOST_OPT_CHOICE,
		.default_text = "auto",
		.choices = usdt_attach_choices,
		.help = "all sites of a file by one link (multi, Linux 6.6), or one by one "
			"(classic)",
	},
	{ .name = NULL },
};

static const void *usdt_extension(const char *id)
{
	if (!strcmp(id, BPFHOST_EXT_LATE))
		return &usdt_ext_late;
	return strcmp(id, BPFHOST_EXT_PROBES) ? NULL : &usdt_ext_probes;
}

BPFHOST_PLUGIN(.name = "usdt", .version = "0.1.0", .license = "GPL-2.0-only OR BSD-2-Clause",
	       .description = "static probes (USDT) of programs and libraries, by name",
	       .needs = BPFHOST_NEED_LATE_ATTACH | BPFHOST_NEED_LATE_OPEN, .options = usdt_options,
	       .extension = usdt_extension,
	       .vtable = {
		       .load = usdt_load,
		       .attach = usdt_attach,
		       .poll = usdt_poll,
		       .detach = usdt_detach,
	       });
