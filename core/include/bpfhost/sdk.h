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

#include <bpfhost/plugin.h>
#include <bpfhost/schema.h>

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

/*
 * Attaching. Each link made is kept by the SDK and destroyed by bpfhost_close. `probe` names it for
 * people. In a dry run these tell the plan instead. A failure is told through host->probe_failed and
 * returned, and the next one may go on; bpfhost_attached gives the sum to the host.
 */
int bpfhost_attach_program(struct bpfhost_instance *self, struct bpf_program *program);
int bpfhost_attach_tracepoint(struct bpfhost_instance *self, struct bpf_program *program,
			      const char *category, const char *name, uint64_t cookie,
			      const char *probe);
/* Keeps a link made elsewhere. */
int bpfhost_keep_link(struct bpfhost_instance *self, struct bpf_link *link);
/* 0 when at least one is attached (or none was wanted), else the first error. */
int bpfhost_attached(struct bpfhost_instance *self);

/*
 * Draining. The handler gets each record in the ring's order, the header checked, valid until it
 * returns; 0: taken; -EAGAIN: not now, keep it; other: ends the poll with this error. NULL for the
 * bus. Log records never reach a handler.
 */
typedef int (*bpfhost_handler)(struct bpfhost_instance *self, const struct bpfhost_event *record,
			       uint32_t size);
void bpfhost_set_handler(struct bpfhost_instance *self, bpfhost_handler handler);
/* Up to budget records; how many were taken, or -errno. */
int bpfhost_drain(struct bpfhost_instance *self, uint32_t budget);

/* Puts a record on the bus as the default handler does. */
int bpfhost_forward(struct bpfhost_instance *self, const struct bpfhost_event *record,
		    uint32_t size);
/*
 * Makes an event in user space. The record's type is the struct's own: name is the struct's name,
 * which must be declared with BPFHOST_EVENT in the object, or a type id for run-time schemas.
 */
int bpfhost_emit_struct(struct bpfhost_instance *self, const char *name,
			struct bpfhost_event *record, uint32_t size);
int bpfhost_emit_type(struct bpfhost_instance *self, uint32_t type, struct bpfhost_event *record,
		      uint32_t size);
/* Checks and publishes a schema. */
int bpfhost_publish(struct bpfhost_instance *self, const struct bpfhost_schema *schema);

/* Destroys the links, drains what is left (a second at most), closes the object, frees the rest. */
int bpfhost_close(struct bpfhost_instance *self);

/* The value of an option by name; NULL when the table has no such row. */
const struct bpfhost_setting *bpfhost_option(const struct bpfhost_instance *self, const char *name);

/* Log lines and error texts, printf-like. bpfhost_fail returns err. */
__attribute__((format(printf, 5, 6))) void bpfhost_log_at(const struct bpfhost_instance *self,
							   enum bpfhost_level level,
							   const char *file, uint32_t line,
							   const char *format, ...);
__attribute__((format(printf, 3, 4))) int bpfhost_fail(const struct bpfhost_instance *self, int err,
						       const char *format, ...);

#define bpfhost_error(self, ...) \
	bpfhost_log_at(self, BPFHOST_ERROR, __FILE_NAME__, __LINE__, __VA_ARGS__)
#define bpfhost_warn(self, ...) \
	bpfhost_log_at(self, BPFHOST_WARN, __FILE_NAME__, __LINE__, __VA_ARGS__)
#define bpfhost_info(self, ...) \
	bpfhost_log_at(self, BPFHOST_INFO, __FILE_NAME__, __LINE__, __VA_ARGS__)
#define bpfhost_debug(self, ...) \
	bpfhost_log_at(self, BPFHOST_DEBUG, __FILE_NAME__, __LINE__, __VA_ARGS__)

#endif
