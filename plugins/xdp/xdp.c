/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Packets where they arrive: flows, packets, counters. Watches and passes. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <bpfhost/condition_schema.h>
#include <bpfhost/sdk.h>

#include "attach.h"
#include "capture.h"
#include "follow.h"
#include "list.h"
#include "netns.h"
#include "odd.h"
#include "offload.h"
#include "options.h"
#include "pcap.h"
#include "state.h"

/* ---- load -------------------------------------------------------------------------------------- */

static int xdp_set_flag(struct bpfhost_instance *self, const char *name, bool value)
{
	return bpfhost_set_constant(self, name, &value, sizeof(value));
}

static int xdp_set_match(struct bpfhost_instance *self)
{
	const char *text = bpfhost_option_text(self, "match");
	struct bpfhost_condition condition = { 0 };
	struct bpfhost_schema *schema = NULL;
	struct bpfhost_error why = { 0 };
	int err;

	if (!text)
		return 0;
	err = bpfhost_event_schema(self, "packet_event", &schema);
	if (err)
		return err;
	err = bpfhost_condition_for_schema(text, schema, &condition, &why);
	free(schema);
	if (err)
		return bpfhost_fail(self, err == -ENOMEM ? err : -EINVAL, "option match: %s",
				    why.text);
	err = bpfhost_set_constant(self, "xdp_match", &condition, sizeof(condition));
	return err ? err : xdp_set_flag(self, "xdp_has_match", true);
}

static int xdp_set_constants(struct bpfhost_instance *self, const struct xdp *xdp)
{
	uint32_t sample = (uint32_t)bpfhost_option_number(self, "sample");
	int err = xdp_set_flag(self, "xdp_show_packets", xdp_shows(xdp, XDP_SHOW_PACKETS));

	if (!err)
		err = xdp_set_flag(self, "xdp_show_drops", xdp_shows(xdp, XDP_SHOW_DROPS));
	if (!err)
		err = xdp_set_flag(self, "xdp_show_flows", xdp_shows(xdp, XDP_SHOW_FLOWS));
	if (!err)
		err = xdp_set_flag(self, "xdp_show_counters", xdp_shows(xdp, XDP_SHOW_COUNTERS));
	if (!err)
		err = bpfhost_set_constant(self, "xdp_sample", &sample, sizeof(sample));
	if (!err)
		err = xdp_set_match(self);
	return err ? err : xdp_pcap_set(self);
}

static void xdp_read_show(struct bpfhost_instance *self, struct xdp *xdp)
{
	const struct bpfhost_setting *setting = bpfhost_option(self, "show");

	for (uint32_t i = 0; i < setting->count; i++)
		xdp->show |= 1U << setting->items[i].number.u;
	if (!setting->count && !bpfhost_option_text(self, "write"))
		xdp->show = 1U << XDP_SHOW_FLOWS;
}

static int xdp_prepare(struct bpfhost_instance *self, struct xdp *xdp)
{
	int err = bpfhost_open(self);

	if (!err)
		err = xdp_set_constants(self, xdp);
	if (!err)
		err = xdp_drop_prepare(self, &xdp->drop);
	if (!err)
		err = xdp_netns_enter(self);
	if (!err)
		err = xdp_monitor_open(self, &xdp->monitor);
	if (!err)
		err = xdp_interfaces_find(self, &xdp->interfaces);
	if (!err)
		err = xdp_offload_prepare(self, xdp);
	if (!err)
		err = xdp_capture_prepare(self, &xdp->capture);
	if (!err)
		err = xdp_flows_size(self, &xdp->flows,
				     xdp_shows(xdp, XDP_SHOW_FLOWS)
					     ? (uint32_t)bpfhost_option_number(self, "flows_max")
					     : 1);
	return err ? err : bpfhost_load(self);
}

/* Packets for a capture file go no further. */
static int xdp_handle(struct bpfhost_instance *self, const struct bpfhost_event *record,
		      uint32_t size)
{
	struct xdp *xdp = self->state;

	if (record->type != XDP_CAPTURE_TYPE)
		return bpfhost_forward(self, record, size);
	xdp_capture_take(self, &xdp->capture, &xdp->interfaces, record, size);
	return 0;
}

/* How often at least somebody wants to be called, in ns. */
static uint64_t xdp_tick(const struct xdp *xdp, uint64_t interval)
{
	uint64_t tick = interval;

	if (xdp->capture.is_on && tick > XDP_CAPTURE_TICK_NS)
		tick = XDP_CAPTURE_TICK_NS;
	if (xdp_shows(xdp, XDP_SHOW_FLOWS) && tick > interval / XDP_FLOWS_TICKS)
		tick = interval / XDP_FLOWS_TICKS;
	if (xdp_shows(xdp, XDP_SHOW_FLOWS) && tick > XDP_FLOWS_TICK_NS)
		tick = XDP_FLOWS_TICK_NS;
	return tick;
}

/* One timer for all: a part of the interval, so that it passes with every so manieth. */
static int xdp_start_timer(struct bpfhost_instance *self, struct xdp *xdp)
{
	uint64_t interval = bpfhost_option_number(self, "interval");
	bool tells = xdp_shows(xdp, XDP_SHOW_FLOWS) || xdp_shows(xdp, XDP_SHOW_COUNTERS);

	/* Nobody waits for what goes into a file. */
	if (xdp->capture.is_on && !xdp->show)
		bpfhost_pause(self, XDP_CAPTURE_PAUSE_NS);
	xdp->ticks = 1;
	if (xdp->capture.is_on && !tells)
		return bpfhost_timer(self, XDP_CAPTURE_TICK_NS);
	xdp->ticks = (uint32_t)((interval - 1) / xdp_tick(xdp, interval)) + 1;
	return tells ? bpfhost_timer(self, interval / xdp->ticks) : 0;
}

