/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A probe that is attached costs its program something at each hit, so those that fire with every call or
 * lock stay out unless they are asked for, and there is a limit on the rest.
 */
#include "discover.h"

#include <errno.h>
#include <string.h>

struct discovery {
	struct usdt_discover *discover;
	struct usdt_uses *uses;
	const struct usdt_settings *settings;
	/* of the file at hand */
	uint32_t probes;
	uint32_t noisy;
	uint32_t beyond; /* the limit */
	uint32_t failed;
};

static bool discovery_has_room(const struct discovery *discovery, size_t sites)
{
	const struct usdt_uses *uses = discovery->uses;

	return uses->count + sites <= discovery->discover->limit;
}

/* For all processes, so that one is found which starts later; with --pid for this one. */
static void discovery_probe(struct discovery *discovery, struct usdt_file *file, uint32_t pid,
			    size_t first, size_t count)
{
	const struct usdt_settings *settings = discovery->settings;
	const struct bpfhost_usdt_site *site = &file->sites[first];
	struct bpfhost_error why = { 0 };

	discovery->probes++;
	if (usdt_catalogue_is_noisy(settings->catalogue, site->provider, site->name)) {
		discovery->noisy++;
		return;
	}
	if (!discovery_has_room(discovery, count)) {
		discovery->beyond++;
		return;
	}
	if (!usdt_uses_add_found(discovery->uses, file, first, count, settings->npids ? pid : 0,
				 settings, &why)) {
		bpfhost_debug(settings->self, "found %s:%s:%s", file->file->target.path,
			      site->provider, site->name);
		return;
	}
	discovery->failed++;
	bpfhost_debug(settings->self, "%s:%s of %s is left out: %s", site->provider, site->name,
		      file->file->target.path, why.text);
}

static void discovery_tell(const struct discovery *discovery, const struct usdt_file *file)
{
	const struct bpfhost_instance *self = discovery->settings->self;

	char noisy[64] = "";

	if (discovery->noisy)
		snprintf(noisy, sizeof(noisy), ", %u of them left out as noisy", discovery->noisy);
	bpfhost_info(self, "found %s%s: %u static probe%s%s", file->file->target.root,
		     file->file->target.path, discovery->probes, discovery->probes == 1 ? "" : "s",
		     noisy);
	if (discovery->failed)
		bpfhost_warn(self, "%s: %u probes cannot be attached", file->file->target.path,
			     discovery->failed);
	if (!discovery->beyond || discovery->discover->full)
		return;
	discovery->discover->full = true;
	bpfhost_warn(self,
		     "the limit of %u sites is reached: %u probes of %s, and what is found later, "
		     "are left out; option \"limit\" raises it",
		     discovery->discover->limit, discovery->beyond, file->file->target.path);
}

static int discovery_found(void *ctx, uint32_t pid, const char *path)
{
	struct discovery *discovery = ctx;
	struct bpfhost_error why = { 0 };
	struct usdt_file *file;
	uint32_t only;
	size_t count;

	if (discovery->discover->full)
		return 0;
	if (usdt_files_get(&discovery->uses->files, path, pid, &file, &only, &why)) {
		bpfhost_debug(discovery->settings->self, "%s is left out: %s", path, why.text);
		return 0;
	}
	discovery->probes = discovery->noisy = discovery->beyond = discovery->failed = 0;
	for (size_t i = 0; i < file->nsites; i += count) {
		count = usdt_file_group(file, i);
		discovery_probe(discovery, file, pid, i, count);
	}
	discovery_tell(discovery, file);
	return 0;
}

int usdt_discover_again(struct usdt_discover *discover, struct usdt_uses *uses,
			const struct usdt_settings *settings)
{
	struct discovery discovery = { .discover = discover, .uses = uses, .settings = settings };

	if (discover->full)
		return 0;
	return usdt_scan_walk(discover->scan, settings->pids, settings->npids, discovery_found,
			      &discovery);
}

static void discover_tell_none(const struct usdt_discover *discover,
			       const struct usdt_settings *settings)
{
	struct bpfhost_error why = { 0 };

	usdt_scan_tell_none(discover->scan, &why);
	bpfhost_warn(settings->self, "%s", why.text);
}

int usdt_discover_begin(struct usdt_discover *discover, struct usdt_uses *uses,
			const struct usdt_settings *settings)
{
	int err = usdt_scan_new(&discover->scan);

	if (!err)
		err = usdt_discover_again(discover, uses, settings);
	if (err)
		return bpfhost_fail(settings->self, err, "failed to look through the processes: %s",
				    strerror(-err));
	if (!uses->files.count)
		discover_tell_none(discover, settings);
	if (discover->late)
		bpfhost_info(settings->self,
			     "looking for files that are mapped later, for which this process "
			     "keeps its privileges; with rescan=0s it gives them up");
	return 0;
}

void usdt_discover_end(struct usdt_discover *discover)
{
	usdt_scan_free(discover->scan);
	discover->scan = NULL;
}
