/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A probe that is attached costs its program something at each hit, so those that fire with every call or
 * lock stay out unless they are asked for, and there is a limit on the rest.
 *
 * Whoever may run a program may have us look at it. So nothing that one process is made of keeps us from
 * the others: looking pauses when its time is over, and of a file that was looked at its descriptor is
 * kept, until the probes are attached, and nothing else.
 */
#include "discover.h"

#include <errno.h>
#include <string.h>

#define DISCOVER_FIRST_SECONDS 3U        /* of the ten that the host waits for */
#define DISCOVER_SLICE_NS      10000000U /* of the sixty ms that it takes to fill the ring */

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
	return usdt_uses_sites(discovery->uses) + sites <= discovery->discover->limit;
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

static void discovery_tell(const struct discovery *discovery, const struct bpfhost_target *target)
{
	const struct bpfhost_instance *self = discovery->settings->self;
	struct usdt_discover *discover = discovery->discover;

	char noisy[64] = "";

	if (discovery->noisy)
		snprintf(noisy, sizeof(noisy), ", %u of them left out as noisy", discovery->noisy);
	bpfhost_info(self, "found %s%s: %u static probe%s%s", target->root, target->path,
		     discovery->probes, discovery->probes == 1 ? "" : "s", noisy);
	if (discovery->failed)
		bpfhost_warn(self, "%s: %u probes cannot be attached", target->path,
			     discovery->failed);
	discover->full = usdt_uses_sites(discovery->uses) >= discover->limit;
	if (discovery->beyond || discover->full)
		bpfhost_warn(self,
			     "the limit of %u sites is reached: %u probes of %s%s are left out; "
			     "option \"limit\" raises it",
			     discover->limit, discovery->beyond, target->path,
			     discover->full ? ", and what is found later," : "");
}

static void discovery_file(struct discovery *discovery, struct usdt_file *file, uint32_t pid)
{
	size_t count;

	discovery->probes = discovery->noisy = discovery->beyond = discovery->failed = 0;
	for (size_t i = 0; i < file->nsites; i += count) {
		count = usdt_file_group(file, i);
		discovery_probe(discovery, file, pid, i, count);
	}
	discovery_tell(discovery, &file->file->target);
	usdt_file_rest(file);
}

static int discovery_found(void *ctx, uint32_t pid, const char *path)
{
	struct discovery *discovery = ctx;
	struct bpfhost_error why = { 0 };
	struct usdt_file *file;

	if (discovery->discover->full)
		return 0;
	discovery->uses->files.files.are_found = true;
	if (usdt_files_get(&discovery->uses->files, path, pid, &file, &why))
		bpfhost_debug(discovery->settings->self, "%s is left out: %s", path, why.text);
	else
		discovery_file(discovery, file, pid);
	return 0;
}

static int discover_walk(struct usdt_discover *discover, struct usdt_uses *uses,
			 const struct usdt_settings *settings, uint64_t budget_ns)
{
	struct discovery discovery = { .discover = discover, .uses = uses, .settings = settings };
	int ret = usdt_scan_walk(discover->scan, settings->pids, settings->npids, budget_ns,
				 discovery_found, &discovery);
	struct usdt_scan_sums sums = usdt_scan_sums(discover->scan);

	discover->paused = ret == USDT_SCAN_PAUSED;
	if (sums.full && !discover->overfull)
		bpfhost_warn(
			settings->self,
			"more than %u different files are mapped: the others are not looked at",
			sums.files);
	discover->overfull = sums.full;
	return ret < 0 ? ret : 0;
}

int usdt_discover_again(struct usdt_discover *discover, struct usdt_uses *uses,
			const struct usdt_settings *settings)
{
	discover->paused = false;
	return discover->full ? 0 : discover_walk(discover, uses, settings, DISCOVER_SLICE_NS);
}

static void discover_tell_none(const struct usdt_discover *discover,
			       const struct usdt_settings *settings)
{
	struct bpfhost_error why = { 0 };

	usdt_scan_tell_none(discover->scan, &why);
	bpfhost_warn(settings->self, "%s", why.text);
}

static void discover_tell(const struct usdt_discover *discover, const struct usdt_uses *uses,
			  const struct usdt_settings *settings)
{
	if (!uses->files.count && !discover->paused)
		discover_tell_none(discover, settings);
	if (discover->paused)
		bpfhost_warn(settings->self, "after %u seconds %s", DISCOVER_FIRST_SECONDS,
			     discover->late ? "not all processes are looked through; that goes on"
					    : "the other processes are not looked through");
	if (usdt_discover_goes_on(discover))
		bpfhost_info(settings->self,
			     "looking for files that are mapped later, for which this process "
			     "keeps its privileges; with rescan=0s it gives them up");
}

int usdt_discover_begin(struct usdt_discover *discover, struct usdt_uses *uses,
			const struct usdt_settings *settings)
{
	int err = usdt_scan_new(settings->self, &discover->scan);

	if (!err)
		err = discover_walk(discover, uses, settings,
				    DISCOVER_FIRST_SECONDS * 1000000000ULL);
	if (err)
		return bpfhost_fail(settings->self, err, "failed to look through the processes: %s",
				    strerror(-err));
	discover_tell(discover, uses, settings);
	return 0;
}

bool usdt_discover_goes_on(const struct usdt_discover *discover)
{
	return discover->late && !discover->full;
}

void usdt_discover_end(struct usdt_discover *discover)
{
	usdt_scan_free(discover->scan);
	discover->scan = NULL;
}
