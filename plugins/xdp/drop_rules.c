/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "drop_rules.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drop_prefix.h"

/* ---- one rule ---------------------------------------------------------------------------------------- */

static bool rules_is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Where a comment begins, or the end: a '#' in front of which there is nothing or space, not in quotes. */
static size_t rules_without_comment(const char *text, size_t length)
{
	bool quoted = false;

	for (size_t i = 0; i < length; i++) {
		if (quoted && text[i] == '\\')
			i++;
		else if (text[i] == '"')
			quoted = !quoted;
		else if (text[i] == '#' && !quoted && (!i || rules_is_space(text[i - 1])))
			return i;
	}
	return length;
}

static size_t rules_trim(const char **text, size_t length)
{
	while (length && rules_is_space(**text)) {
		(*text)++;
		length--;
	}
	while (length && rules_is_space((*text)[length - 1]))
		length--;
	return length;
}

/* What no expression can be: one word, whatever it may have been meant to be. */
static bool rules_is_word(const char *text)
{
	for (; *text; text++)
		if (!isalnum((unsigned char)*text) && !strchr(".:/_*%-", *text))
			return false;
	return true;
}

static bool rules_is_address(const char *text)
{
	return rules_is_word(text) && (isdigit((unsigned char)*text) || strchr(text, ':'));
}

static int rules_fail_word(const char *word, struct bpfhost_error *err)
{
	bpfhost_error_set(
		err, 0,
		"'%.80s' is no address, and names of hosts are not looked up; write its "
		"address, a prefix such as 192.0.2.0/24, or an expression such as dport == 53",
		word);
	return -EINVAL;
}

