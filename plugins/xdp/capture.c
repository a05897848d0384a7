/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Every record that comes is counted once: as a packet that was put into the buffer, or as one that could not
 * be written. What the buffer holds when the disk stays full to the end moves from the first to the second.
 */
#include "capture.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "capture_section.h"
#include "capture_interfaces.h"
#include "capture_sums.h"
#include "pcapng.h"

/* Of what stands at the end of a file, for each interface. */
#define STATISTICS_SIZE 100U

/* ---- time ---------------------------------------------------------------------------------------- */

static uint64_t capture_realtime(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000ULL + (uint64_t)now.tv_nsec;
}

/* Of a few readings, the one that took least tells best. */
static uint64_t capture_wall(void)
{
	uint64_t least = UINT64_MAX, offset = 0;

	for (int i = 0; i < 3; i++) {
		uint64_t before = bpfhost_now();
		uint64_t wall = capture_realtime();
		uint64_t took = bpfhost_now() - before;

		if (took < least) {
			least = took;
			offset = wall - before - took / 2;
		}
	}
	return offset;
}

/* ---- packets ------------------------------------------------------------------------------------- */

/* A file that holds nothing yet takes any packet. */
static bool capture_is_full(const struct xdp_capture *capture,
			    const struct xdp_capture_record *record)
{
	uint64_t size = capture_out_size(&capture->out) + record->kept + PCAPNG_OVERHEAD +
			(capture->described + 1ULL) * STATISTICS_SIZE;

	if (!capture->files.rotates || capture->is_stuck || !capture->described)
		return false;
	if (capture->time_max && record->header.time_ns > capture->file_ns &&
	    record->header.time_ns - capture->file_ns >= capture->time_max)
		return true;
	return capture->size_max && size > capture->size_max;
}

/*
 * Not from a file to which nothing can be written: on a full disk there would be a row of empty files, for
 * which older ones had to go. It is tried again each second.
 */
static void capture_turn(struct bpfhost_instance *self, struct xdp_capture *capture)
{
	struct capture_out out;
	int err;

	capture->is_stuck = capture_out_flush(&capture->out) != 0;
	if (capture->is_stuck)
		return;
	err = capture_next_section(self, capture, &out);
	capture->is_stuck = err != 0;
	if (err) {
		bpfhost_error(self, "failed to make the next capture file (%s); going on in %s",
			      strerror(-err), capture->files.shown);
		return;
	}
	capture_end_section(self, capture);
	capture_begin_section(capture, &out);
}

/* What is missing between the packet before, of this interface, and this one. */
static uint64_t capture_dropped(const struct xdp_capture *capture,
				const struct capture_interface *interface,
				const struct xdp_capture_record *record)
{
	uint16_t cpu = record->header.cpu;

	return interface->gap + (cpu < capture->ncpus ? record->lost - interface->lost[cpu] : 0);
}

static bool capture_put_packet(struct xdp_capture *capture, struct capture_interface *interface,
			       const struct xdp_capture_record *record)
{
	size_t room = PCAPNG_OVERHEAD + record->kept;
	struct pcapng_packet packet = {
		.interface = interface->number,
		.queue = record->queue,
		.time_ns = record->header.time_ns + capture->wall_ns,
		.length = record->length,
		.kept = record->kept,
		.data = record->data,
		.id = capture->packets + 1,
		.flags = PCAPNG_INBOUND,
		.verdict = record->action,
		.dropped = capture_dropped(capture, interface, record),
	};
	void *to = capture_out_room(&capture->out, room);

	if (to)
		capture_out_add(&capture->out, pcapng_put_packet(to, room, &packet));
	return to;
}

static void capture_wrote(struct xdp_capture *capture, struct capture_interface *interface,
			  const struct xdp_capture_record *record)
{
	if (!capture->file_ns)
		capture->file_ns = record->header.time_ns;
	interface->gap = 0;
	interface->written++;
	if (record->header.cpu < capture->ncpus)
		interface->lost[record->header.cpu] = record->lost;
	capture->packets++;
	capture->bytes += record->kept;
}

static void capture_stop(struct bpfhost_instance *self, struct xdp_capture *capture,
			 const char *why)
{
	capture->has_ended = true;
	if (capture->ended)
		__atomic_store_n(capture->ended, 1, __ATOMIC_RELAXED);
	capture_end_section(self, capture);
	bpfhost_info(self, "the capture has ended: %s", why);
}

/* The kernel fills it in, but what it says of sizes is believed only where it can be true. */
static bool capture_is_sound(const struct xdp_capture_record *record, uint32_t size)
{
	return size >= sizeof(*record) && record->kept <= size - sizeof(*record) &&
	       record->kept <= record->length && record->kept <= XDP_CAPTURE_MAX;
}

