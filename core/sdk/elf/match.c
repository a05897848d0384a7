/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which functions a pattern means. A plain name is looked up; only where that gives nothing, or the
 * pattern looks like a demangled name, are names demangled, and of these only such as have the
 * pattern's last word in them as it stands, which mangling keeps: that makes one lookup among some
 * hundred thousand C++ names a matter of milliseconds.
 */
#include "symbols_internal.h"
#include "names_internal.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { WORD_MAX = 256 };

struct matcher {
	const struct bpfhost_symbols *symbols;
	char *name;    /* the pattern without its version */
	char *version; /* in the same memory; NULL: none */
	bool wants_default;
	bool is_literal; /* * and ? are letters */
	bool is_glob;
	char word[WORD_MAX]; /* "": not known */
	char *buffer;        /* NAMES_DEMANGLED_MAX bytes; NULL: nothing demangled yet */
	uint32_t *found;
	size_t count;
	size_t capacity;
};

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Words that a demangled name has though its mangled one has not. */
static bool is_abbreviated(const char *word)
{
	static const char *const words[] = {
		"std",      "string",        "basic_string", "allocator",
		"istream",  "ostream",       "iostream",     "basic_istream",
		"bool",     "basic_ostream", "decltype",     "basic_iostream",
		"void",     "auto",          "wchar_t",      "char8_t",
		"char16_t", "char32_t",      "signed",       "unsigned",
		"short",    "int",           "long",         "float",
		"__int128", "double",        "const",        "volatile",
		"char",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!strncmp(words[i], word, strlen(word)))
			return true;
	}
	return false;
}

/* The last whole word in front of what may be anything. */
static void find_word(const char *name, char *word)
{
	size_t end = strcspn(name, "(<{~[*?"), start;

	for (size_t i = 0; i < end; i++) {
		if ((unsigned char)name[i] >= 0x80 || !strncmp(name + i, "operator", 8))
			return;
	}
	while (end && !is_word(name[end - 1]))
		end--;
	for (start = end; start && is_word(name[start - 1]);)
		start--;
	if (end == start || end - start >= WORD_MAX)
		return;
	memcpy(word, name + start, end - start);
	word[end - start] = '\0';
	if (is_abbreviated(word))
		word[0] = '\0';
}

static bool looks_demangled(const char *name)
{
	return strstr(name, "::") || strpbrk(name, "(< ");
}

static int prepare(struct matcher *matcher, const char *pattern)
{
	char *at;

	matcher->name = strdup(pattern);
	if (!matcher->name)
		return -ENOMEM;
	at = strchr(matcher->name, '@');
	if (at) {
		*at++ = '\0';
		matcher->wants_default = *at == '@';
		matcher->version = at + matcher->wants_default;
	}
	matcher->is_glob = !matcher->is_literal && strpbrk(matcher->name, "*?");
	find_word(matcher->name, matcher->word);
	return 0;
}

static void release(struct matcher *matcher)
{
	free(matcher->name);
	free(matcher->buffer);
	free(matcher->found);
}

/* "a::b::h0123456789abcdef" or "a[0123]::b": one instance of a Rust function. */
static bool is_exact(const char *name)
{
	size_t length = strlen(name);

	return (length > 19 && !strncmp(name + length - 19, "::h", 3) &&
		strspn(name + length - 16, "0123456789abcdef") == 16) ||
	       strchr(name, '[');
}

static bool fits(const struct matcher *matcher, const char *text)
{
	return matcher->is_literal ? !strcmp(matcher->name, text) : names_glob(matcher->name, text);
}

/* As it is, or without what people leave out. */
static bool demangles_to(const struct matcher *matcher, const char *name, enum names_form form)
{
	if (!names_demangle(name, form, matcher->buffer))
		return false;
	if (fits(matcher, matcher->buffer))
		return true;
	names_make_bare(matcher->buffer);
	return fits(matcher, matcher->buffer);
}

static bool is_meant_demangled(const struct matcher *matcher, const char *name)
{
	const char *pattern = matcher->name;

	if (!names_is_mangled(name))
		return false;
	if (name[1] != 'R' && matcher->word[0] && !strstr(name, matcher->word))
		return false;
	if (demangles_to(matcher, name, NAMES_PLAIN))
		return true;
	if (strpbrk(pattern, "() [") && (demangles_to(matcher, name, NAMES_SIGNATURE) ||
					 demangles_to(matcher, name, NAMES_FULL)))
		return true;
	return is_exact(pattern) && demangles_to(matcher, name, NAMES_EXACT);
}

static bool is_meant(const struct matcher *matcher, const char *name, bool demangled)
{
	return demangled ? is_meant_demangled(matcher, name) : fits(matcher, name);
}