static int rules_add_prefix(struct xdp_rules *rules, const char *text, bool is_exception,
			    uint32_t rule, struct bpfhost_error *err)
{
	struct xdp_prefix prefix = { .rule = rule, .is_exception = is_exception }, *grown;
	int ret = xdp_prefix_parse(text, &prefix, err);

	if (ret)
		return ret;
	if (rules->prefix_count == XDP_PREFIXES_MAX) {
		bpfhost_error_set(err, 0, "there are more than %u addresses and prefixes",
				  XDP_PREFIXES_MAX);
		return -E2BIG;
	}
	if (rules->prefix_count == rules->prefix_room) {
		uint32_t room = rules->prefix_room ? rules->prefix_room * 2 : 16;

		grown = reallocarray(rules->prefixes, room, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		rules->prefixes = grown;
		rules->prefix_room = room;
	}
	rules->prefixes[rules->prefix_count++] = prefix;
	return 0;
}

static int rules_add_expression(struct xdp_rules *rules, const char *text, uint32_t rule,
				struct bpfhost_error *err)
{
	struct xdp_expression *grown;

	if (rules->expression_count == XDP_EXPRESSIONS_MAX) {
		bpfhost_error_set(err, 0, "there are more than %u rules with expressions",
				  XDP_EXPRESSIONS_MAX);
		return -E2BIG;
	}
	grown = reallocarray(rules->expressions, rules->expression_count + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	rules->expressions = grown;
	grown[rules->expression_count] = (struct xdp_expression){ strdup(text), rule };
	if (!grown[rules->expression_count].text)
		return -ENOMEM;
	rules->expression_count++;
	return 0;
}

static int rules_add_text(struct xdp_rules *rules, const char *text, uint32_t rule,
			  struct bpfhost_error *err)
{
	const char *behind = text + 1;

	if (rules_is_address(text))
		return rules_add_prefix(rules, text, false, rule, err);
	if (rules_is_word(text))
		return rules_fail_word(text, err);
	if (*text != '!')
		return rules_add_expression(rules, text, rule, err);
	while (rules_is_space(*behind))
		behind++;
	if (rules_is_address(behind))
		return rules_add_prefix(rules, behind, true, rule, err);
	if (rules_is_word(behind))
		return rules_fail_word(behind, err);
	return rules_add_expression(rules, text, rule, err);
}

int xdp_rules_add(struct xdp_rules *rules, const char *text, size_t length, uint32_t rule,
		  struct bpfhost_error *err)
{
	char copy[XDP_RULE_MAX];

	length = rules_trim(&text, rules_without_comment(text, length));
	if (!length)
		return 0;
	if (length >= sizeof(copy)) {
		bpfhost_error_set(err, 0, "a rule has less than %u bytes", XDP_RULE_MAX);
		return -EINVAL;
	}
	if (memchr(text, '\0', length)) {
		bpfhost_error_set(err, 0, "a byte of zero is in it, so it is no text");
		return -EINVAL;
	}
	memcpy(copy, text, length);
	copy[length] = '\0';
	return rules_add_text(rules, copy, rule, err);
}

/* ---- many ---------------------------------------------------------------------------------------------- */

int xdp_rules_add_lines(struct xdp_rules *rules, const char *text, size_t length,
			struct bpfhost_error *err)
{
	const char *end = text + length, *stop;
	struct bpfhost_error why = { 0 };
	int ret = 0;

	for (uint32_t line = 1; text < end && !ret; line++, text = stop + 1) {
		stop = memchr(text, '\n', (size_t)(end - text));
		if (!stop)
			stop = end;
		ret = xdp_rules_add(rules, text, (size_t)(stop - text), rules->items + line, &why);
		if (ret)
			bpfhost_error_set(err, 0, "line %u: %s", line,
					  ret == -ENOMEM ? strerror(ENOMEM) : why.text);
	}
	return ret;
}

void xdp_rules_place(const struct xdp_rules *rules, uint32_t rule, char *buf, size_t size)
{
	if (rule <= rules->items)
		snprintf(buf, size, "rule %u of drop", rule);
	else
		snprintf(buf, size, "line %u", rule - rules->items);
}

static int rules_compare_numbers(uint64_t left, uint64_t right)
{
	return (left > right) - (left < right);
}

static int rules_compare_prefixes(const struct xdp_prefix *a, const struct xdp_prefix *b)
{
	int order = rules_compare_numbers(a->is_ipv4, b->is_ipv4);

	if (!order)
		order = rules_compare_numbers(a->high, b->high);
	if (!order)
		order = rules_compare_numbers(a->low, b->low);
	return order ? order : rules_compare_numbers(a->bits, b->bits);
}

static int rules_compare(const void *left, const void *right)
{
	const struct xdp_prefix *a = left, *b = right;
	int order = rules_compare_prefixes(a, b);

	return order ? order : rules_compare_numbers(a->rule, b->rule);
}

static int rules_fail_contradiction(const struct xdp_rules *rules, const struct xdp_prefix *a,
				    const struct xdp_prefix *b, struct bpfhost_error *err)
{
	char place_a[32], place_b[32], text_a[XDP_PREFIX_TEXT], text_b[XDP_PREFIX_TEXT];

	xdp_rules_place(rules, a->rule, place_a, sizeof(place_a));
	xdp_rules_place(rules, b->rule, place_b, sizeof(place_b));
	xdp_prefix_text(a, text_a, sizeof(text_a));
	xdp_prefix_text(b, text_b, sizeof(text_b));
	bpfhost_error_set(err, 0, "%s: %s contradicts %s: %s; leave out one of them", place_b,
			  text_b, place_a, text_a);
	return -EINVAL;
}

int xdp_rules_settle(struct xdp_rules *rules, struct xdp_duplicates *ret_duplicates,
		     struct bpfhost_error *err)
{
	struct xdp_duplicates duplicates = { 0 };
	struct xdp_prefix *prefixes = rules->prefixes;
	uint32_t kept = 0;

	if (rules->prefix_count)
		qsort(prefixes, rules->prefix_count, sizeof(*prefixes), rules_compare);
	for (uint32_t i = 0; i < rules->prefix_count; i++) {
		const struct xdp_prefix *before = kept ? &prefixes[kept - 1] : NULL;

		if (!before || rules_compare_prefixes(before, &prefixes[i])) {
			prefixes[kept++] = prefixes[i];
			continue;
		}
		if (before->is_exception != prefixes[i].is_exception)
			return rules_fail_contradiction(rules, before, &prefixes[i], err);
		if (!duplicates.count++) {
			duplicates.first = prefixes[i].rule;
			duplicates.of = before->rule;
		}
	}
	rules->prefix_count = kept;
	*ret_duplicates = duplicates;
	return 0;
}

void xdp_rules_free(struct xdp_rules *rules)
{
	for (uint32_t i = 0; i < rules->expression_count; i++)
		free(rules->expressions[i].text);
	free(rules->expressions);
	free(rules->prefixes);
	*rules = (struct xdp_rules){ 0 };
}
