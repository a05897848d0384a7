/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A file has its own numbers of interfaces; the counts at its end are of the whole capture until then.
 */
#include "capture_section.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "capture_sums.h"
#include "pcapng.h"

/* Room for the first block of a file. */
#define CAPTURE_HEAD_ROOM 1024U

static void capture_put_section(struct xdp_capture *capture)
{
	struct utsname system = { 0 };
	char os[sizeof(system.sysname) + sizeof(system.release)];
	void *to = capture_out_room(&capture->out, CAPTURE_HEAD_ROOM);

	uname(&system);
	snprintf(os, sizeof(os), "%s %s", system.sysname, system.release);
	if (to)
		capture_out_add(&capture->out,
				pcapng_put_section(to, CAPTURE_HEAD_ROOM,
						   &(struct pcapng_section){
							   .comment = capture->files.mark,
							   .os = os,
							   .application = "bpfhost xdp",
						   }));
}

/* The next file is open before the last one is left, so that a failure leaves things as they were. */
int capture_next_section(struct bpfhost_instance *self, struct xdp_capture *capture,
			 struct capture_out *ret_out)
{
	bool is_regular = false;
	int fd = capture_files_next(self, &capture->files, &is_regular), err;

	*ret_out = CAPTURE_OUT_NONE;
	if (fd < 0)
		return fd;
	err = capture_out_open(ret_out, fd, is_regular);
	if (err) {
		close(fd);
		return bpfhost_fail(self, err, "failed to buffer a capture: %s", strerror(-err));
	}
	err = capture_files_trim(&capture->files);
	if (err)
		bpfhost_warn(self, "failed to remove an old capture file: %s", strerror(-err));
	return 0;
}

void capture_begin_section(struct xdp_capture *capture, const struct capture_out *out)
{
	capture->out = *out;
	capture->file++;
	capture->described = 0;
	capture->file_ns = 0;
	capture_put_section(capture);
}

void capture_put_statistics(struct bpfhost_instance *self, struct xdp_capture *capture,
			    const struct capture_interface *interface)
{
	void *to = capture_out_room(&capture->out, PCAPNG_OVERHEAD);
	struct xdp_capture_sums sums = capture_sums_read(self, capture->ncpus, interface->ifindex);

	if (to)
		capture_out_add(&capture->out,
				pcapng_put_statistics(to, PCAPNG_OVERHEAD,
						      &(struct pcapng_statistics){
							      .interface = interface->number,
							      .start_ns = capture->started_ns +
									  capture->wall_ns,
							      .time_ns = bpfhost_now() +
									 capture->wall_ns,
							      .received = sums.seen,
							      .accepted = sums.matched,
							      .dropped = sums.lost,
							      .delivered = interface->written,
						      }));
}

void capture_end_section(struct bpfhost_instance *self, struct xdp_capture *capture)
{
	struct pcapng_span left;

	/* A last try, if it failed before. */
	capture_out_flush(&capture->out);
	for (uint32_t i = 0; i < capture->count; i++)
		if (capture->interfaces[i].file == capture->file)
			capture_put_statistics(self, capture, &capture->interfaces[i]);
	if (capture_out_flush(&capture->out))
		capture->error = capture->out.error;
	left = capture_out_close(&capture->out);
	capture->packets -= left.packets;
	capture->bytes -= left.kept;
	capture->unwritten += left.packets;
}
