/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "cgroup.h"

#include "put.h"

#include <stdlib.h>
#include <string.h>

/* People know a container by the first digits of its id; longer names are cut as well. */
#define SHOWN_CONTAINER 12
#define SHOWN_NAME      24

static char *put_pair(char *p, const char *name, const char *value)
{
	bool replaced;

	p = put_bytes(p, name, strlen(name));
	p = put_json(p, value, strlen(value), &replaced);
	*p++ = '"';
	return p;
}

static size_t shown_size(const char *container)
{
	size_t size = strlen(container);

	if (size == 64 && strspn(container, "0123456789abcdef") == size)
		return SHOWN_CONTAINER;
	return size < SHOWN_NAME ? size : SHOWN_NAME;
}

static char *put_shown(char *p, const char *container)
{
	bool special;

	*p++ = '@';
	return put_plain(p, container, shown_size(container), &special);
}

struct sink_cgroup *sink_cgroup_new(const char *path, const char *container)
{
	/* Six characters a byte at most, in JSON as for people. */
	size_t room = 6 * (strlen(path) + 2 * strlen(container ? container : "")) + 64 + PUT_SLACK;
	struct sink_cgroup *cgroup = malloc(sizeof(*cgroup) + room), *fitting;
	char *json, *text, *end;

	if (!cgroup)
		return NULL;
	json = text = cgroup->chars;
	text = put_pair(text, ",\"cgroup\":\"", path);
	if (container)
		text = put_pair(text, ",\"container\":\"", container);
	end = container ? put_shown(text, container) : text;
	if (end - json > SINK_CGROUP_MAX) {
		free(cgroup);
		return NULL;
	}
	cgroup->json_size = (uint16_t)(text - json);
	cgroup->text_size = (uint16_t)(end - text);
	fitting = realloc(cgroup, sizeof(*cgroup) + (size_t)(end - json) + PUT_SLACK);
	return fitting ? fitting : cgroup;
}
