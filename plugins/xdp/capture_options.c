/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is asked for: before anything is loaded or opened. */
#include <errno.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "capture.h"

/* Of a file: the descriptions in it should not be most of it. */
#define CAPTURE_SIZE_MIN 4096U
#define RING_HEADER      8 /* BPF_RINGBUF_HDR_SZ */

static const char *const capture_limits[] = { "write_size", "write_time", "write_count",
					      "write_files" };

static int options_fail_without_file(struct bpfhost_instance *self, const char *name)
{
	return bpfhost_fail(self, -EINVAL, "option %s: there is no write=FILE for it", name);
}

static int options_without_file(struct bpfhost_instance *self)
{
	for (size_t i = 0; i < sizeof(capture_limits) / sizeof(capture_limits[0]); i++)
		if (bpfhost_option_number(self, capture_limits[i]))
			return options_fail_without_file(self, capture_limits[i]);
	return bpfhost_option(self, "snaplen")->given ? options_fail_without_file(self, "snaplen")
						      : 0;
}

static int options_check(struct bpfhost_instance *self, const struct xdp_capture *capture)
{
	uint64_t keep = bpfhost_option_number(self, "write_files");

	if (capture->size_max && capture->size_max < CAPTURE_SIZE_MIN)
		return bpfhost_fail(self, -EINVAL, "option write_size: must be %u at least",
				    CAPTURE_SIZE_MIN);
	if (keep && !capture->size_max && !capture->time_max)
		return bpfhost_fail(self, -EINVAL,
				    "option write_files: write_size or write_time must say when a "
				    "new file begins");
	return 0;
}

/* Rooms of records, as in capture.bpf.h: the largest of which the ring holds two. */
static uint32_t options_room(uint64_t ring_size)
{
	static const uint32_t rooms[] = {
		XDP_CAPTURE_MAX, 36864, 18432, 9216, 4608, 3072, 1536, 1024, 512, 256, 128, 96, 64
	};
	size_t i = 0;

	while (i < sizeof(rooms) / sizeof(rooms[0]) - 1 &&
	       2 * (rooms[i] + sizeof(struct xdp_capture_record) + RING_HEADER + 8ULL) > ring_size)
		i++;
	return rooms[i];
}

static void options_snaplen(struct bpfhost_instance *self, struct xdp_capture *capture)
{
	uint32_t wanted = (uint32_t)bpfhost_option_number(self, "snaplen");
	uint32_t room = options_room(self->host->ring_size);

	capture->snaplen = wanted && wanted < XDP_CAPTURE_MAX ? wanted : XDP_CAPTURE_MAX;
	if (capture->snaplen <= room)
		return;
	bpfhost_warn(self,
		     "of each packet %u bytes at most are kept: the ring of %llu bytes "
		     "(--ring-size) has no room for more",
		     room, (unsigned long long)self->host->ring_size);
	capture->snaplen = room;
}

static int options_set_constants(struct bpfhost_instance *self, const struct xdp_capture *capture)
{
	int err =
		bpfhost_set_constant(self, "xdp_captures", &capture->is_on, sizeof(capture->is_on));

	return err ? err
		   : bpfhost_set_constant(self, "xdp_snaplen", &capture->snaplen,
					  sizeof(capture->snaplen));
}

int xdp_capture_prepare(struct bpfhost_instance *self, struct xdp_capture *capture)
{
	const char *path = bpfhost_option_text(self, "write");
	int err;

	capture->out = CAPTURE_OUT_NONE;
	capture->files = CAPTURE_FILES_NONE;
	if (!path)
		return options_without_file(self);
	capture->is_on = true;
	capture->size_max = bpfhost_option_number(self, "write_size");
	capture->time_max = bpfhost_option_number(self, "write_time");
	capture->count_max = bpfhost_option_number(self, "write_count");
	capture->match = bpfhost_option_text(self, "match");
	capture->pcap = bpfhost_option_text(self, "pcap");
	capture->ncpus = (uint32_t)libbpf_num_possible_cpus();
	err = options_check(self, capture);
	if (!err)
		err = capture_files_open(self, &capture->files, path,
					 capture->size_max || capture->time_max,
					 (uint32_t)bpfhost_option_number(self, "write_files"));
	if (err)
		return err;
	options_snaplen(self, capture);
	return options_set_constants(self, capture);
}

uint64_t xdp_capture_needs(const struct xdp_capture *capture)
{
	return capture->is_on && capture->files.rotates ? BPFHOST_NEED_LATE_OPEN : 0;
}
