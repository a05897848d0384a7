/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "drop_set.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpfhost/condition_schema.h>
#include <bpfhost/data.h>

#define SET_FILE_MAX (64U << 20)

static int set_read_options(const struct bpfhost_setting *setting, struct xdp_rules *rules,
			    struct bpfhost_error *err)
{
	struct bpfhost_error why = { 0 };
	int ret = 0;

	for (uint32_t i = 0; i < setting->count && !ret; i++) {
		const char *text = setting->items[i].text;

		ret = xdp_rules_add(rules, text, strlen(text), i + 1, &why);
		/* From a variable that is empty, say: what was to be dropped would pass. */
		if (!ret && rules->prefix_count + rules->expression_count == i) {
			bpfhost_error_set(&why, 0, "'%.80s' holds no rule", text);
			ret = -EINVAL;
		}
		if (ret)
			bpfhost_error_set(err, 0, "option drop: %s",
					  ret == -ENOMEM ? strerror(ENOMEM) : why.text);
	}
	return ret;
}

static int set_read_file(const char *path, struct xdp_rules *rules, struct bpfhost_error *err)
{
	struct bpfhost_error why = { 0 };
	size_t length;
	char *text;
	int ret = bpfhost_data_read(path, SET_FILE_MAX, &text, &length);

	if (ret) {
		bpfhost_error_set(err, 0, "failed to read drop_file %s: %s", path,
				  ret == -EINVAL ? "it is no regular file" : strerror(-ret));
		return ret;
	}
	ret = xdp_rules_add_lines(rules, text, length, &why);
	if (ret)
		bpfhost_error_set(err, 0, "drop_file %s: %s", path, why.text);
	free(text);
	return ret;
}

static int set_compile(const struct xdp_drop_source *source, const struct xdp_rules *rules,
		       struct xdp_drop_set *set, struct bpfhost_error *err)
{
	struct bpfhost_error why = { 0 };
	char place[32];
	int ret = 0;

	set->conditions = calloc(rules->expression_count + 1, sizeof(*set->conditions));
	for (uint32_t i = 0; i < rules->expression_count && set->conditions && !ret; i++) {
		const struct xdp_expression *rule = &rules->expressions[i];

		set->conditions[i].rule = rule->rule;
		ret = bpfhost_condition_for_schema(rule->text, source->schema,
						   &set->conditions[i].condition, &why);
		xdp_rules_place(rules, rule->rule, place, sizeof(place));
		if (ret && rule->rule <= rules->items)
			bpfhost_error_set(err, 0, "option drop: %s", why.text);
		else if (ret)
			bpfhost_error_set(err, 0, "drop_file %s: %s: %s", source->path, place,
					  why.text);
	}
	set->condition_count = rules->expression_count;
	return set->conditions ? ret : -ENOMEM;
}

static void set_count(struct xdp_drop_set *set, const struct xdp_rules *rules)
{
	char first[32], of[32];

	for (uint32_t i = 0; i < rules->prefix_count; i++)
		set->exceptions += rules->prefixes[i].is_exception;
	set->prefixes = rules->prefix_count - set->exceptions;
	if (!set->duplicates.count)
		return;
	xdp_rules_place(rules, set->duplicates.first, first, sizeof(first));
	xdp_rules_place(rules, set->duplicates.of, of, sizeof(of));
	snprintf(set->duplicate, sizeof(set->duplicate), "%s repeats %s", first, of);
}

static int set_make(const struct xdp_drop_source *source, struct xdp_rules *rules,
		    struct xdp_drop_set *set, struct bpfhost_error *err)
{
	struct bpfhost_error why = { 0 };
	int ret = set_read_options(source->rules, rules, err);

	if (!ret && source->path)
		ret = set_read_file(source->path, rules, err);
	if (ret)
		return ret;
	ret = xdp_rules_settle(rules, &set->duplicates, &why);
	if (ret) {
		bpfhost_error_set(err, 0, "%s%s: %s", source->path ? "drop_file " : "option drop",
				  source->path ? source->path : "", why.text);
		return ret;
	}
	set_count(set, rules);
	ret = set_compile(source, rules, set, err);
	return ret ? ret : xdp_drop_table_build(rules, &set->table);
}

int xdp_drop_set_read(const struct xdp_drop_source *source, struct xdp_drop_set *ret_set,
		      struct bpfhost_error *err)
{
	struct xdp_rules rules = { .items = source->rules->count };
	struct xdp_drop_set set = { 0 };
	int ret = set_make(source, &rules, &set, err);

	xdp_rules_free(&rules);
	if (ret) {
		xdp_drop_set_free(&set);
		if (ret == -ENOMEM)
			bpfhost_error_set(err, 0, "failed to read the rules of drop: %s",
					  strerror(ENOMEM));
		return ret;
	}
	*ret_set = set;
	return 0;
}

void xdp_drop_set_free(struct xdp_drop_set *set)
{
	xdp_drop_table_free(&set->table);
	free(set->conditions);
	*set = (struct xdp_drop_set){ 0 };
}
