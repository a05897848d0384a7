/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "place.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inside.h"
#include "jump.h"

#define PLACE_CODE_SIZE   16 /* bytes; the longest instruction has 15 */
#define PLACE_NEAREST_MAX 3
#define PLACE_NAME_SHOWN  128
#define PLACE_MOVED_MAX   64 /* bytes that a probe is moved at most */

struct place_search {
	struct bpfhost_read *read;
	struct uprobe_places *places;
	const char *text;
	uint64_t plus; /* name+PLUS */
	bool glob;
	bool force;
	struct bpfhost_error *err;
};

struct place_wanted {
	uint64_t number; /* that in the text: of name+0x10, @0x1234 */
	/* That holds the place; NULL: not known, or one that is chosen at start, of which only the size of
	 * what chooses is known. */
	const struct bpfhost_symbol *function;
};

int uprobe_places_add(struct uprobe_places *places, const struct uprobe_place *place)
{
	struct uprobe_place *items = places->items;

	/* Doubled whenever full, which is when the count is a power of two. */
	if (!(places->count & (places->count - 1))) {
		items = reallocarray(items, places->count ? places->count * 2UL : 1,
				     sizeof(*items));
		if (!items)
			return -ENOMEM;
		places->items = items;
	}
	items[places->count++] = *place;
	return 0;
}

void uprobe_places_free(struct uprobe_places *places)
{
	free(places->items);
	free(places->doubt);
	bpfhost_blocks_free(&places->blocks);
	memset(places, 0, sizeof(*places));
}

/* ---- what lies there ------------------------------------------------------------------------------ */

int uprobe_place_look(const struct bpfhost_elf *elf, uint64_t offset,
		      struct bpfhost_instruction *ret_instruction)
{
	unsigned char code[PLACE_CODE_SIZE];
	int64_t got = bpfhost_elf_read(elf, offset, code, sizeof(code));

	if (got <= 0)
		return got ? (int)got : -ERANGE;
	return bpfhost_instruction_look(bpfhost_elf_info(elf)->machine, code, (size_t)got,
					ret_instruction);
}

static bool place_does_nothing(const struct bpfhost_instruction *instruction)
{
	return instruction->length &&
	       (instruction->is_marker || (instruction->step == BPFHOST_STEP_REFUSED &&
					   !strncmp(instruction->text, "nop", 3)));
}

bool uprobe_place_may_move(const struct bpfhost_elf *elf, uint64_t begin, uint64_t size,
			   uint64_t offset, const struct bpfhost_instruction *instruction)
{
	uint64_t behind = offset + instruction->length;

	return place_does_nothing(instruction) && behind - begin <= PLACE_MOVED_MAX &&
	       (!size || behind - begin < size) && !uprobe_jump_may_lead(elf, begin, size, behind);
}

/* size: the function's, in bytes; 0: unknown. -ENOTSUP: no probe may lie on *ret_instruction. */
static int place_settle(const struct bpfhost_elf *elf, uint64_t size, struct uprobe_place *place,
			struct bpfhost_instruction *ret_instruction)
{
	struct bpfhost_instruction instruction = { 0 };
	uint64_t begin = place->offset;
	int ret = uprobe_place_look(elf, place->offset, &instruction);

	while (!ret && !place->inside &&
	       uprobe_place_may_move(elf, begin, size, place->offset, &instruction)) {
		place->offset += instruction.length;
		ret = uprobe_place_look(elf, place->offset, &instruction);
	}
	if (ret)
		return ret;
	place->single_step = instruction.step == BPFHOST_STEP_SINGLE;
	*ret_instruction = instruction;
	return instruction.step == BPFHOST_STEP_REFUSED ? -ENOTSUP : 0;
}

/* what: stands there, as far as it is known */
static int place_refused(const struct place_search *search, const char *what, int ret)
{
	if (search->glob && ret != -ENOMEM) {
		search->places->refused++;
		return 0;
	}
	bpfhost_error_set(search->err, 0,
			  "the kernel takes no probe on the instruction at \"%.*s\" in %s (%s)",
			  PLACE_NAME_SHOWN, search->text, search->read->path, what);
	return ret;
}

static int place_doubt(const struct place_search *search, const char *why)
{
	if (!search->places->doubt)
		search->places->doubt = strdup(why);
	return search->places->doubt ? 0 : -ENOMEM;
}

/* Of a glob the places that lie so are left out: *ret_leave. */
static int place_check_inside(const struct place_search *search, const struct place_wanted *wanted,
			      const struct uprobe_place *place, bool *ret_leave)
{
	const struct uprobe_inside inside = { search->text, wanted->number, place->offset,
					      wanted->function };
	struct bpfhost_error why = { 0 };
	int ret = uprobe_inside_check(search->read, &inside, &why);

	if (ret == -ENODATA || (ret == -EINVAL && search->force))
		return place_doubt(search, why.text);
	if (ret == -EINVAL && search->glob) {
		search->places->refused++;
		*ret_leave = true;
		return 0;
	}
	if (ret == -EINVAL)
		bpfhost_error_set(search->err, 0, "%s: %s", search->read->path, why.text);
	return ret;
}

