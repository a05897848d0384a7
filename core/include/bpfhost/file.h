/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The files that an instance probes, each found and opened once. They are opened here, with all privileges, and
 * read elsewhere: <bpfhost/reader.h>. What is known of them here came from there, and was checked.
 */
#ifndef BPFHOST_FILE_H
#define BPFHOST_FILE_H

#include <bpfhost/elf.h>
#include <bpfhost/target.h>

#ifdef __cplusplus
extern "C" {
#endif

struct bpfhost_instance;
struct bpfhost_reader;

struct bpfhost_file {
	struct bpfhost_target target;
	uint64_t size; /* bytes of the file */
	struct bpfhost_elf_info info;
	/* For the caller to set, once it has the file: nobody asked for it by name, so it is some process
	 * that decides what it is like. No debug file is looked for then, symbols that take long to read
	 * are not read, and nothing takes longer than two seconds. */
	bool is_found;
	char *symbols_note; /* why it has no symbols, or what was left out of them; NULL */
	/* Where it is read. */
	struct bpfhost_reader *reader; /* that of the files */
	uint32_t id;                   /* of the file there */
	uint32_t generation;           /* of the process that has it; 0: none */
	int refused;        /* -errno: reading it ended the process, which is not tried again */
	char *refused_note; /* that in words */
};

struct bpfhost_files {
	struct bpfhost_file **items;
	uint32_t count;
	bool are_found;                /* is_found of those that are added from here on */
	struct bpfhost_reader *reader; /* NULL: nothing was read yet */
	struct bpfhost_instance *self; /* for the caller to set: see bpfhost_reader_new */
};

/*
 * Finds and reads the file of a TARGET; the files keep it. ret_pid: the only process that is meant, pid
 * or that of pid:N and process:NAME; 0: whoever runs the file. Several targets, each with a process of its
 * own, may be one file. 0 or -errno with a sentence in err.
 */
int bpfhost_files_get(struct bpfhost_files *files, const char *target, uint32_t pid,
		      struct bpfhost_file **ret_file, uint32_t *ret_pid, struct bpfhost_error *err);
/* Ends the process that reads them, with all that it knows; what is known here stays. The next question has
 * another. An instance that may start no process once it is attached has to call it before. */
void bpfhost_files_rest(struct bpfhost_files *files);
void bpfhost_files_free(struct bpfhost_files *files);
/*
 * For a file that is looked at once: takes the target, also when it fails, and opens nothing. 0 or -errno. The
 * reader is the caller's.
 */
int bpfhost_file_begin(struct bpfhost_file *file, struct bpfhost_target *target,
		       struct bpfhost_reader *reader);
void bpfhost_file_end(struct bpfhost_file *file);

/* Has the reader forget it; the descriptor stays. The next question has it read again. */
void bpfhost_file_rest(struct bpfhost_file *file);

/*
 * Whether what failed with err lies with the file: it may not be read, is damaged or none that can be probed,
 * has more than is read, or ended the process that read it. Not where it only lacks what was asked for.
 */
bool bpfhost_file_is_bad(int err);

/*
 * The same for each process of --pid (npids 0: for whoever runs it), which may see other files under one
 * name; once for a process that is named twice. pid:N and process:NAME, too, must be among them. Ends when
 * found returns other than 0, and returns that; but where the file of one process is bad and that of another is
 * not, the one is left out (bpfhost_left_out, or else bpfhost_attached, tells of it).
 */
typedef int (*bpfhost_file_fn)(void *ctx, struct bpfhost_file *file, uint32_t pid);
int bpfhost_files_each(struct bpfhost_files *files, const char *target, const uint32_t *pids,
		       uint32_t npids, bpfhost_file_fn found, void *ctx, struct bpfhost_error *err);

#ifdef __cplusplus
}
#endif

#endif
