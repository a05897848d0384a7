/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_HOST_CONFIG_H
#define BPFHOST_HOST_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bpfhost/error.h>

/*
 * What a run was asked to do, by the command line, by a file, or by both. Plain data: who reads it
 * needs no parser. Every string is owned by the struct and never NULL where an item exists.
 */

#define CONFIG_DEFAULT_VERIFIER_LOG "/var/log/bpfhost"
#define CONFIG_DEFAULT_FILE         "/etc/bpfhost/bpfhost.conf"
/* Where "bpfhost ctl" looks for a host; one that runs has a control socket only when it is told to. */
#define CONFIG_DEFAULT_CONTROL "/run/bpfhost/control"
/* Bytes of an instance's ring buffer in the kernel where --ring-size is not given. */
#define CONFIG_DEFAULT_RING_SIZE (16U << 20)
/* Data of a worker where --memory-limit is not given; the largest symbol tables need a fifth of it. */
#define CONFIG_DEFAULT_MEMORY_LIMIT (1ULL << 30)
/* Each instance is a process. */
#define CONFIG_MAX_INSTANCES 256
/* What the kernel can allocate and map at once (a ring is mapped twice). */
#define CONFIG_MAX_RING_SIZE (1U << 30)

enum config_command {
	CONFIG_RUN,
	CONFIG_LIST,
	CONFIG_INSPECT,
	CONFIG_PROBES,
	CONFIG_NEW,
	CONFIG_VALIDATE,
	CONFIG_CTL,
	CONFIG_HELP,
	CONFIG_VERSION,
	CONFIG_TYPES,
	CONFIG_DOCTOR,
};

enum config_format {
	CONFIG_FORMAT_TEXT,
	CONFIG_FORMAT_JSON,
};

enum config_on_error {
	CONFIG_ON_ERROR_CONTINUE,
	CONFIG_ON_ERROR_ABORT,
};

/* In rising order of talk. */
enum config_log_level {
	CONFIG_LOG_ERROR,
	CONFIG_LOG_WARN,
	CONFIG_LOG_INFO,
	CONFIG_LOG_DEBUG,
	CONFIG_LOG_TRACE,
};

/* A text as it was written, and where: "argument 3" or "file.conf:12". */
struct config_value {
	char *text;
	char *origin;
};

struct config_texts {
	struct config_value *items;
	size_t count;
};

struct config_ids {
	uint32_t *items;
	char **origins; /* of each, as above */
	size_t count;
};

/* One option of a plugin. Repeats of a key are gathered here in order; none for an empty list. */
struct config_setting {
	char *key;
	char *origin; /* of its first mention */
	struct config_texts values;
};

struct config_instance {
	char *plugin;
	char *name; /* the plugin's, unless given; unique within the run */
	char *origin;
	struct config_setting *settings;
	size_t setting_count;
	uint64_t allowed; /* what its programs may change: BPFHOST_NEED_WRITE_USER, ... */
};

struct config {
	enum config_command command;
	/* Of inspect, probes, new, validate and help [NAME] the word behind it, of ctl the request; else NULL. */
	char *target;
	char *glob;                /* probes NAME [GLOB], or TARGET:GLOB of two words; else NULL */
	struct config_texts words; /* types NAME...; ctl: what stands behind the request */
	char *kind;                /* of new NAME: --kind, or NULL */
	char *config_path;         /* --config, or NULL */
	bool file_read;            /* that, or the default one */

	/* For run, what to run; for probes, new and validate, the one plugin that was named, with its
	 * settings. */
	struct config_instance *instances;
	size_t instance_count;

	enum config_format format;
	char *output;                /* a path, or NULL for stdout */
	char *output_origin;         /* where that stands */
	char *verifier_log;          /* a folder, or NULL for CONFIG_DEFAULT_VERIFIER_LOG */
	char *control;               /* a path, or NULL for no control socket */
	uint64_t timeout_ns;         /* how long ctl waits for an answer; 0: as ctl.h says */
	struct config_ids pids;      /* each 1 to INT32_MAX; whether they exist is not checked */
	struct config_ids uids;      /* names are resolved already */
	struct config_texts comms;   /* each 1 to 15 bytes */
	struct config_texts cgroups; /* paths, as written */
	struct config_value filter;  /* text NULL where there is none; not parsed here */

	uint64_t duration_ns; /* 0: no limit */
	uint64_t count;       /* 0: no limit */
	enum config_on_error on_error;
	enum config_log_level log_level; /* --quiet means error, --verbose debug, unless given */
	struct config_texts plugin_dirs; /* only those given, in order of preference */
	struct config_texts trust_dirs;
	uint64_t ring_size;  /* bytes as written, not rounded; 0: the default */
	unsigned int umask;  /* the caller's, for what is written for him */
	bool bpf_statistics; /* have the kernel count and time the runs of BPF programs */
	bool dry_run;
	bool quiet;
	bool verbose;

	uint64_t memory_limit;  /* bytes of data in a worker; 0: none */
	uint64_t call_limit_ns; /* how long one call into a plugin may take */
	uint64_t window_ns;     /* how long events wait for earlier ones */
	uint32_t restart_limit; /* how often a worker is started again */

	/* Where all of it came from, borrowed: to be gathered again. NULL: from nowhere. */
	char *const *argv;
	int argc;
	const char *default_path;

	/* One bit for each host setting that was given; a file changes none that was given before. */
	uint64_t given;
};

/* Makes an empty run with the defaults. Never fails; end it with config_free. */
void config_setup(struct config *config);

/* Frees what the struct owns and leaves it as config_setup does. NULL is fine, also half filled. */
void config_free(struct config *config);

/*
 * The whole job: command line, then the file that it names or, for a run that names neither file
 * nor plugin, default_path (CONFIG_DEFAULT_FILE outside of tests). *config has been set up.
 *
 * 0, and the run is complete; -ENODATA when there is nothing to run because no plugin and no file
 * is named and default_path does not exist (print the usage, exit 2; err says so in one line);
 * -ENOMEM; else -EINVAL, one line in err for a person, exit 2. On failure *config may be half
 * filled; free it as usual.
 */
int config_gather(struct config *config, int argc, char *const argv[], const char *default_path,
		  struct bpfhost_error *err);

/*
 * Gathers once more what *config was gathered from, into *fresh, which has been set up. Errors as above, and -EINVAL
 * where no file is among it, so that nothing can be new; nothing of *config changes.
 */
int config_gather_again(const struct config *config, struct config *fresh,
			struct bpfhost_error *err);

/*
 * Adds one use of a plugin. name is NULL for the plugin's own. *ret_instance is valid until the
 * next one is added; ret_instance may be NULL. -EINVAL for bad or taken names, -ENOMEM.
 */
int config_add_instance(struct config *config, const char *plugin, const char *name,
			const char *origin, struct config_instance **ret_instance,
			struct bpfhost_error *err);

/*
 * Adds a value to an instance's setting, which is made at its first mention; text is NULL to only
 * mention it (an empty list). -EINVAL for a malformed key, -ENOMEM.
 */
int config_add_setting(struct config_instance *instance, const char *key, const char *text,
		       const char *origin, struct bpfhost_error *err);

#endif
