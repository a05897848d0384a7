/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From the arguments of a probe and the names that somebody gave them to the fields of its event. */
#ifndef USDT_FIELDS_H
#define USDT_FIELDS_H

#include "places.h"

#define USDT_FIELD_NAME_MAX 16

struct usdt_fields {
	struct bpfhost_argument_field items[BPFHOST_ARGUMENTS_MAX];
	char names[BPFHOST_ARGUMENTS_MAX][USDT_FIELD_NAME_MAX]; /* of those that nobody named */
	bool labelled[BPFHOST_ARGUMENTS_MAX];
	uint32_t count;
};

/*
 * With the parameters of a user's probe, which name all that is to be shown. 0; -EINVAL (more than there
 * are, or what a static probe has not) with a sentence.
 */
int usdt_fields_by_user(const struct bpfhost_probe *probe, const struct usdt_places *places,
			struct usdt_fields *ret_fields, struct bpfhost_error *err);
/* With those of a catalogue's line (NULL: none), as far as they fit; all arguments are shown. */
void usdt_fields_by_catalogue(const struct bpfhost_probe *line, const struct usdt_places *places,
			      struct usdt_fields *ret_fields);
/* 0, or -EINVAL with a sentence: parameters that no static probe has. */
int usdt_fields_check(const struct bpfhost_probe *probe, struct bpfhost_error *err);

#endif
