/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Conveniences over libbpf, linked into each plugin. The defaults of the vtable are made of exactly
 * these calls, so a plugin that needs one thing different writes that one and keeps the rest:
 *
 *	static int load(struct bpfhost_instance *self)
 *	{
 *		int err = bpfhost_open(self);
 *		... look at bpfhost_object(self), set constants, leave out programs ...
 *		return err ?: bpfhost_load(self);
 *	}
 */
#ifndef BPFHOST_SDK_H
#define BPFHOST_SDK_H

#include <stdbool.h>

#include <bpfhost/error.h>
#include <bpfhost/plugin.h>
#include <bpfhost/schema.h>

#ifdef __cplusplus
extern "C" {
#endif

struct bpf_object;
struct bpf_program;
struct bpf_link;

/* The defaults themselves, for a function that only adds to one. */
int bpfhost_default_load(struct bpfhost_instance *self);
int bpfhost_default_attach(struct bpfhost_instance *self);
int bpfhost_default_poll(struct bpfhost_instance *self, uint32_t budget);
int bpfhost_default_detach(struct bpfhost_instance *self);

/*
 * Opens the embedded object: sizes the ring and the counters, fills in the log level, the common
 * filter, the type ids, and publishes a schema for each event type. Nothing is loaded yet.
 */
int bpfhost_open(struct bpfhost_instance *self);
/* Loads the opened object and hands ring and counters to the host. In a dry run does nothing. */
int bpfhost_load(struct bpfhost_instance *self);
/* The opened object, NULL before bpfhost_open. Owned by the SDK. */
struct bpf_object *bpfhost_object(struct bpfhost_instance *self);
/*
 * The bytes of a `const volatile` variable of the object, to be set between open and load. NULL when
 * there is no such variable or it has another size.
 */
void *bpfhost_constant(struct bpfhost_instance *self, const char *name, size_t size);
/* Copies a value there; -EINVAL and an error text where bpfhost_constant gives NULL. */
int bpfhost_set_constant(struct bpfhost_instance *self, const char *name, const void *value,
			 size_t size);
/*
 * The live memory of any other global variable of the object, shared with the running programs: from
 * bpfhost_load until bpfhost_close, also after privileges were given up. NULL when there is none of
 * this name and size, and in a dry run. Call it once and keep the pointer.
 */
void *bpfhost_variable(struct bpfhost_instance *self, const char *name, size_t size);

/*
 * Attaching. Each link made is kept by the SDK and destroyed by bpfhost_close. `probe` names it for
 * people. In a dry run these tell the plan instead. A failure is told through host->probe_failed and
 * returned, and the next one may go on; bpfhost_attached gives the sum to the host.
 */
int bpfhost_attach_program(struct bpfhost_instance *self, struct bpf_program *program);
int bpfhost_attach_tracepoint(struct bpfhost_instance *self, struct bpf_program *program,
			      const char *category, const char *name, uint64_t cookie,
			      const char *probe);
/* Keeps a link made elsewhere, for one probe; on failure, -ENOMEM, it stays the caller's. */
int bpfhost_keep_link(struct bpfhost_instance *self, struct bpf_link *link);
/* The same of a link's descriptor, which belongs to the SDK also on failure. */
int bpfhost_keep_link_fd(struct bpfhost_instance *self, int fd);
/* Ends a link that was kept by its descriptor before the others; one that is not kept is left alone. */
void bpfhost_drop_link_fd(struct bpfhost_instance *self, int fd);
/* Counts one probe as attached that needs nothing kept. */
void bpfhost_count_attached(struct bpfhost_instance *self);
/*
 * For attaching in a way that the SDK has no call for. Counts one probe as wanted; true in a dry run,
 * after telling the plan, "would attach program NAME to PROBE": then nothing more is to be done.
 */
bool bpfhost_only_planned(struct bpfhost_instance *self, const struct bpf_program *program,
			  const char *probe);
/* Tells that a probe which is wanted could not be attached: cause is for people. Returns err. */
int bpfhost_missed(struct bpfhost_instance *self, const char *probe, int err, const char *cause);

/* A place in a program's file where a BPF program is to run. */
struct bpfhost_uprobe {
	uint64_t offset;    /* in the file, in bytes */
	uint64_t semaphore; /* file offset of a static probe's counter, kept raised; 0: none */
	uint64_t cookie;
	const char *probe; /* for people */
};

/*
 * How uprobes are attached. MULTI puts any number into one link (Linux 6.6, BPF_TRACE_UPROBE_MULTI):
 * 10,000 in some 30 ms. CLASSIC makes a perf event of each, and the kernel takes 100 ms and more to let
 * go of one. AUTO takes MULTI where the kernel has it.
 */
enum bpfhost_uprobe_mode {
	BPFHOST_UPROBE_AUTO = 0,
	BPFHOST_UPROBE_MULTI,
	BPFHOST_UPROBE_CLASSIC,
};

/*
 * Decides it for all programs of the sections "uprobe" and "uretprobe", which is fixed when they are
 * loaded: call it between bpfhost_open and bpfhost_load. 0, or -EOPNOTSUPP and told where MULTI is
 * asked for and this kernel lacks it.
 */
int bpfhost_uprobe_mode(struct bpfhost_instance *self, enum bpfhost_uprobe_mode mode);
/* The option for it, in a plugin's table; its number is the mode. */
#define BPFHOST_OPTION_ATTACH                                                                      \
	{                                                                                          \
		.name = "attach", .type = BPFHOST_OPT_CHOICE, .default_text = "auto",              \
		.choices = (const char *const[]){ "auto", "multi", "classic", NULL },              \
		.help = "all places of a file by one link (multi, Linux 6.6), or one by one "      \
			"(classic)",                                                               \
	}
/*
 * Attaches to count places of one file, for all processes (pid 0) or one. With a program `returning`,
 * which may be NULL, that one runs whenever a function that begins there returns. Either may be NULL.
 * Places that the kernel refuses are told and left out. file is what the kernel can open from here. A
 * place counts as one probe, with both programs too. Returns the first error, or 0.
 */
int bpfhost_attach_uprobes(struct bpfhost_instance *self, struct bpf_program *program,
			   struct bpf_program *returning, const char *file, uint32_t pid,
			   const struct bpfhost_uprobe *uprobes, uint32_t count);
/* 0 when at least one is attached (or none was wanted), else the first error. */
int bpfhost_attached(struct bpfhost_instance *self);

/*
 * Draining. The handler gets each record in the ring's order, the header checked, valid until it
 * returns; 0: taken; -EAGAIN: not now, keep it; other: ends the poll with this error. A record that it
 * neither forwards nor refuses is counted as filtered. One that it refused comes again, so whatever
 * it counts, it counts after bpfhost_forward has returned 0. NULL for the bus. Log records never
 * reach a handler.
 */
typedef int (*bpfhost_handler)(struct bpfhost_instance *self, const struct bpfhost_event *record,
			       uint32_t size);
void bpfhost_set_handler(struct bpfhost_instance *self, bpfhost_handler handler);
/* Up to budget records; how many were taken, or -errno. */
int bpfhost_drain(struct bpfhost_instance *self, uint32_t budget);

/* Puts a record on the bus as the default handler does. Whatever error it returns, such as -EAGAIN or
 * -ECANCELED (the run ends), the handler returns too. */
int bpfhost_forward(struct bpfhost_instance *self, const struct bpfhost_event *record,
		    uint32_t size);
/*
 * Makes an event in user space. The record's type is the struct's own: name is the struct's name,
 * which must be declared with BPFHOST_EVENT in the object, or a type id for run-time schemas. All of
 * the record is the caller's to set (zero first), its header's pid, tid, uid, cgroup and comm too, or
 * BPFHOST_EVENT_NO_TASK in the flags; the host stamps the rest of the header. -EAGAIN when the bus
 * was full: the event is counted as lost.
 */
int bpfhost_emit_struct(struct bpfhost_instance *self, const char *name,
			struct bpfhost_event *record, uint32_t size);
int bpfhost_emit_type(struct bpfhost_instance *self, uint32_t type, struct bpfhost_event *record,
		      uint32_t size);
/* The schema of an event that is declared with BPFHOST_EVENT in the object, after bpfhost_open; the
 * caller's, freed with free(). -ENOENT and told where there is none of this struct's name. */
int bpfhost_event_schema(struct bpfhost_instance *self, const char *name,
			 struct bpfhost_schema **ret_schema);
/*
 * Whether the bus has room now for a record of so many bytes that is made in user space. -EAGAIN: it has
 * not, return from poll, which is called again when it has.
 */
int bpfhost_room(struct bpfhost_instance *self, uint32_t size);
/* Tells of events that the plugin knows to be lost in a ring or a socket of its own; see bpfhost.lost/1. */
void bpfhost_lost(struct bpfhost_instance *self, uint64_t events);
/* Checks and publishes a schema; warns where the ring has no room for one such record. */
int bpfhost_publish(struct bpfhost_instance *self, const struct bpfhost_schema *schema);

/* How long records may wait in the ring while many come, in ns; see bpfhost.pause/1 of <bpfhost/host.h>. */
void bpfhost_pause(struct bpfhost_instance *self, uint64_t ns);

/* CLOCK_MONOTONIC in ns, the clock of the events. */
uint64_t bpfhost_now(void);

/*
 * Calls poll every interval_ns from now on; 0 ends that. One timer an instance. poll is called for
 * other reasons too: bpfhost_timer_due is true once for each time that the interval has passed, or
 * for several when poll came late.
 */
int bpfhost_timer(struct bpfhost_instance *self, uint64_t interval_ns);
bool bpfhost_timer_due(struct bpfhost_instance *self);

/*
 * The two halves of detach. Stop destroys the links and drains what is left through the vtable's
 * poll, a second at most; from then on all is known, and a last event can be made of it. Close stops,
 * unless that was done, closes the object and frees the rest. Both may be called at any time, also
 * when nothing was opened.
 */
int bpfhost_stop(struct bpfhost_instance *self);
int bpfhost_close(struct bpfhost_instance *self);

/*
 * The running kernel as BPFHOST_KERNEL(6, 12); 0 when it does not say. For what cannot be found out by
 * trying: distributions take features and mends over into older kernels.
 */
#define BPFHOST_KERNEL(major, minor) ((uint32_t)(major) << 16 | (minor))
uint32_t bpfhost_kernel_version(void);

/* The value of an option by name; NULL when the table has no such row. */
const struct bpfhost_setting *bpfhost_option(const struct bpfhost_instance *self, const char *name);
/* Of a scalar: its text, NULL where neither given nor a default; its number (BOOL 0 or 1, CHOICE
 * the index, SIZE bytes, TIME nanoseconds; cast for INT), 0 likewise. */
const char *bpfhost_option_text(const struct bpfhost_instance *self, const char *name);
uint64_t bpfhost_option_number(const struct bpfhost_instance *self, const char *name);

/* Log lines and error texts, printf-like. bpfhost_fail returns err. */
__attribute__((format(printf, 5, 6))) void bpfhost_log_at(const struct bpfhost_instance *self,
							  enum bpfhost_level level,
							  const char *file, uint32_t line,
							  const char *format, ...);
__attribute__((format(printf, 3, 4))) int bpfhost_fail(const struct bpfhost_instance *self, int err,
						       const char *format, ...);
/*
 * The same for a probe, or `what` else was asked for, of this text: why is a sentence about err, or empty. A
 * text that names what is not there or cannot be done is a wrong configuration: -EINVAL then, else err.
 */
int bpfhost_fail_probe(const struct bpfhost_instance *self, int err, const char *what,
		       const char *text, const struct bpfhost_error *why);
/*
 * For a plugin that takes several, while it looks at them: a probe whose file is no good
 * (bpfhost_file_is_bad) is only remembered, for the others need not suffer from it, and 0 returned; anything
 * else fails as above. Once all were looked at, bpfhost_left_out tells of those: where there are others, each
 * as one that was wanted and could not be attached, and returns 0; where not, the first as the error. Of those
 * that nobody asked to tell of by then, also by bpfhost_files_each, bpfhost_attached tells.
 */
int bpfhost_leave_out(struct bpfhost_instance *self, int err, const char *what, const char *text,
		      const struct bpfhost_error *why);
int bpfhost_left_out(struct bpfhost_instance *self, bool others);

#define bpfhost_error(self, ...)                                                                   \
	bpfhost_log_at(self, BPFHOST_ERROR, __FILE_NAME__, __LINE__, __VA_ARGS__)
#define bpfhost_warn(self, ...)                                                                    \
	bpfhost_log_at(self, BPFHOST_WARN, __FILE_NAME__, __LINE__, __VA_ARGS__)
#define bpfhost_info(self, ...)                                                                    \
	bpfhost_log_at(self, BPFHOST_INFO, __FILE_NAME__, __LINE__, __VA_ARGS__)
#define bpfhost_debug(self, ...)                                                                   \
	bpfhost_log_at(self, BPFHOST_DEBUG, __FILE_NAME__, __LINE__, __VA_ARGS__)

#ifdef __cplusplus
}
#endif

#endif
