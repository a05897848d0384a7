/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "capture_interfaces.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture_section.h"
#include "capture_sums.h"
#include "pcapng.h"

/* So many seconds after an interface has gone, no packet of it comes any more. */
#define CAPTURE_GONE_TICKS 2

static struct capture_interface *capture_add_interface(struct xdp_capture *capture,
						       const struct xdp_interfaces *names,
						       uint32_t ifindex)
{
	uint64_t *lost = calloc(capture->ncpus, sizeof(*lost));
	struct capture_interface *all = NULL, *interface;
	const char *name = xdp_interfaces_name(names, ifindex);

	if (lost && capture->count < XDP_INTERFACES_MAX)
		all = reallocarray(capture->interfaces, capture->count + 1, sizeof(*all));
	if (!all) {
		free(lost);
		return NULL;
	}
	capture->interfaces = all;
	capture->last = capture->count;
	interface = &all[capture->count++];
	*interface = (struct capture_interface){ .ifindex = ifindex, .lost = lost };
	snprintf(interface->name, sizeof(interface->name), "%s", name);
	return interface;
}

static struct capture_interface *capture_known(struct xdp_capture *capture, uint32_t ifindex)
{
	for (uint32_t i = 0; i < capture->count; i++)
		if (capture->interfaces[i].ifindex == ifindex)
			return &capture->interfaces[i];
	return NULL;
}

struct capture_interface *capture_interface_of(struct xdp_capture *capture,
					       const struct xdp_interfaces *names, uint32_t ifindex)
{
	struct capture_interface *interface;

	if (capture->last < capture->count && capture->interfaces[capture->last].ifindex == ifindex)
		return &capture->interfaces[capture->last];
	interface = capture_known(capture, ifindex);
	if (!interface)
		return capture_add_interface(capture, names, ifindex);
	capture->last = (uint32_t)(interface - capture->interfaces);
	return interface;
}

static size_t capture_text_size(const char *text)
{
	return text ? strlen(text) : 0;
}

bool capture_describe(struct xdp_capture *capture, struct capture_interface *interface)
{
	size_t room = PCAPNG_OVERHEAD + capture_text_size(capture->match) +
		      capture_text_size(capture->pcap);
	void *to;

	if (interface->file == capture->file)
		return true;
	to = capture_out_room(&capture->out, room);
	if (!to)
		return false;
	capture_out_add(&capture->out, pcapng_put_interface(to, room,
							    &(struct pcapng_interface){
								    .name = interface->name,
								    .filter = capture->pcap,
								    .comment = capture->match,
								    .snaplen = capture->snaplen,
							    }));
	interface->file = capture->file;
	interface->number = capture->described++;
	return true;
}

/*
 * Its counts make room for those of others, of which there may be many in the course of time. Not at once:
 * packets of it may still be on their way.
 */
static void capture_retire(struct bpfhost_instance *self, struct xdp_capture *capture, uint32_t i)
{
	struct capture_interface *interface = &capture->interfaces[i];

	if (interface->file == capture->file)
		capture_put_statistics(self, capture, interface);
	capture->lost_of_gone += capture_sums_forget(self, capture->ncpus, interface->ifindex);
	free(interface->lost);
	*interface = capture->interfaces[--capture->count];
}

void capture_retire_gone(struct bpfhost_instance *self, struct xdp_capture *capture)
{
	for (uint32_t i = capture->count; i-- > 0;) {
		struct capture_interface *interface = &capture->interfaces[i];

		if (interface->gone && interface->gone++ > CAPTURE_GONE_TICKS)
			capture_retire(self, capture, i);
	}
}

void xdp_capture_gone(struct bpfhost_instance *self, struct xdp_capture *capture, uint32_t ifindex)
{
	struct capture_interface *interface = capture_known(capture, ifindex);

	if (interface)
		interface->gone = 1;
	else if (capture->is_on)
		capture->lost_of_gone += capture_sums_forget(self, capture->ncpus, ifindex);
}

void xdp_capture_back(struct xdp_capture *capture, uint32_t ifindex)
{
	struct capture_interface *interface = capture_known(capture, ifindex);

	if (interface)
		interface->gone = 0;
}

void capture_interfaces_free(struct xdp_capture *capture)
{
	for (uint32_t i = 0; i < capture->count; i++)
		free(capture->interfaces[i].lost);
	free(capture->interfaces);
	capture->interfaces = NULL;
	capture->count = 0;
}
