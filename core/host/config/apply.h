/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_HOST_CONFIG_APPLY_H
#define BPFHOST_HOST_CONFIG_APPLY_H

#include "config.h"

/*
 * What each host option does to a run, whether it comes from the command line or from a file. text
 * is "true" or "false" where the option takes no argument; origin is for what errors later, when
 * the value is used. 0, -ENOMEM, or -EINVAL or -ERANGE with what is wrong in err, not yet where.
 */

typedef int config_apply_fn(struct config *config, const char *text, const char *origin,
			    struct bpfhost_error *err);

config_apply_fn config_apply_plugin;
config_apply_fn config_apply_set;
config_apply_fn config_apply_allow;
config_apply_fn config_apply_config;
config_apply_fn config_apply_format;
config_apply_fn config_apply_output;
config_apply_fn config_apply_verifier_log;
config_apply_fn config_apply_pid;
config_apply_fn config_apply_comm;
config_apply_fn config_apply_uid;
config_apply_fn config_apply_cgroup;
config_apply_fn config_apply_filter;
config_apply_fn config_apply_duration;
config_apply_fn config_apply_count;
config_apply_fn config_apply_on_error;
config_apply_fn config_apply_log_level;
config_apply_fn config_apply_plugin_dir;
config_apply_fn config_apply_trust;
config_apply_fn config_apply_ring_size;
config_apply_fn config_apply_memory_limit;
config_apply_fn config_apply_call_limit;
config_apply_fn config_apply_window;
config_apply_fn config_apply_restart_limit;
config_apply_fn config_apply_control;
config_apply_fn config_apply_timeout;
config_apply_fn config_apply_bpf_statistics;
config_apply_fn config_apply_dry_run;
config_apply_fn config_apply_quiet;
config_apply_fn config_apply_verbose;
config_apply_fn config_apply_list;
config_apply_fn config_apply_kind;
config_apply_fn config_apply_help;
config_apply_fn config_apply_version;

/* Grants an instance "write_user", "override" or "signal". -EINVAL for another word. */
int config_allow(struct config_instance *instance, const char *text, struct bpfhost_error *err);
/* Such words, and what each grants; NULL from the end on. */
const char *config_allow_word(size_t index, uint64_t *ret_bit);

#endif
