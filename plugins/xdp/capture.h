/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Packets into capture files: the options write, snaplen and write_..., the records that the programs send, and
 * what is told at the end. An instance without write= has a capture that is off: all calls do nothing then.
 */
#ifndef XDP_CAPTURE_H
#define XDP_CAPTURE_H

#include <stdbool.h>

#include <bpfhost/sdk.h>

#include "capture_files.h"
#include "capture_out.h"
#include "capture_record.h"
#include "interfaces.h"

/* How often the buffer is written at least, and times are looked at again. */
#define XDP_CAPTURE_TICK_NS 1000000000ULL
/* How long packets may wait in the ring while many come. */
#define XDP_CAPTURE_PAUSE_NS 32000000ULL

struct capture_interface {
	uint32_t ifindex;
	uint32_t file;   /* in which file it is described, counted from 1 */
	uint32_t number; /* by which name there */
	char name[XDP_NAME_SIZE];
	uint8_t gone; /* 0: it is there; else how many ticks it has not been, and 1 */
	uint64_t gap; /* packets that could not be written since the last one that could */
	uint64_t written;
	uint64_t *lost; /* by CPU: what the last record said */
};

struct xdp_capture {
	bool is_on;
	bool has_ended;
	bool is_stuck; /* the next file could not be made: not again before the next tick */
	uint32_t snaplen;
	uint32_t ncpus;
	uint32_t *ended; /* shared with the programs */
	const uint64_t
		*uncaptured; /* shared as well: packets of more interfaces than can be counted */
	uint64_t uncaptured_told;
	uint64_t lost_of_gone; /* in the ring, of interfaces that are no more */
	const char *match;     /* of packets, in our language; NULL: all */
	const char *pcap;      /* in libpcap's; NULL: all */
	uint64_t size_max;     /* of a file; 0: any */
	uint64_t time_max;     /* of a file, in ns; 0: any */
	uint64_t count_max;    /* of packets; 0: any */
	uint64_t wall_ns;      /* what is to be added to a time of the kernel's */
	uint64_t started_ns;   /* time of the kernel's */
	uint64_t file_ns;      /* of the first packet in this file; 0: none yet */
	uint64_t tick_ns;
	uint64_t packets;
	uint64_t bytes;
	uint64_t unwritten;
	uint64_t told;      /* of unwritten */
	int error;          /* why the last flush failed that did */
	uint32_t file;      /* counted from 1 */
	uint32_t described; /* interfaces in this file */
	uint32_t last;      /* the interface of the packet before */
	uint32_t count;
	struct capture_interface *interfaces;
	struct capture_files files;
	struct capture_out out;
};

/* Before bpfhost_load: reads the options. 0 or -errno and told. */
int xdp_capture_prepare(struct bpfhost_instance *self, struct xdp_capture *capture);
/* After bpfhost_load, not in a dry run: makes the first file. 0 or -errno and told. */
int xdp_capture_start(struct bpfhost_instance *self, struct xdp_capture *capture);
/* Takes a record of a packet. names: of interfaces, by their index. */
void xdp_capture_take(struct bpfhost_instance *self, struct xdp_capture *capture,
		      const struct xdp_interfaces *names, const struct bpfhost_event *record,
		      uint32_t size);
/* An interface is no more. */
void xdp_capture_gone(struct bpfhost_instance *self, struct xdp_capture *capture, uint32_t ifindex);
/* One is there, perhaps again: it may have been in another network namespace. */
void xdp_capture_back(struct xdp_capture *capture, uint32_t ifindex);
/* At the end of each poll: writes what has waited for a second, or into a FIFO at once. */
void xdp_capture_poll(struct bpfhost_instance *self, struct xdp_capture *capture);
/* After bpfhost_stop: ends the file and tells the sum. 0, or -errno and told where packets are missing. */
int xdp_capture_finish(struct bpfhost_instance *self, struct xdp_capture *capture);
void xdp_capture_free(struct xdp_capture *capture);
/* BPFHOST_NEED_...: files that come later are made with the rights of who started the host. */
uint64_t xdp_capture_needs(const struct xdp_capture *capture);

#endif
