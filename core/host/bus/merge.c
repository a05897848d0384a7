/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Each source has a queue of small entries, sorted by time, and an arena with the bytes. Events
 * come nearly sorted, so an entry is appended, or put in a few places before the end; a source
 * that sends its times backwards costs a memmove of at most half a megabyte for each item, and no
 * other cost.
 *
 * The queue is an array from `first` to `end`: it is moved to the front when the end is reached
 * and starts again at the front when it is empty, which it mostly is. The arena is up to 32
 * chunks. Bytes are put one after the other into the current chunk; a chunk whose last item was
 * taken is free again, in whatever order items leave. Chunks never move, so bytes stay where they
 * are until merge_pop. A source that never had an item has no chunk and no entries; what a flood took
 * it keeps for the next.
 *
 * What may go. Let the bound be the largest of: the least watermark of all sources; now minus the
 * window; the time of the last item given out (nothing is won by holding what is late already).
 * The oldest item may go when its time is not above the bound. A source that is full has so many
 * younger items that its own watermark proves nothing more: until half of them are gone, only the
 * other sources' watermarks and the window hold it back. Only times
 * that lie in the future, which no honest source has, would be held without an end: they go when
 * their source is full or at its end, and never count as "the last given out", so that the liar
 * makes no other source late.
 */
#include "merge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "memory/unforked.h"

#define CHUNK_SIZE  MERGE_ITEM_MAX
#define CHUNKS      (MERGE_BYTES_MAX / CHUNK_SIZE)
#define NO_CHUNK    0xffffU
#define ENTRIES_MIN 64U
/* From here on it takes all at once: a queue that was flooded holds as much after the first flood as after the
 * hundredth, whatever moment the flood ended at, so that memory that still grows is a leak. */
#define ENTRIES_FLOODED 4096U
/* Twice what may be held, so that moving to the front is rare even when it is full. */
#define ROOM_MAX (2U * MERGE_ENTRIES_MAX)
/* No caller's `now` is so old that an honest event could be so much younger. */
#define FUTURE_NS 1000000000ULL

_Static_assert(CHUNKS <= 32, "one bit a chunk");

struct entry {
	uint64_t time_ns;
	uint64_t gap;
	const void *bytes;
	uint32_t size;
	uint16_t tag;
	uint16_t chunk; /* NO_CHUNK for an item without bytes */
};

struct chunk {
	uint8_t *bytes; /* CHUNK_SIZE, NULL until first used */
	uint32_t used;
	uint32_t live; /* items in it */
};

struct merge_source {
	struct merge_source *next;
	void *user;
	uint64_t watermark;
	struct entry *entries;
	uint32_t first;
	uint32_t end;
	uint32_t room;        /* entries allocated */
	uint32_t current;     /* the chunk that is being filled */
	uint32_t free_chunks; /* bit set: no item in it */
	bool full;            /* the last push did not fit */
	bool crowded;         /* it was full, and has not got rid of half since */
	uint32_t relief;      /* how many items it may hold to be crowded no more */
	struct chunk chunks[CHUNKS];
};

struct merge {
	uint64_t window_ns;
	uint64_t last_ns;   /* time of the last item given out */
	uint64_t watermark; /* the least of all sources */
	uint64_t held;
	struct merge_source *sources; /* in the order of adding */
	struct merge_source *given;   /* whose item merge_next gave */
	uint32_t given_at;            /* its place, counted from the source's first */
	uint64_t given_ns;            /* what last_ns becomes with merge_pop */
	bool flush;
};

struct merge *merge_new(uint64_t window_ns)
{
	struct merge *merge = calloc(1, sizeof(*merge));

	if (!merge)
		return NULL;
	merge->window_ns = window_ns;
	merge->watermark = UINT64_MAX;
	return merge;
}

static void free_source(struct merge_source *source)
{
	unsigned int i;

	for (i = 0; i < CHUNKS; i++)
		memory_unforked_free(source->chunks[i].bytes, CHUNK_SIZE);
	free(source->entries);
	free(source);
}

void merge_free(struct merge *merge)
{
	struct merge_source *source, *next;

	if (!merge)
		return;
	for (source = merge->sources; source; source = next) {
		next = source->next;
		free_source(source);
	}
	free(merge);
}

static void update_watermark(struct merge *merge)
{
	const struct merge_source *source;

	merge->watermark = UINT64_MAX;
	for (source = merge->sources; source; source = source->next) {
		if (!source->crowded && source->watermark < merge->watermark)
			merge->watermark = source->watermark;
	}
}

struct merge_source *merge_source_add(struct merge *merge, uint64_t from_ns, void *user)
{
	struct merge_source *source = calloc(1, sizeof(*source));
	struct merge_source **place = &merge->sources;