static int place_keep(const struct place_search *search, const struct place_wanted *wanted,
		      struct uprobe_place *place)
{
	struct bpfhost_instruction there = { .text = "it cannot be read" };
	bool leave = false;
	int ret = 0;

	if (!bpfhost_elf_is_code(search->read->elf, place->offset)) {
		if (search->glob)
			return 0;
		bpfhost_error_set(search->err, 0, "\"%.*s\" is no code of %s", PLACE_NAME_SHOWN,
				  search->text, search->read->path);
		return -EINVAL;
	}
	if (place->inside)
		ret = place_check_inside(search, wanted, place, &leave);
	if (ret || leave)
		return ret;
	ret = place_settle(search->read->elf, wanted->function ? wanted->function->size : 0, place,
			   &there);
	return ret ? place_refused(search, there.text, ret)
		   : uprobe_places_add(search->places, place);
}

/* ---- by name -------------------------------------------------------------------------------------- */

static int place_of_ifunc(const struct place_search *search, const struct bpfhost_symbol *symbol,
			  uint64_t *ret_offset)
{
	struct bpfhost_error why = { 0 };
	int ret = bpfhost_read_ifunc(search->read, symbol, ret_offset, &why);

	if (ret && search->glob)
		search->places->refused++;
	else if (ret)
		bpfhost_error_set(search->err, 0,
				  "%.*s is chosen by the program when it starts (IFUNC), and which "
				  "function it will be is not known: %s",
				  PLACE_NAME_SHOWN, symbol->name, why.text);
	return ret;
}

static int place_found(void *ctx, const struct bpfhost_symbol *symbol)
{
	struct place_search *search = ctx;
	struct uprobe_place place = {
		.name = symbol->name,
		.address = symbol->address,
		.offset = symbol->offset,
		.inside = search->plus != 0,
	};
	bool is_ifunc = symbol->kind == BPFHOST_SYMBOL_IFUNC;
	const struct place_wanted wanted = { search->plus, is_ifunc ? NULL : symbol };
	int ret;

	if (is_ifunc) {
		ret = place_of_ifunc(search, symbol, &place.offset);
		if (ret)
			return search->glob ? 0 : ret;
	}
	if (search->plus && symbol->size && search->plus >= symbol->size) {
		bpfhost_error_set(search->err, 0, "%.*s has %" PRIu64 " bytes only",
				  PLACE_NAME_SHOWN, symbol->name, symbol->size);
		return -EINVAL;
	}
	place.offset += search->plus;
	return place_keep(search, &wanted, &place);
}

/* Names as the user wrote one: readable where that was, and in any case such that a probe may have them. */
static void place_did_you_mean(const struct place_search *search, const char *const *near, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char *readable = strstr(search->text, "::") ? bpfhost_demangle(near[i]) : NULL;
		bool fits = readable && strlen(readable) <= PLACE_NAME_SHOWN;
		size_t used = strlen(search->err->text);

		snprintf(search->err->text + used, sizeof(search->err->text) - used, "%s\"%.*s\"%s",
			 i ? ", " : "; did you mean ", PLACE_NAME_SHOWN, fits ? readable : near[i],
			 i + 1 == n ? "?" : "");
		free(readable);
	}
}

static int place_unknown(const struct place_search *search, const struct bpfhost_symbols *symbols)
{
	const char *near[PLACE_NEAREST_MAX];
	const char *debug = search->read->debug_path;
	size_t all, n = bpfhost_symbols_nearest(symbols, search->text, near, PLACE_NEAREST_MAX);
	bpfhost_symbols_all(symbols, &all);
	bpfhost_error_set(search->err, 0, "there is no function \"%.*s\" in %s%s%s%s",
			  PLACE_NAME_SHOWN, search->text, search->read->path, debug ? " and " : "",
			  debug ?: "", all ? "" : ", which has no symbols at all");
	place_did_you_mean(search, near, n);
	return -ENOENT;
}

/* ---- copies of the compiler's ---------------------------------------------------------------------- */

static int place_copy(void *ctx, const struct bpfhost_symbol *symbol)
{
	struct place_search *search = ctx;
	const char *end = symbol->name + strlen(search->text);

	if (!strncmp(end, ".constprop.", 11) || !strncmp(end, ".isra.", 6))
		search->places->copy = symbol->name;
	return 0;
}

/*
 * Of a function whose arguments it partly knows, a compiler makes a copy that takes the others alone. Calls of
 * that are none of the function's own place.
 */
