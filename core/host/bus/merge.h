/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Brings the events of several instances into the order of kernel time. An event is held until
 * nothing earlier can come (each source told so with a watermark) or until the window is over.
 * Order is stable: for equal times by source in the order of adding, then by push.
 *
 * All times are CLOCK_MONOTONIC in nanoseconds.
 */
#ifndef BUS_MERGE_H
#define BUS_MERGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct merge;
struct merge_source;

/* What one source may hold at most. */
#define MERGE_ENTRIES_MAX 16384U
/* And so many marks beside: what tells of a loss has a place where events have none. */
#define MERGE_MARKS_SPARE 1024U
#define MERGE_BYTES_MAX   (2U << 20)
/* The largest item, as BPFHOST_RECORD_MAX. */
#define MERGE_ITEM_MAX 65536U

struct merge_item {
	uint64_t time_ns;
	uint64_t gap;      /* events lost immediately before this one */
	const void *bytes; /* aligned to 8; NULL for an item without bytes */
	uint32_t size;
	uint16_t tag; /* the caller's */
	bool late;    /* older than an item that was already given out */
	void *user;   /* of its source */
};

/* NULL when there is no memory. */
struct merge *merge_new(uint64_t window_ns);
/* Frees its sources too. */
void merge_free(struct merge *merge);

/*
 * A source whose watermark is from_ns: no event of it will be older. NULL when there is no
 * memory.
 */
struct merge_source *merge_source_add(struct merge *merge, uint64_t from_ns, void *user);
/*
 * Frees it with all that it still holds. To have that delivered first: merge_watermark(UINT64_MAX),
 * then remove it when merge_held is 0.
 */
void merge_source_remove(struct merge *merge, struct merge_source *source);

/*
 * Copies one item in. bytes may be NULL with size 0: a mark at a time, such as a restart. -EAGAIN
 * when the source is full: leave it in the ring and come back after merge_pop. -EMSGSIZE, -ENOMEM.
 */
int merge_push(struct merge *merge, struct merge_source *source, uint64_t time_ns, uint64_t gap,
	       uint16_t tag, const void *bytes, uint32_t size);
/* The last push did not fit, and nothing was taken away since. */
bool merge_is_full(const struct merge_source *source);
/* Every item of this source with time <= until_ns has been pushed. Never goes back. */
void merge_watermark(struct merge *merge, struct merge_source *source, uint64_t until_ns);

/*
 * The oldest item, if it may go: 1, and it stays the source's, with bytes valid until merge_pop;
 * else 0. Asked again without merge_pop it gives the oldest of that moment.
 */
int merge_next(struct merge *merge, uint64_t now_ns, struct merge_item *ret_item);
/* Takes away the item that merge_next gave last. */
void merge_pop(struct merge *merge);
/* When the window of the oldest held item is over, UINT64_MAX when nothing is held. */
uint64_t merge_due(const struct merge *merge);
/* From now on nothing is held longer than window_ns, where it was more. */
void merge_hurry(struct merge *merge, uint64_t window_ns);
/* From now on merge_next gives everything, still in order: there will be no more pushes. */
void merge_flush(struct merge *merge);
/* The gap in front of the item that merge_next gave last has been told: it is 0 when that is given again. */
void merge_gap_told(struct merge *merge);
/*
 * Drops all items with bytes that the source holds and returns how many. A gap in front of one stays, as a
 * mark with tag 0.
 */
uint64_t merge_drop(struct merge *merge, struct merge_source *source);
/* How many items the source holds (NULL: all sources). */
uint64_t merge_held(const struct merge *merge, const struct merge_source *source);

#endif
