/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "attach.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>

#include "explain.h"

#define ATTACH_PATIENCE 100 /* times 10 ms */

/* A run over the interfaces that were not tried yet. */
struct attach_round {
	struct bpfhost_instance *self;
	struct bpf_program *program;
	enum xdp_mode mode;
	bool replace;
	struct xdp_census census;
	struct xdp_guard guard;
};

static const uint32_t mode_flags[] = {
	[XDP_MODE_NATIVE] = XDP_FLAGS_DRV_MODE,
	[XDP_MODE_GENERIC] = XDP_FLAGS_SKB_MODE,
	[XDP_MODE_OFFLOAD] = XDP_FLAGS_HW_MODE,
};

static const uint32_t mode_attached[] = {
	[XDP_MODE_NATIVE] = XDP_ATTACHED_DRV,
	[XDP_MODE_GENERIC] = XDP_ATTACHED_SKB,
	[XDP_MODE_OFFLOAD] = XDP_ATTACHED_HW,
};

static const char *const mode_names[] = { "auto", "native", "generic", "offload" };

/* ---- names for the programs -------------------------------------------------------------------- */

static int attach_map(struct bpfhost_instance *self, const char *name)
{
	return bpf_object__find_map_fd_by_name(bpfhost_object(self), name);
}

int xdp_attach_name(struct bpfhost_instance *self, const struct xdp_target *target)
{
	struct xdp_interface entry = { 0 };

	memcpy(entry.name, target->name, sizeof(entry.name));
	return bpf_map_update_elem(attach_map(self, "xdp_interfaces"), &target->ifindex, &entry,
				   BPF_ANY)
		       ? -errno
		       : 0;
}

void xdp_attach_unname(struct bpfhost_instance *self, const struct xdp_target *target)
{
	bpf_map_delete_elem(attach_map(self, "xdp_interfaces"), &target->ifindex);
	bpf_map_delete_elem(attach_map(self, "xdp_first"), &target->ifindex);
}

uint32_t xdp_attach_program_id(struct bpfhost_instance *self)
{
	const struct bpf_program *program =
		bpf_object__find_program_by_name(bpfhost_object(self), "xdp_program");
	struct bpf_prog_info info = { 0 };
	uint32_t size = sizeof(info);

	return bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size) ? 0 : info.id;
}

/* ---- a free interface -------------------------------------------------------------------------- */

/* The link's descriptor or -errno. */
static int attach_link(const struct attach_round *round, const struct xdp_target *target,
		       enum xdp_mode mode)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = mode_flags[mode]);
	int fd = bpf_link_create(bpf_program__fd(round->program), (int)target->ifindex, BPF_XDP,
				 &opts);

	return fd < 0 ? -errno : fd;
}

static bool attach_is_occupied(int err)
{
	return err == -EBUSY || err == -EEXIST;
}

static int attach_auto(const struct attach_round *round, const struct xdp_target *target,
		       enum xdp_mode *ret_mode, char *why, size_t size)
{
	int fd = attach_link(round, target, XDP_MODE_NATIVE);

	*ret_mode = XDP_MODE_NATIVE;
	if (fd >= 0 || attach_is_occupied(fd) || fd == -ENODEV || fd == -EPERM)
		return fd;
	xdp_explain(target->ifindex, XDP_MODE_NATIVE, fd, why, size);
	*ret_mode = XDP_MODE_GENERIC;
	return attach_link(round, target, XDP_MODE_GENERIC);
}

static void attach_stand_in(const char *who, char *text, size_t size)
{
	snprintf(text, size,
		 "it is occupied by %s, which itself is there in place of another program, so that "
		 "it cannot give way; end its instance first",
		 who);
}

/* Who is in the way, or what else is. */
static void attach_reason(struct attach_round *round, const struct xdp_target *target,
			  enum xdp_mode mode, int err, char *text, size_t size)
{
	struct xdp_occupant occupant;
	char who[160];