static int place_find_copy(struct place_search *search, const struct bpfhost_symbols *symbols)
{
	char pattern[BPFHOST_PROBE_TEXT_MAX + 3];
	const char *name = search->places->count == 1 ? search->places->items[0].name : NULL;
	int ret;

	if (!name || strcmp(name, search->text) != 0 || strpbrk(search->text, "*?@"))
		return 0;
	snprintf(pattern, sizeof(pattern), "%s.*", search->text);
	ret = bpfhost_symbols_match(symbols, pattern, false, place_copy, search);
	return ret < 0 ? ret : 0;
}

/* "name+0x10": cuts text at the sign; false: it ends with no number. */
static bool place_split(char *text, uint64_t *ret_plus)
{
	char *sign = strrchr(text, '+'), *end;

	if (!sign || sign == text || sign[1] < '0' || sign[1] > '9')
		return false;
	errno = 0;
	*ret_plus = strtoull(sign + 1, &end, 0);
	if (*end || errno)
		return false;
	*sign = '\0';
	return true;
}

static int places_by_name(struct place_search *search, const struct bpfhost_probe_part *part)
{
	char name[BPFHOST_PROBE_TEXT_MAX + 1];
	struct bpfhost_symbols *symbols;
	int ret = bpfhost_read_symbols(search->read, &symbols, search->err);

	if (ret)
		return ret;
	ret = bpfhost_symbols_match(symbols, part->text, part->quoted, place_found, search);
	if (ret)
		return ret < 0 ? ret : place_find_copy(search, symbols);
	snprintf(name, sizeof(name), "%s", part->text);
	if (place_split(name, &search->plus))
		ret = bpfhost_symbols_match(symbols, name, part->quoted, place_found, search);
	if (ret)
		return ret < 0 ? ret : 0;
	return place_unknown(search, symbols);
}

/* ---- by number ------------------------------------------------------------------------------------ */

static int places_by_number(struct place_search *search, bool is_address)
{
	struct uprobe_place place = { .inside = true };
	uint64_t number;
	char *end;
	int ret = 0;

	errno = 0;
	number = strtoull(search->text + 1, &end, 0);
	if (errno || *end || end == search->text + 1) {
		bpfhost_error_set(search->err, 0, "\"%.*s\" is no %s; write %s", PLACE_NAME_SHOWN,
				  search->text, is_address ? "address" : "offset",
				  is_address ? "&0x401234" : "@0x1234");
		return -EINVAL;
	}
	place.offset = number;
	if (is_address)
		ret = bpfhost_elf_offset(search->read->elf, number, &place.offset);
	if (!ret)
		return place_keep(search, &(struct place_wanted){ number, NULL }, &place);
	bpfhost_error_set(search->err, 0, "address 0x%" PRIx64 " is not part of %s", number,
			  search->read->path);
	return -EINVAL;
}

static int place_by_offset(const void *a, const void *b)
{
	const struct uprobe_place *one = a, *other = b;

	if (one->offset != other->offset)
		return one->offset < other->offset ? -1 : 1;
	return strcmp(one->name ?: "", other->name ?: "");
}

/*
 * Several functions can lead to one place: two that are chosen at start (IFUNC), or one that begins
 * right behind the marker that another begins with. A call of either would be told twice.
 */
static void places_drop_doubles(struct uprobe_places *places)
{
	uint32_t kept = 0;

	if (places->count < 2)
		return;
	qsort(places->items, places->count, sizeof(*places->items), place_by_offset);
	for (uint32_t i = 1; i < places->count; i++)
		if (places->items[i].offset != places->items[kept].offset)
			places->items[++kept] = places->items[i];
	places->count = kept + 1;
}

/* They stay while the others are attached. */
static void places_shrink(struct uprobe_places *places)
{
	struct uprobe_place *items =
		places->count ? reallocarray(places->items, places->count, sizeof(*items)) : NULL;

	if (items)
		places->items = items;
}

int uprobe_places_find(struct bpfhost_read *read, const struct bpfhost_probe_part *part, bool force,
		       struct uprobe_places *places, struct bpfhost_error *err)
{
	struct place_search search = {
		.read = read,
		.places = places,
		.text = part->text,
		.glob = part->has_glob,
		.force = force,
		.err = err,
	};
	int ret;

	if (!part->quoted && (part->text[0] == '@' || part->text[0] == '&'))
		ret = places_by_number(&search, part->text[0] == '&');
	else
		ret = places_by_name(&search, part);
	places_drop_doubles(places);
	places_shrink(places);
	if (!ret && !places->count) {
		bpfhost_error_set(err, 0, "none of the %u functions \"%.*s\" of %s takes a probe",
				  places->refused, PLACE_NAME_SHOWN, part->text, read->path);
		ret = -ENOTSUP;
	}
	return ret;
}