	if (!source)
		return NULL;
	source->user = user;
	source->watermark = from_ns;
	source->free_chunks = (uint32_t)((1ULL << CHUNKS) - 1);
	while (*place)
		place = &(*place)->next;
	*place = source;
	update_watermark(merge);
	return source;
}

void merge_source_remove(struct merge *merge, struct merge_source *source)
{
	struct merge_source **place = &merge->sources;

	if (!source)
		return;
	merge->held -= source->end - source->first;
	if (merge->given == source)
		merge->given = NULL;
	while (*place != source)
		place = &(*place)->next;
	*place = source->next;
	free_source(source);
	update_watermark(merge);
}

void merge_watermark(struct merge *merge, struct merge_source *source, uint64_t until_ns)
{
	uint64_t before = source->watermark;

	if (until_ns <= before)
		return;
	source->watermark = until_ns;
	if (before == merge->watermark)
		update_watermark(merge);
}

static int grow_entries(struct merge_source *source)
{
	uint32_t room = source->room ? 2 * source->room : ENTRIES_MIN;
	struct entry *entries;

	if (room > ENTRIES_FLOODED)
		room = ROOM_MAX;
	entries = realloc(source->entries, room * sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	source->entries = entries;
	source->room = room;
	return 0;
}

/* Makes sure that there is a place at the end, where no more than `most` are held. */
static int reserve_entry(struct merge_source *source, uint32_t most)
{
	uint32_t held = source->end - source->first;

	if (held >= most)
		return -EAGAIN;
	if (source->end < source->room)
		return 0;
	if (source->room < ROOM_MAX && held >= source->room / 2)
		return grow_entries(source);
	memmove(source->entries, source->entries + source->first, held * sizeof(struct entry));
	source->first = 0;
	source->end = held;
	return 0;
}

static int next_chunk(struct merge_source *source)
{
	uint32_t i;

	if (!source->free_chunks)
		return -EAGAIN;
	/* The lowest: it has been used before, so its memory is there. */
	i = (uint32_t)__builtin_ctz(source->free_chunks);
	if (!source->chunks[i].bytes) {
		source->chunks[i].bytes = memory_unforked(CHUNK_SIZE);
		if (!source->chunks[i].bytes)
			return -ENOMEM;
	}
	source->chunks[i].used = 0;
	source->current = i;
	return 0;
}

static int copy_bytes(struct merge_source *source, const void *bytes, uint32_t size,
		      struct entry *entry)
{
	struct chunk *chunk = &source->chunks[source->current];
	int err;

	if (!chunk->live)
		chunk->used = 0;
	if (!chunk->bytes || size > CHUNK_SIZE - chunk->used) {
		err = next_chunk(source);
		if (err)
			return err;
		chunk = &source->chunks[source->current];
	}
	entry->bytes = memcpy(chunk->bytes + chunk->used, bytes, size);
	entry->chunk = (uint16_t)source->current;
	chunk->used += (size + 7) & ~7U;
	chunk->live++;
	source->free_chunks &= ~(1U << source->current);
	return 0;
}

/* The place behind all entries with the same time or an earlier one. */
static uint32_t find_place(const struct merge_source *source, uint64_t time_ns)
{
	uint32_t low = source->first, high = source->end;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (source->entries[middle].time_ns <= time_ns)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Takes in the entry that was written behind the end. */
static void insert(struct merge *merge, struct merge_source *source)
{
	const struct entry *end = source->entries + source->end;
	struct entry entry;
	uint32_t place;

	if (source->end == source->first || end[-1].time_ns <= end->time_ns) {
		source->end++;
		return;
	}
	entry = *end;
	place = find_place(source, entry.time_ns);
	memmove(&source->entries[place + 1], &source->entries[place],
		(source->end - place) * sizeof(entry));
	source->entries[place] = entry;
	source->end++;
	if (source == merge->given && place - source->first <= merge->given_at)
		merge->given_at++;
}

static void crowd(struct merge *merge, struct merge_source *source)
{
	if (source->crowded)
		return;
	source->crowded = true;
	source->relief = (source->end - source->first) / 2;
	update_watermark(merge);
}

static void relieve(struct merge *merge, struct merge_source *source)
{
	if (!source->crowded || source->end - source->first > source->relief)
		return;
	source->crowded = false;
	update_watermark(merge);
}

int merge_push(struct merge *merge, struct merge_source *source, uint64_t time_ns, uint64_t gap,
	       uint16_t tag, const void *bytes, uint32_t size)
{
	struct entry *entry;
	int err;

	if (size > MERGE_ITEM_MAX)
		return -EMSGSIZE;
	err = reserve_entry(source, MERGE_ENTRIES_MAX + (size ? 0 : MERGE_MARKS_SPARE));
	if (!err) {
		entry = &source->entries[source->end];
		*entry = (struct entry){
			.time_ns = time_ns, .gap = gap, .size = size, .tag = tag, .chunk = NO_CHUNK
		};
		if (size)
			err = copy_bytes(source, bytes, size, entry);
	}
	source->full = err != 0;
	if (err) {
		crowd(merge, source);
		return err;
	}
	insert(merge, source);
	merge->held++;
	return 0;
}

bool merge_is_full(const struct merge_source *source)
{
	return source->full;
}

static struct merge_source *oldest(const struct merge *merge)
{
	struct merge_source *source, *best = NULL;
	uint64_t time_ns = 0;

	for (source = merge->sources; source; source = source->next) {
		if (source->first == source->end)
			continue;
		if (!best || source->entries[source->first].time_ns < time_ns) {
			best = source;
			time_ns = source->entries[source->first].time_ns;
		}
	}
	return best;
}

static bool in_future(uint64_t time_ns, uint64_t now_ns)
{
	return time_ns > now_ns && time_ns - now_ns > FUTURE_NS;
}

static bool may_go(const struct merge *merge, const struct merge_source *source, uint64_t now_ns)
{
	uint64_t time_ns = source->entries[source->first].time_ns;

	return time_ns <= merge->watermark || time_ns <= merge->last_ns || merge->flush ||
	       (now_ns >= merge->window_ns && time_ns <= now_ns - merge->window_ns) ||
	       ((source->full || source->watermark == UINT64_MAX) && in_future(time_ns, now_ns));
}

int merge_next(struct merge *merge, uint64_t now_ns, struct merge_item *ret_item)
{
	struct merge_source *source = oldest(merge);
	const struct entry *entry;

	merge->given = NULL;
	if (!source || !may_go(merge, source, now_ns))
		return 0;
	entry = &source->entries[source->first];
	*ret_item = (struct merge_item){
		.time_ns = entry->time_ns,
		.gap = entry->gap,
		.bytes = entry->bytes,
		.size = entry->size,
		.tag = entry->tag,
		.late = entry->time_ns < merge->last_ns,
		.user = source->user,
	};
	merge->given = source;
	merge->given_at = 0;
	merge->given_ns = in_future(entry->time_ns, now_ns) ? 0 : entry->time_ns;
	return 1;
}

static void release(struct merge_source *source, const struct entry *entry)
{
	if (entry->chunk == NO_CHUNK)
		return;
	if (--source->chunks[entry->chunk].live == 0)
		source->free_chunks |= 1U << entry->chunk;
}

void merge_pop(struct merge *merge)
{
	struct merge_source *source = merge->given;
	struct entry *first;

	if (!source)
		return;
	first = &source->entries[source->first];
	release(source, first + merge->given_at);
	/* Something older was pushed since merge_next. */
	if (merge->given_at)
		memmove(first + 1, first, merge->given_at * sizeof(*first));
	if (++source->first == source->end)
		source->first = source->end = 0;
	source->full = false;
	relieve(merge, source);
	if (merge->given_ns > merge->last_ns)
		merge->last_ns = merge->given_ns;
	merge->held--;
	merge->given = NULL;
}

uint64_t merge_due(const struct merge *merge)
{
	const struct merge_source *source = oldest(merge);
	uint64_t time_ns;

	if (!source)
		return UINT64_MAX;
	time_ns = source->entries[source->first].time_ns;
	/* One less than never: it is held, though for a time that will not come. */
	return time_ns < UINT64_MAX - merge->window_ns ? time_ns + merge->window_ns
						       : UINT64_MAX - 1;
}

void merge_hurry(struct merge *merge, uint64_t window_ns)
{
	if (window_ns < merge->window_ns)
		merge->window_ns = window_ns;
}

void merge_flush(struct merge *merge)
{
	merge->flush = true;
}

void merge_gap_told(struct merge *merge)
{
	if (merge->given)
		merge->given->entries[merge->given->first + merge->given_at].gap = 0;
}

/* To the front; returns how many had bytes. */
static uint64_t keep_marks(struct merge_source *source)
{
	uint32_t end = source->first;
	uint64_t dropped = 0;

	for (uint32_t i = source->first; i < source->end; i++) {
		struct entry entry = source->entries[i];
		bool is_mark = entry.chunk == NO_CHUNK;

		release(source, &entry);
		dropped += !is_mark;
		if (!is_mark && !entry.gap)
			continue;
		entry.chunk = NO_CHUNK;
		entry.bytes = NULL;
		entry.size = 0;
		entry.tag = is_mark ? entry.tag : 0;
		source->entries[end++] = entry;
	}
	source->end = end;
	return dropped;
}

uint64_t merge_drop(struct merge *merge, struct merge_source *source)
{
	uint32_t before = source->end;
	uint64_t dropped = keep_marks(source);

	merge->held -= before - source->end;
	source->full = false;
	relieve(merge, source);
	if (merge->given == source)
		merge->given = NULL;
	return dropped;
}

uint64_t merge_held(const struct merge *merge, const struct merge_source *source)
{
	return source ? source->end - source->first : merge->held;
}