	if (!attach_is_occupied(err) ||
	    xdp_occupied_find(&round->census, target->ifindex, &occupant)) {
		xdp_explain(target->ifindex, mode, err, text, size);
		return;
	}
	xdp_occupied_text(&occupant, who, sizeof(who));
	if (xdp_occupied_is_left_over(&occupant))
		snprintf(text, size, "it is occupied by %s; replace=true takes it off", who);
	else if (occupant.stands_in)
		attach_stand_in(who, text, size);
	else
		snprintf(text, size,
			 "it is occupied by %s; replace=true takes its place for the time", who);
}

static int attach_free(struct attach_round *round, struct xdp_target *target)
{
	enum xdp_mode mode = round->mode;
	char why[256] = "", cause[512];
	int fd = mode == XDP_MODE_AUTO ? attach_auto(round, target, &mode, why, sizeof(why))
				       : attach_link(round, target, mode);
	int err;

	if (fd < 0) {
		attach_reason(round, target, mode, fd, cause, sizeof(cause));
		return bpfhost_missed(round->self, target->name, fd, cause);
	}
	err = bpfhost_keep_link_fd(round->self, fd);
	if (err)
		return bpfhost_missed(round->self, target->name, err, strerror(-err));
	target->link = fd;
	target->state = XDP_TARGET_ATTACHED;
	bpfhost_info(round->self, "%s: attached in %s mode%s%s%s", target->name, mode_names[mode],
		     why[0] ? " (not native: " : "", why, why[0] ? ")" : "");
	return 0;
}

/* ---- an occupied one --------------------------------------------------------------------------- */

static int attach_in_place(struct attach_round *round, struct xdp_target *target,
			   struct xdp_replaced *replaced)
{
	char who[160], cause[512];
	int err;

	xdp_occupied_text(&replaced->was, who, sizeof(who));
	if (replaced->was.stands_in && !replaced->is_left_over) {
		attach_stand_in(who, cause, sizeof(cause));
		return bpfhost_missed(round->self, target->name, -EBUSY, cause);
	}
	if (round->mode != XDP_MODE_AUTO && mode_attached[round->mode] != replaced->was.mode) {
		snprintf(cause, sizeof(cause),
			 "it is occupied by %s, which has no place in %s mode", who,
			 mode_names[round->mode]);
		return bpfhost_missed(round->self, target->name, -EBUSY, cause);
	}
	err = xdp_replaced_take(replaced, bpf_program__fd(round->program));
	if (err) {
		snprintf(cause, sizeof(cause), "%s does not give way: %s", who, strerror(-err));
		return bpfhost_missed(round->self, target->name, err, cause);
	}
	replaced->is_taken = true;
	target->state = XDP_TARGET_ATTACHED;
	bpfhost_count_attached(round->self);
	bpfhost_info(round->self, "%s: attached in %s mode in place of %s, until the end",
		     target->name, xdp_occupied_mode(replaced->was.mode), who);
	return 0;
}

/* After a crash the program of the worker before may still be there, for a moment. */
static int attach_find_occupant(struct attach_round *round, const struct xdp_target *target,
				struct xdp_occupant *ret)
{
	int err = xdp_occupied_find(&round->census, target->ifindex, ret);

	for (int i = 0; i < ATTACH_PATIENCE && !err; i++) {
		if (!xdp_occupied_is_leaving(&round->census, ret))
			break;
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
		xdp_census_free(&round->census);
		err = xdp_occupied_find(&round->census, target->ifindex, ret);
	}
	return err;
}

static int attach_hold(struct attach_round *round, const struct xdp_target *target)
{
	struct xdp_replaced replaced = { .ifindex = target->ifindex, .link = -1, .old = -1 };
	struct xdp_occupant occupant;
	int err = attach_find_occupant(round, target, &occupant);

	if (err)
		return err == -ENOENT ? 0 : err;
	memcpy(replaced.name, target->name, sizeof(replaced.name));
	err = xdp_replaced_open(&replaced, &occupant);
	if (!err)
		err = xdp_guard_add(&round->guard, &replaced);
	if (err)
		xdp_replaced_close(&replaced);
	return err;
}