static bool has_version(const struct matcher *matcher, const struct bpfhost_symbol *symbol,
			bool has_better)
{
	if (!matcher->version)
		return !has_better || !symbol->version || symbol->is_default;
	return symbol->version && names_glob(matcher->version, symbol->version) &&
	       (!matcher->wants_default || symbol->is_default);
}

static int add_found(struct matcher *matcher, size_t index)
{
	if (matcher->count == matcher->capacity) {
		size_t capacity = matcher->capacity ? matcher->capacity * 2 : 64;
		void *grown = reallocarray(matcher->found, capacity, sizeof(*matcher->found));

		if (!grown)
			return -ENOMEM;
		matcher->found = grown;
		matcher->capacity = capacity;
	}
	matcher->found[matcher->count++] = (uint32_t)index;
	return 0;
}

/* Behind the symbols that have the name of the one at first. */
static size_t end_of_name(const struct bpfhost_symbols *symbols, size_t first)
{
	size_t end = first + 1;

	while (end < symbols->count && !strcmp(symbols->all[end].name, symbols->all[first].name))
		end++;
	return end;
}

/* Adds the functions of one name. Old versions are meant only where nothing else has the name. */
static int add_name(struct matcher *matcher, size_t first, size_t end)
{
	const struct bpfhost_symbol *all = matcher->symbols->all;
	bool has_better = false;
	int ret = 0;

	for (size_t i = first; i < end; i++)
		has_better |=
			symbols_is_function(&all[i]) && (!all[i].version || all[i].is_default);
	for (size_t i = first; !ret && i < end; i++) {
		if (symbols_is_function(&all[i]) && has_version(matcher, &all[i], has_better))
			ret = add_found(matcher, i);
	}
	return ret;
}

static int walk_names(struct matcher *matcher, bool demangled)
{
	const struct bpfhost_symbols *symbols = matcher->symbols;
	int ret = 0;

	if (demangled && !matcher->buffer)
		matcher->buffer = malloc(NAMES_DEMANGLED_MAX);
	if (demangled && !matcher->buffer)
		return -ENOMEM;
	for (size_t i = 0, end; !ret && i < symbols->count; i = end) {
		end = end_of_name(symbols, i);
		if (is_meant(matcher, symbols->all[i].name, demangled))
			ret = add_name(matcher, i, end);
	}
	return ret;
}

static int find_all(struct matcher *matcher)
{
	const struct bpfhost_symbols *symbols = matcher->symbols;
	size_t first;
	int ret = 0;

	if (matcher->is_glob) {
		ret = walk_names(matcher, false);
	} else {
		first = symbols_find(symbols, matcher->name, strlen(matcher->name));
		if (first < symbols->count)
			ret = add_name(matcher, first, end_of_name(symbols, first));
	}
	if (!ret && (!matcher->count || looks_demangled(matcher->name)))
		ret = walk_names(matcher, true);
	return ret;
}

static int by_address(const void *a, const void *b, void *ctx)
{
	uint32_t one = *(const uint32_t *)a, other = *(const uint32_t *)b;
	const struct bpfhost_symbol *all = ctx;

	if (all[one].address != all[other].address)
		return all[one].address < all[other].address ? -1 : 1;
	return (one > other) - (one < other);
}

static int by_index(const void *a, const void *b)
{
	uint32_t one = *(const uint32_t *)a, other = *(const uint32_t *)b;

	return (one > other) - (one < other);
}

/* Of several names of one address the first stays. */
static void drop_aliases(struct matcher *matcher)
{
	struct bpfhost_symbol *all = matcher->symbols->all;
	uint32_t *found = matcher->found;
	size_t kept = 0;

	if (!matcher->count)
		return;
	qsort_r(found, matcher->count, sizeof(*found), by_address, all);
	for (size_t i = 0; i < matcher->count; i++) {
		if (!kept || all[found[kept - 1]].address != all[found[i]].address)
			found[kept++] = found[i];
	}
	matcher->count = kept;
	qsort(found, kept, sizeof(*found), by_index);
}

int bpfhost_symbols_match(const struct bpfhost_symbols *symbols, const char *pattern, bool literal,
			  bpfhost_symbol_fn found, void *ctx)
{
	struct matcher matcher = { .symbols = symbols, .is_literal = literal };
	int ret = prepare(&matcher, pattern);

	if (!ret)
		ret = find_all(&matcher);
	if (!ret)
		drop_aliases(&matcher);
	for (size_t i = 0; !ret && i < matcher.count; i++)
		ret = found(ctx, &symbols->all[matcher.found[i]]);
	if (!ret)
		ret = (int)matcher.count;
	release(&matcher);
	return ret;
}
