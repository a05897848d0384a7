/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The TARGET of a probe in a user program, and the file that it stands for:
 *
 *	/usr/bin/python3.11, ./app   a path
 *	libc, libssl.so.3            a library: as a process of --pid has it mapped, else as the
 *	                             dynamic loader's cache knows it
 *	python3.11, mariadbd         a program, looked up in PATH
 *	pid:4711, process:nginx      the program that a process runs
 */
#ifndef BPFHOST_TARGET_H
#define BPFHOST_TARGET_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <bpfhost/error.h>
#include <bpfhost/probe.h>

#ifdef __cplusplus
extern "C" {
#endif

struct bpfhost_target {
	int fd;       /* open for reading */
	uint32_t pid; /* of pid: and process:, and where pid was given; 0: whoever runs the file */
	dev_t device; /* the file itself */
	ino_t inode;
	char *text; /* as it was written */
	char *root; /* "", or "/proc/PID/root" where the process has another root or mounts */
	char *path; /* below that root, for people */
	/*
	 * How the kernel finds the file from here: root and path in one. Of a file that no path leads
	 * to any more, a link below /proc, which lives as long as the process has the file or fd is
	 * open.
	 */
	char *address;
};

/*
 * Finds the file. pid is a process of --pid, 0 for none: then paths and libraries are looked for as
 * that process sees them. 0, or -ENOENT, -EACCES, -ENOTUNIQ (a process name that fits several: they
 * are listed), -EINVAL (not a regular file, ...), or another of open(), with a sentence that
 * names what was looked for, where, and the nearest.
 */
int bpfhost_target_find(const char *text, uint32_t pid, struct bpfhost_target *ret_target,
			struct bpfhost_error *err);
/* Closes and frees what it holds, not itself. */
void bpfhost_target_close(struct bpfhost_target *target);

/*
 * The TARGET at the begin of a probe's parts: "pid:4711" are two, all others one. Joined into text
 * (of size bytes); returns how many parts it took, 0 when it does not fit.
 */
uint32_t bpfhost_target_parts(const struct bpfhost_probe *probe, char *text, size_t size);

/*
 * Walks over the executable mappings of files in a process, each file once, in order of address.
 * found ends it by returning other than 0, which is then returned; -ESRCH: no such process;
 * -EACCES. A file that was deleted or replaced since is left out.
 */
struct bpfhost_mapped {
	const char *path; /* as the process sees it */
	dev_t device;     /* as stat() has them, so that they compare with a target's */
	ino_t inode;
	uint64_t start; /* address of the first executable mapping, and the file's offset there */
	uint64_t end;
	uint64_t offset;
	uint64_t changed_ns; /* the file's ctime: another file of that name has another */
};
typedef int (*bpfhost_mapped_fn)(void *ctx, const struct bpfhost_mapped *mapped);
int bpfhost_mapped_each(uint32_t pid, bpfhost_mapped_fn found, void *ctx);

/* Walks over the processes of this machine (or this PID namespace), in order of pid. */
typedef int (*bpfhost_process_fn)(void *ctx, uint32_t pid, const char *comm);
int bpfhost_process_each(bpfhost_process_fn found, void *ctx);

#ifdef __cplusplus
}
#endif

#endif