void xdp_capture_take(struct bpfhost_instance *self, struct xdp_capture *capture,
		      const struct xdp_interfaces *names, const struct bpfhost_event *record,
		      uint32_t size)
{
	const struct xdp_capture_record *packet = (const void *)record;
	struct capture_interface *interface;

	if (!capture->is_on || capture->has_ended || !capture_is_sound(packet, size))
		return;
	if (capture_is_full(capture, packet))
		capture_turn(self, capture);
	interface = capture_interface_of(capture, names, packet->ifindex);
	if (interface && capture_describe(capture, interface) &&
	    capture_put_packet(capture, interface, packet)) {
		capture_wrote(capture, interface, packet);
	} else {
		capture->unwritten++;
		if (interface)
			interface->gap++;
	}
	if (capture->count_max && capture->packets >= capture->count_max)
		capture_stop(self, capture, "write_count is reached");
}

/* ---- the life of a capture ----------------------------------------------------------------------- */

int xdp_capture_start(struct bpfhost_instance *self, struct xdp_capture *capture)
{
	struct capture_out out;
	int err;

	if (!capture->is_on)
		return 0;
	capture->ended = bpfhost_variable(self, "xdp_capture_ended", sizeof(*capture->ended));
	capture->uncaptured =
		bpfhost_variable(self, "xdp_uncaptured", sizeof(*capture->uncaptured));
	capture->wall_ns = capture_wall();
	capture->started_ns = capture->tick_ns = bpfhost_now();
	err = capture_next_section(self, capture, &out);
	if (!err)
		capture_begin_section(capture, &out);
	return err;
}

static void capture_tell_unwritten(struct bpfhost_instance *self, struct xdp_capture *capture)
{
	int error = capture->out.error;

	if (error && error != capture->error)
		bpfhost_error(self, "failed to write %s: %s; it is tried again each second",
			      capture->files.shown, strerror(-error));
	capture->error = error ? error : capture->error;
	if (capture->unwritten == capture->told)
		return;
	bpfhost_error(self, "failed to write %llu packets to %s: %s",
		      (unsigned long long)(capture->unwritten - capture->told),
		      capture->files.shown,
		      capture->out.error ? strerror(-capture->out.error) : "there is no room");
	capture->told = capture->unwritten;
}

static void capture_tell_uncaptured(struct bpfhost_instance *self, struct xdp_capture *capture)
{
	uint64_t now =
		capture->uncaptured ? __atomic_load_n(capture->uncaptured, __ATOMIC_RELAXED) : 0;
	uint64_t more = now - capture->uncaptured_told;

	if (!more)
		return;
	bpfhost_error(self, "failed to capture %llu packets: they came in on too many interfaces",
		      (unsigned long long)more);
	capture->uncaptured_told = now;
	capture->unwritten += more;
	capture->told += more;
}

static void capture_tick(struct bpfhost_instance *self, struct xdp_capture *capture, uint64_t now)
{
	capture->tick_ns += (now - capture->tick_ns) / XDP_CAPTURE_TICK_NS * XDP_CAPTURE_TICK_NS;
	capture->wall_ns = capture_wall();
	capture->is_stuck = false;
	capture_retire_gone(self, capture);
	capture_out_flush(&capture->out);
	capture_tell_unwritten(self, capture);
	capture_tell_uncaptured(self, capture);
}

void xdp_capture_poll(struct bpfhost_instance *self, struct xdp_capture *capture)
{
	uint64_t now;

	if (!capture->is_on)
		return;
	now = bpfhost_now();
	if (now - capture->tick_ns >= XDP_CAPTURE_TICK_NS)
		capture_tick(self, capture, now);
	else if (!capture->out.is_regular && !capture->out.error)
		capture_out_flush(&capture->out);
	if (capture->out.error == -EPIPE && !capture->has_ended)
		capture_stop(self, capture, "nobody reads the FIFO any more");
}

int xdp_capture_finish(struct bpfhost_instance *self, struct xdp_capture *capture)
{
	if (!capture->file)
		return 0;
	capture_end_section(self, capture);
	capture_tell_uncaptured(self, capture);
	bpfhost_info(self,
		     "captured %llu packets, %llu bytes of them, in %s; lost in the ring: %llu, "
		     "not written: %llu",
		     (unsigned long long)capture->packets, (unsigned long long)capture->bytes,
		     capture->files.shown,
		     (unsigned long long)(capture->lost_of_gone +
					  capture_sums_lost(self, capture->ncpus)),
		     (unsigned long long)capture->unwritten);
	if (!capture->unwritten)
		return 0;
	return bpfhost_fail(self, capture->error ? capture->error : -EIO,
			    "failed to write %llu packets to %s: %s",
			    (unsigned long long)capture->unwritten, capture->files.shown,
			    capture->error ? strerror(-capture->error) : "there was no room");
}

void xdp_capture_free(struct xdp_capture *capture)
{
	if (!capture->is_on)
		return;
	capture_out_close(&capture->out);
	capture_files_close(&capture->files);
	capture_interfaces_free(capture);
}
