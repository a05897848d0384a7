/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Places as the reader tells them, and what is believed of that. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "place.h"

#define ASK_NAME_MAX    65536U /* bytes */
#define ASK_PLACES_MAX  (8U << 20)
#define ASK_SINGLE_STEP 0x1
#define ASK_INSIDE      0x2
#define ASK_FLAGS       0x3
#define ASK_IS_PLACE    1 /* what follows */
#define ASK_IS_SUMMARY  2

/* ---- there ---------------------------------------------------------------------------------------- */

static void ask_pack_place(struct bpfhost_pack *answer, const struct uprobe_place *place,
			   bool readable)
{
	char *text = readable && place->name ? bpfhost_demangle(place->name) : NULL;

	bpfhost_pack_number(answer, ASK_IS_PLACE);
	bpfhost_pack_text(answer, place->name);
	bpfhost_pack_text(answer, text);
	bpfhost_pack_number(answer, place->address);
	bpfhost_pack_number(answer, place->offset);
	bpfhost_pack_number(answer, (place->single_step ? ASK_SINGLE_STEP : 0U) |
					    (place->inside ? ASK_INSIDE : 0U));
	bpfhost_pack_part(answer);
	free(text);
}

static int ask_find(struct bpfhost_read *read, struct bpfhost_unpack *question,
		    struct bpfhost_pack *answer, struct bpfhost_error *err)
{
	struct uprobe_places places = { 0 };
	struct bpfhost_probe_part part = {
		.text = bpfhost_unpack_some_text(question, BPFHOST_PROBE_TEXT_MAX),
		.quoted = bpfhost_unpack_number(question, 1),
		.has_glob = bpfhost_unpack_number(question, 1),
	};
	bool force = bpfhost_unpack_number(question, 1);
	struct bpfhost_elf_returns returns = { 0 };
	bool has_returns = bpfhost_unpack_number(question, 1);
	int ret = uprobe_places_find(read, &part, force, &places, err);

	if (has_returns)
		returns = bpfhost_elf_returns(read->elf);
	for (uint32_t i = 0; i < places.count && !ret; i++)
		ask_pack_place(answer, &places.items[i], part.has_glob || places.count > 1);
	bpfhost_pack_number(answer, ASK_IS_SUMMARY);
	bpfhost_pack_number(answer, returns.is_unwound);
	bpfhost_pack_number(answer, returns.has_coroutines);
	bpfhost_pack_number(answer, places.refused);
	bpfhost_pack_text(answer, places.copy);
	bpfhost_pack_text(answer, places.doubt);
	uprobe_places_free(&places);
	return ret;
}

/* ---- here ----------------------------------------------------------------------------------------- */

static int ask_take_place(const struct uprobe_places_take *take, struct bpfhost_unpack *part)
{
	struct uprobe_place place;
	uint64_t flags;

	place.name = bpfhost_unpack_text(part, ASK_NAME_MAX);
	place.readable = bpfhost_unpack_text(part, ASK_NAME_MAX);
	place.address = bpfhost_unpack_number(part, UINT64_MAX);
	place.offset = bpfhost_unpack_number(part, take->size ? take->size - 1 : 0);
	flags = bpfhost_unpack_number(part, ASK_FLAGS);
	place.single_step = flags & ASK_SINGLE_STEP;
	place.inside = flags & ASK_INSIDE;
	part->is_bad |= take->places->count == ASK_PLACES_MAX;
	return part->is_bad ? 0 : uprobe_places_add(take->places, &place);
}

static int ask_take_doubt(struct uprobe_places *places, const char *doubt)
{
	if (!doubt || places->doubt)
		return 0;
	places->doubt = strdup(doubt);
	return places->doubt ? 0 : -ENOMEM;
}

static int ask_take_one(const struct uprobe_places_take *take, struct bpfhost_unpack *part)
{
	if (bpfhost_unpack_number(part, ASK_IS_SUMMARY) == ASK_IS_PLACE)
		return ask_take_place(take, part);
	take->places->returns.is_unwound = bpfhost_unpack_number(part, 1);
	take->places->returns.has_coroutines = bpfhost_unpack_number(part, 1);
	take->places->refused = (uint32_t)bpfhost_unpack_number(part, UINT32_MAX);
	take->places->copy = bpfhost_unpack_text(part, ASK_NAME_MAX);
	return ask_take_doubt(take->places, bpfhost_unpack_text(part, ASK_NAME_MAX));
}

int uprobe_places_take(void *ctx, struct bpfhost_unpack *part)
{
	const struct uprobe_places_take *take = ctx;
	int ret = bpfhost_blocks_keep(&take->places->blocks, part);

	while (!ret && !part->is_bad && part->at < part->end)
		ret = ask_take_one(take, part);
	return ret;
}

int uprobe_places_ask(struct bpfhost_file *file, const struct bpfhost_probe_part *part,
		      const struct uprobe_places_wanted *wanted, struct uprobe_places *places,
		      struct bpfhost_error *err)
{
	struct uprobe_places_take take = { places, file->size };
	struct bpfhost_pack question = { 0 };
	int ret;

	bpfhost_pack_text(&question, part->text);
	bpfhost_pack_number(&question, part->quoted);
	bpfhost_pack_number(&question, part->has_glob);
	bpfhost_pack_number(&question, wanted->force);
	bpfhost_pack_number(&question, wanted->returns);
	ret = bpfhost_file_ask(file, ask_find, &question, uprobe_places_take, &take, err);
	bpfhost_pack_free(&question);
	if (!ret && !places->count) {
		bpfhost_error_set(err, 0, "%s: no place was told", file->target.path);
		ret = -EBADMSG;
	}
	if (ret)
		uprobe_places_free(places);
	return ret;
}