static int xdp_start(struct bpfhost_instance *self, struct xdp *xdp)
{
	int err = xdp_monitor_watch(self, &xdp->monitor);

	if (!err)
		err = xdp_drop_start(self, &xdp->drop);
	if (!err && xdp_shows(xdp, XDP_SHOW_FLOWS))
		err = xdp_flows_start(self, &xdp->flows);
	if (!err && xdp_shows(xdp, XDP_SHOW_COUNTERS))
		err = xdp_counters_start(self, &xdp->counters);
	if (!err)
		err = xdp_capture_start(self, &xdp->capture);
	if (!err && xdp->capture.is_on)
		bpfhost_set_handler(self, xdp_handle);
	return err ? err : xdp_start_timer(self, xdp);
}

static int xdp_load(struct bpfhost_instance *self)
{
	struct xdp *xdp = calloc(1, sizeof(*xdp));
	int err;

	if (!xdp)
		return bpfhost_fail(self, -ENOMEM, "failed to make the state: %s",
				    strerror(ENOMEM));
	self->state = xdp;
	xdp->drop.watch = XDP_DROP_WATCH_NONE;
	xdp_read_show(self, xdp);
	err = xdp_prepare(self, xdp);
	return err || self->host->flags & BPFHOST_RUN_DRY ? err : xdp_start(self, xdp);
}

static int xdp_attach(struct bpfhost_instance *self)
{
	return xdp_attach_all(self, self->state);
}

/* ---- poll and detach --------------------------------------------------------------------------- */

static void xdp_tell(struct bpfhost_instance *self, struct xdp *xdp)
{
	if (xdp->counters.uncounted)
		xdp_counters_tell(self, &xdp->counters, &xdp->interfaces);
	if (xdp->flows.round && !xdp->flows.draining)
		xdp_flows_turn(&xdp->flows);
}

static int xdp_poll(struct bpfhost_instance *self, uint32_t budget)
{
	struct xdp *xdp = self->state;
	int taken = bpfhost_drain(self, budget);

	if (taken < 0)
		return taken;
	xdp_follow(self, xdp);
	xdp_guards_look(self, &xdp->guards);
	xdp_drop_poll(self, &xdp->drop);
	if (bpfhost_timer_due(self) && ++xdp->ticked >= xdp->ticks) {
		xdp->ticked = 0;
		xdp_tell(self, xdp);
	}
	xdp_capture_poll(self, &xdp->capture);
	if (xdp->flows.draining)
		xdp_flows_tell(self, &xdp->flows, &xdp->interfaces);
	return taken;
}

/* Nothing is attached any more: both rounds are told to their end. */
static void xdp_tell_rest(struct bpfhost_instance *self, struct xdp *xdp)
{
	xdp_odd_tell_rest(self);
	if (xdp->counters.uncounted)
		xdp_counters_tell(self, &xdp->counters, &xdp->interfaces);
	if (xdp->flows.round)
		xdp_flows_finish(self, &xdp->flows, &xdp->interfaces);
}

static int xdp_detach(struct bpfhost_instance *self)
{
	struct xdp *xdp = self->state;
	int err, captured, replaced = 0;

	if (xdp) {
		xdp_monitor_close(self, &xdp->monitor);
		replaced = xdp_guards_end(self, &xdp->guards);
	}
	bpfhost_stop(self);
	if (xdp && bpfhost_object(self) && !(self->host->flags & BPFHOST_RUN_DRY)) {
		xdp_tell_rest(self, xdp);
		xdp_drop_tell(self, &xdp->drop);
	}
	captured = xdp ? xdp_capture_finish(self, &xdp->capture) : 0;
	err = bpfhost_close(self);
	if (xdp) {
		xdp_capture_free(&xdp->capture);
		xdp_interfaces_free(&xdp->interfaces);
		xdp_counters_free(&xdp->counters);
		xdp_drop_free(&xdp->drop);
	}
	free(xdp);
	self->state = NULL;
	if (err)
		return err;
	return captured ? captured : replaced;
}

/* What this instance needs to keep; a function for each part that has a need. */
static uint64_t xdp_needs(struct bpfhost_instance *self)
{
	const struct xdp *xdp = self->state;

	return xdp_follow_needs(xdp) | xdp_drop_needs(&xdp->drop) |
	       xdp_capture_needs(&xdp->capture);
}

static const struct bpfhost_ext_late xdp_ext_late = {
	.size = sizeof(struct bpfhost_ext_late),
	.needs = xdp_needs,
};

static const void *xdp_extension(const char *id)
{
	if (!strcmp(id, BPFHOST_EXT_LATE))
		return &xdp_ext_late;
	return strcmp(id, BPFHOST_EXT_PROBES) ? NULL : &xdp_ext_probes;
}

BPFHOST_PLUGIN(.name = "xdp", .version = "0.1.0", .license = "GPL-2.0-only OR BSD-2-Clause",
	       .description = "packets where they arrive: flows, packets, counters",
	       .options = xdp_options, .extension = xdp_extension,
	       .needs = BPFHOST_NEED_NO_TASK_FILTER | BPFHOST_NEED_LATE_ATTACH |
			BPFHOST_NEED_LATE_OPEN | BPFHOST_NEED_NETLINK,
	       .vtable = {
		       .load = xdp_load,
		       .attach = xdp_attach,
		       .poll = xdp_poll,
		       .detach = xdp_detach,
	       });
