/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A host for tests: runs one instance of a plugin in the test's own process, without privileges, and
 * remembers all that the plugin says. Link bpfhost::fakehost (bpfhost_add_plugin does, for
 * NAME_test.c).
 *
 *	extern const struct bpfhost_plugin bpfhost_plugin;
 *	struct fakehost *host = fakehost_new(&bpfhost_plugin);
 *
 *	fakehost_set(host, "greeting", "moin");
 *	assert_int_equal(fakehost_load(host), 0);
 *	assert_int_equal(fakehost_attach(host), 0);
 *	assert_string_equal(fakehost_text(host, FAKEHOST_PLAN, 0), "would attach ...");
 *	fakehost_detach(host);
 *	fakehost_free(host);
 *
 * It is a dry run, in which nothing is loaded into the kernel, unless the test asks for more.
 */
#ifndef BPFHOST_FAKEHOST_H
#define BPFHOST_FAKEHOST_H

#include <stdbool.h>

#include <bpfhost/plugin.h>
#include <bpfhost/schema.h>

#ifdef __cplusplus
extern "C" {
#endif

struct fakehost;

/* What is remembered, each in its own order. */
enum fakehost_kind {
	FAKEHOST_SCHEMA, /* bytes: struct bpfhost_schema */
	FAKEHOST_RECORD, /* bytes: struct bpfhost_event first */
	FAKEHOST_LOG,    /* text "level: line" */
	FAKEHOST_PLAN,   /* text: what would be attached */
	FAKEHOST_MISSED, /* text "probe: cause": could not be attached */
	FAKEHOST_BREACH, /* text: for this a real host would end the worker */
	FAKEHOST_KINDS,
};

/* Calls into the host that can be made to fail. */
enum fakehost_call {
	FAKEHOST_CALL_SCHEMA,
	FAKEHOST_CALL_EMIT, /* and emit_user: -EAGAIN is a full bus */
	FAKEHOST_CALL_WATCH,
	FAKEHOST_CALL_TIMER,
	FAKEHOST_CALL_RING,
	FAKEHOST_CALLS,
};

/* A host for one instance; the plugin must outlive it. NULL without memory. */
struct fakehost *fakehost_new(const struct bpfhost_plugin *plugin);
/* Frees what the host holds; fakehost_detach is the test's to call before. NULL is fine. */
void fakehost_free(struct fakehost *host);

/* Before load. 0, or -EINVAL with a sentence in fakehost_error, as a user would see it. */
int fakehost_set(struct fakehost *host, const char *key, const char *text);
/* Before load: the instance may load into the kernel and attach. */
void fakehost_live(struct fakehost *host);
/* Before load: --pid, --comm, --uid, --cgroup, for the test to fill in. */
struct bpfhost_filter_values *fakehost_filter(struct fakehost *host);
/* The next `after` such calls work, all later ones return err; 0 mends it. */
void fakehost_break(struct fakehost *host, enum fakehost_call call, uint32_t after, int err);
/* Whether such a call was made since, and failed for that. */
bool fakehost_broke(const struct fakehost *host, enum fakehost_call call);

/*
 * The functions of the plugin, or the SDK's where it has none; their own results. Load first resolves
 * the options, and returns -EINVAL where one is missing.
 */
int fakehost_load(struct fakehost *host);
int fakehost_attach(struct fakehost *host);
int fakehost_poll(struct fakehost *host, uint32_t budget);
int fakehost_detach(struct fakehost *host);
/* Polls until so many records are there; 0, -ETIME, or the error of poll. */
int fakehost_await(struct fakehost *host, uint32_t records, uint32_t timeout_ms);

/* The instance, for tests of a plugin's inner functions. */
struct bpfhost_instance *fakehost_instance(struct fakehost *host);

/* What is remembered; NULL beyond the end. Valid until fakehost_free. */
uint32_t fakehost_count(const struct fakehost *host, enum fakehost_kind kind);
const void *fakehost_bytes(const struct fakehost *host, enum fakehost_kind kind, uint32_t index,
			   uint32_t *ret_size);
const char *fakehost_text(const struct fakehost *host, enum fakehost_kind kind, uint32_t index);
/* The schema of the event of this name, NULL when there is none. */
const struct bpfhost_schema *fakehost_schema(const struct fakehost *host, const char *event);
/* The text of the last error since the last call, "" when there was none. */
const char *fakehost_error(const struct fakehost *host);

/* Numbers. */
struct fakehost_sums {
	uint32_t attached; /* probes, of so many: */
	uint32_t wanted;
	uint32_t watched;  /* descriptors that are watched now */
	uint32_t rings;    /* how often a ring was handed over */
	uint64_t timer_ns; /* 0: none */
	uint64_t taken;    /* records that the plugin took for itself */
	uint64_t lost;     /* emit_user while the bus was full, and what bpfhost_lost told */
};

struct fakehost_sums fakehost_sums(const struct fakehost *host);

#ifdef __cplusplus
}
#endif

#endif