/* All programs that are to give way, and who will put them back, before the first one does. */
static int attach_hold_all(struct attach_round *round, const struct xdp *xdp)
{
	int err = 0;

	for (uint32_t i = 0; i < xdp->interfaces.count; i++)
		if (!xdp->interfaces.items[i].tried)
			attach_hold(round, &xdp->interfaces.items[i]);
	if (round->guard.count)
		err = xdp_guard_start(&round->guard, bpf_program__fd(round->program));
	if (!err)
		return 0;
	bpfhost_warn(round->self,
		     "failed to start what would put programs back, so none is replaced: %s",
		     strerror(-err));
	xdp_guard_free(&round->guard);
	return err;
}

/* ---- all --------------------------------------------------------------------------------------- */

static void attach_plan(struct attach_round *round, const struct xdp_target *target)
{
	static const char *const modes[] = {
		"native mode, or in generic mode where that cannot be",
		"native mode",
		"generic mode",
		"offload mode",
	};
	struct xdp_occupant occupant;
	char text[400], who[160];

	snprintf(text, sizeof(text), "%s in %s", target->name, modes[round->mode]);
	if (!xdp_occupied_find(&round->census, target->ifindex, &occupant)) {
		bool may = !occupant.stands_in || xdp_occupied_is_left_over(&occupant);

		xdp_occupied_text(&occupant, who, sizeof(who));
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s %s",
			 round->replace && may ? ", in place of" : "; but it is occupied by", who);
	}
	bpfhost_only_planned(round->self, round->program, text);
}

static int attach_one(struct attach_round *round, struct xdp_target *target)
{
	struct xdp_replaced *replaced;
	int err;

	target->tried = true;
	if (round->self->host->flags & BPFHOST_RUN_DRY) {
		attach_plan(round, target);
		return 0;
	}
	bpfhost_only_planned(round->self, round->program, target->name);
	err = xdp_attach_name(round->self, target);
	if (err)
		return bpfhost_missed(round->self, target->name, err,
				      err == -E2BIG ? "these are too many interfaces"
						    : strerror(-err));
	replaced = xdp_guard_find(&round->guard, target->ifindex);
	err = replaced ? attach_in_place(round, target, replaced) : attach_free(round, target);
	if (err)
		xdp_attach_unname(round->self, target);
	return err;
}

void xdp_attach_new(struct bpfhost_instance *self, struct xdp *xdp)
{
	struct attach_round round = {
		.self = self,
		.program = bpf_object__find_program_by_name(bpfhost_object(self), "xdp_program"),
		.mode = (enum xdp_mode)bpfhost_option_number(self, "mode"),
		.replace = bpfhost_option_number(self, "replace"),
	};

	if (round.replace && !(self->host->flags & BPFHOST_RUN_DRY))
		attach_hold_all(&round, xdp);
	for (uint32_t i = 0; i < xdp->interfaces.count; i++)
		if (!xdp->interfaces.items[i].tried)
			attach_one(&round, &xdp->interfaces.items[i]);
	xdp_census_free(&round.census);
	if (round.guard.count && xdp_guards_keep(self, &xdp->guards, &round.guard))
		bpfhost_warn(self, "failed to keep what was replaced: %s", strerror(ENOMEM));
}

static void attach_missing(struct bpfhost_instance *self, const struct xdp *xdp)
{
	const struct bpf_program *program =
		bpf_object__find_program_by_name(bpfhost_object(self), "xdp_program");
	const struct xdp_interfaces *interfaces = &xdp->interfaces;
	bool all = interfaces->follow && bpfhost_option_number(self, "follow") == XDP_FOLLOW_YES;
	char cause[1024];

	for (uint32_t i = 0; i < interfaces->nmissing; i++) {
		const char *wish = interfaces->missing[i];

		if (all) {
			bpfhost_info(self, "%s is not there yet; it is attached to when it appears",
				     wish);
			continue;
		}
		xdp_interfaces_explain(wish, cause, sizeof(cause));
		bpfhost_only_planned(self, program, wish);
		bpfhost_missed(self, wish, -ENODEV, cause);
	}
}

int xdp_attach_all(struct bpfhost_instance *self, struct xdp *xdp)
{
	attach_missing(self, xdp);
	xdp_attach_new(self, xdp);
	return bpfhost_attached(self);
}
