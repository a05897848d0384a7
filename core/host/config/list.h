/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_HOST_CONFIG_LIST_H
#define BPFHOST_HOST_CONFIG_LIST_H

#include "config.h"

/* The growing and emptying of the lists in struct config. 0 or -ENOMEM; texts are copied. */

/* Moves an array of count elements to one with a zeroed element more. NULL leaves it as it is. */
void *config_grow(void *items, size_t count, size_t size);

int config_push_text(struct config_texts *texts, const char *text, const char *origin);
int config_push_id(struct config_ids *ids, uint32_t id, const char *origin);
int config_replace_string(char **string, const char *text);

/* For __attribute__((cleanup)). */
void config_free_string(char **string);

void config_free_value(struct config_value *value);
void config_free_texts(struct config_texts *texts);
void config_free_ids(struct config_ids *ids);
void config_free_instance(struct config_instance *instance);

#endif
