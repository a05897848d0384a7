/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The usdt plugin: static probes of programs and libraries. */
#include "usdt.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "discover.h"
#include "use.h"

#define USDT_PAUSE_NS 50000000U /* between two looks that go through all processes together */

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

static int usdt_add(struct bpfhost_instance *self, const char *text,
		    const struct usdt_settings *settings)
{
	struct usdt_uses *uses = &((struct usdt_state *)self->state)->uses;
	struct bpfhost_error why = { 0 };
	uint32_t sites = uses->count;
	int err = usdt_uses_add(uses, text, settings, &why);

	if (err)
		return bpfhost_leave_out(self, err, "probe", text, &why);
	sites = uses->count - sites;
	bpfhost_info(self, "probe \"%s\" has %u site%s", text, sites, sites == 1 ? "" : "s");
	return 0;
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
	const struct usdt_uses *uses = &((struct usdt_state *)self->state)->uses;
	int err = 0;

	if (!probes->given)
		return usdt_find_out(self, &settings);
	for (uint32_t i = 0; i < probes->count && !err; i++)
		err = usdt_add(self, probes->items[i].text, &settings);
	if (!err)
		err = bpfhost_left_out(self, uses->count);
	bpfhost_files_tell(self, &uses->files.files);
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
	state->uses.files.files.self = self;
	err = usdt_prepare(self, state);
	if (!err)
		err = bpfhost_load(self);
	return err ? err : bpfhost_arguments_fill(self, state->uses.layouts, state->uses.nlayouts);
}

/* ---- attaching ------------------------------------------------------------------------------------ */

static uint32_t usdt_class(const struct usdt_uses *uses, const struct usdt_use *use)
{
	return uses->layouts[use->layout].size_class;
}

/* One link takes all sites in one file, for one process or all, that share a program. */
static bool usdt_share_link(const struct usdt_uses *uses, const struct usdt_use *a,
			    const struct usdt_use *b)
{
	return a->file == b->file && a->pid == b->pid && usdt_class(uses, a) == usdt_class(uses, b);
}

/* -ENOMEM, or the first error of the kernel, which is told. */
static int usdt_attach_lot(struct bpfhost_instance *self, const struct usdt_uses *uses,
			   const struct usdt_use *first, uint32_t count)
{
	struct bpfhost_uprobe *uprobes = calloc(count, sizeof(*uprobes));
	int err;

	if (!uprobes)
		return -ENOMEM;
	for (uint32_t i = 0; i < count; i++) {
		uprobes[i].offset = first[i].offset;
		uprobes[i].semaphore = first[i].semaphore;
		uprobes[i].cookie =
			bpfhost_argument_cookie(uses->before.layouts + first[i].layout, 0);
		uprobes[i].probe = first[i].name;
	}
	err = bpfhost_arguments_attach(self, &uses->layouts[first->layout],
				       &first->file->file->target, first->pid, uprobes, count);
	free(uprobes);
	return err;
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

/* As far as it goes; the first error. */
static int usdt_attach_uses(struct bpfhost_instance *self, struct usdt_uses *uses)
{
	uint32_t first = 0;
	int ret = 0, err;

	if (uses->count)
		qsort_r(uses->items, uses->count, sizeof(*uses->items), usdt_by_link, uses);
	for (uint32_t i = 1; i <= uses->count; i++) {
		if (i < uses->count && usdt_share_link(uses, &uses->items[first], &uses->items[i]))
			continue;
		err = usdt_attach_lot(self, uses, &uses->items[first], i - first);
		ret = ret ? ret : err;
		first = i;
	}
	return ret;
}

/* Files, layouts and names are not asked for again, and what is there for finding more only then. */
static void usdt_forget(struct usdt_state *state)
{
	usdt_uses_forget(&state->uses);
	if (!usdt_discover_goes_on(&state->discover)) {
		usdt_discover_end(&state->discover);
		usdt_catalogue_free(state->catalogue);
		state->catalogue = NULL;
	}
#ifdef __GLIBC__
	malloc_trim(0);
#endif
}

static uint64_t usdt_interval(struct bpfhost_instance *self, const struct usdt_discover *discover)
{
	uint64_t rescan = bpfhost_option_number(self, "rescan");

	if (!usdt_discover_goes_on(discover))
		return 0;
	return discover->paused && rescan > USDT_PAUSE_NS ? USDT_PAUSE_NS : rescan;
}

static int usdt_attach(struct bpfhost_instance *self)
{
	struct usdt_state *state = self->state;
	uint64_t interval = usdt_interval(self, &state->discover);
	int err = usdt_attach_uses(self, &state->uses);

	usdt_forget(state);
	if (err == -ENOMEM)
		return err;
	err = interval ? bpfhost_timer(self, interval) : 0;
	return err ? err : bpfhost_attached(self);
}

/* ---- while running -------------------------------------------------------------------------------- */

/* What was found since. */
static void usdt_attach_more(struct bpfhost_instance *self, const struct usdt_settings *settings)
{
	struct usdt_uses *uses = &((struct usdt_state *)self->state)->uses;
	uint32_t count = uses->count;
	int err;

	if (!count)
		return;
	err = bpfhost_arguments_add(self, uses->layouts, uses->before.layouts, uses->nlayouts,
				    settings->string_size);
	if (!err)
		err = usdt_attach_uses(self, uses);
	if (err)
		bpfhost_warn(self, "failed to attach to all of %u more sites: %s", count,
			     strerror(-err));
	else
		bpfhost_info(self, "attached to %u more sites", count);
}

static void usdt_rescan(struct bpfhost_instance *self)
{
	struct usdt_settings settings = usdt_settings(self);
	struct usdt_state *state = self->state;
	uint64_t interval = usdt_interval(self, &state->discover), next;
	int err;

	settings.running = true;
	err = usdt_discover_again(&state->discover, &state->uses, &settings);
	if (err)
		bpfhost_warn(self, "failed to look through the processes: %s", strerror(-err));
	usdt_attach_more(self, &settings);
	usdt_uses_forget(&state->uses);
	next = usdt_interval(self, &state->discover);
	if (next != interval)
		bpfhost_timer(self, next);
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

	return usdt_discover_goes_on(&state->discover)
		       ? BPFHOST_NEED_LATE_ATTACH | BPFHOST_NEED_LATE_OPEN
		       : 0;
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
	BPFHOST_OPTION_ATTACH,
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
